"""Events for Python services: handed over inside the process, after their commit."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from zerofee.application.webhooks_out.subscribe import Subscribe
from zerofee.domain.endpoint import EVERYTHING, WebhookEndpoint
from zerofee.domain.event import Event, EventType
from zerofee.domain.ports.views import EventFilter, PageOf
from zerofee.domain.scope import Scope
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.http.wire.events import EventBody

Listener = Callable[[EventBody], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one app in one environment."""

    container: Container
    scope: Scope

    def subscribe(
        self, name: str, listener: Listener, types: Sequence[str] = (EVERYTHING,)
    ) -> AbstractAsyncContextManager[WebhookEndpoint]:
        """
        Hear of events as long as the context is open.

            async with z.events.subscribe("bookkeeping", on_event, ["payment.succeeded"]):
                ...

        At least once, and only of what is on disk: an event is handed over until `listener` returns; when it raises,
        it is told again, by the waits of webhooks. Up to four are handed over at once, in no promised order; each
        object's events are numbered in `sequence`. `name` is remembered: what happens while nobody listens under it
        is handed over when somebody does again. One process at a time listens under one name.
        """
        subscribe: Subscribe = self.container.subscribe()

        async def handler(event: Event) -> None:
            await listener(EventBody.of(event))

        return subscribe(self.scope, name, types, handler)

    async def list(
        self,
        *,
        limit: int = 20,
        after: str | None = None,
        type: EventType | str | None = None,  # noqa: A002  the API's name
    ) -> tuple[EventBody, ...]:
        """List what has happened, newest first: at most `limit` older than the event whose id is `after`."""
        wanted = EventFilter(type=None if type is None else EventType(type))
        listed = await self.container.reading().events(self.scope, wanted, PageOf(limit, after))
        return tuple(map(EventBody.of, listed.items))
