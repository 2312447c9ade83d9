"""Python code that hears of events inside a process: through the same outbox as everybody, so at least once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.application.webhooks_out.bell import Bell
from zerofee.application.webhooks_out.deliver import Deliver, Handler
from zerofee.domain.change_set import ChangeSet, Conflict, Insert, Update
from zerofee.domain.endpoint import EndpointStatus, WebhookEndpoint, enabled, event_names
from zerofee.domain.ids import EndpointId
from zerofee.domain.new_payment import text
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.forgetting import Forgetting
from zerofee.domain.ports.outbox import Endpoints, Outbox
from zerofee.domain.ports.store import Commit, StorageUnavailable
from zerofee.domain.scope import Scope

_LONGEST_NAME: Final = 100
_MOST_TRIES: Final = 10
_LOOK_EVERY_S: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """
    Hands events over after their commit, in the order in which they are due, four at a time at most.

    A name is remembered: what happens while nobody listens under it is handed over when somebody does again.
    """

    endpoints: Endpoints
    outbox: Outbox
    commit: Commit
    deliver: Deliver
    forgetting: Forgetting
    bell: Bell
    clock: Clock
    ids: Ids

    @asynccontextmanager
    async def __call__(
        self, scope: Scope, name: str, events: Sequence[str], handler: Handler
    ) -> AsyncIterator[WebhookEndpoint]:
        """Listen as long as the context is open; raise `InvalidField` for names that are none."""
        endpoint = await self._endpoint(scope, text("name", name, _LONGEST_NAME) or name, event_names(events))
        self.deliver.handlers[endpoint.id] = handler
        stop = asyncio.Event()
        task = asyncio.create_task(self._listen(endpoint, stop), name=f"zerofee subscriber {name}")
        try:
            yield endpoint
        finally:
            stop.set()
            await task
            await self.deliver.finished(endpoint.id)
            self.deliver.handlers.pop(endpoint.id, None)

    async def look(self, scope: Scope, endpoint_id: EndpointId) -> None:
        """Begin to hand over what is due to one subscriber now."""
        for lane in await self.outbox.lanes_of(scope, endpoint_id, self.clock.now()):
            await self.deliver.open(lane)

    async def _listen(self, endpoint: WebhookEndpoint, stop: asyncio.Event) -> None:
        with self.bell.ear() as ear:
            stopping = asyncio.create_task(stop.wait())
            while not stop.is_set():
                ear.clear()
                try:
                    await self.look(endpoint.scope, endpoint.id)
                except StorageUnavailable:
                    # It comes back, or somebody else says so; what is due stays due.
                    await asyncio.wait([stopping], timeout=_LOOK_EVERY_S)
                    continue
                rung = asyncio.create_task(ear.wait())
                await asyncio.wait([stopping, rung], timeout=_LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                rung.cancel()

    async def _endpoint(self, scope: Scope, name: str, events: tuple[str, ...]) -> WebhookEndpoint:
        """Find the subscriber's row, or make it; it hears of everything from then on."""
        for _ in range(_MOST_TRIES):
            known = await self.endpoints.endpoints(scope)
            stored = next((endpoint for endpoint in known if endpoint.subscriber == name), None)
            if stored is not None and stored.events == events and stored.status is EndpointStatus.ENABLED:
                return stored
            wanted, change = self._drawn(scope, name, events, stored, self.clock.now())
            try:
                await self.commit(ChangeSet((change,)))
            except Conflict:
                continue
            await self.forgetting.endpoints_changed(scope)
            return wanted
        raise ChangedMeanwhile

    def _drawn(
        self, scope: Scope, name: str, events: tuple[str, ...], stored: WebhookEndpoint | None, now: datetime
    ) -> tuple[WebhookEndpoint, Insert | Update]:
        if stored is not None:
            changed = replace(enabled(stored), events=events, updated_at=now, version=stored.version + 1)
            return changed, Update(changed)
        new = WebhookEndpoint(
            id=self.ids.new(EndpointId),
            scope=scope,
            url=f"python:{name}",
            events=events,
            subscriber=name,
            created_at=now,
            updated_at=now,
        )
        return new, Insert(new)
