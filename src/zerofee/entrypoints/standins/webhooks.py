"""How the stand-ins send webhooks: in the background, as a provider does, twice or out of order on request."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from zerofee.entrypoints.standins.faults import FaultSwitch

TIMEOUT_S: Final = 10
# A webhook held back to be overtaken goes out by then, overtaken or not.
HELD_AT_MOST_S: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One signed message, complete."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes


Post = Callable[[Webhook], Awaitable[int | None]]
"""Deliver one webhook; the status that was answered, `None` when nobody answered."""


async def post_over_http(webhook: Webhook) -> int | None:
    """Deliver over the network."""
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            reply = await client.post(webhook.url, content=webhook.body, headers=dict(webhook.headers))
    except httpx.HTTPError:
        return None
    return reply.status_code


@dataclass(frozen=True, slots=True)
class Sent:
    """One webhook that went out, and what was answered."""

    webhook: Webhook
    status: int | None


@dataclass(slots=True)
class WebhookSender:
    """Sends the webhooks of one stand-in and remembers them."""

    post: Post
    switch: FaultSwitch
    sent: list[Sent] = field(default_factory=list)
    _held: list[Webhook] = field(default_factory=list)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)
    _waiting: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, webhook: Webhook) -> None:
        """Send soon, from within a running event loop; nobody waits for it."""
        if self.switch.faults.reorder_webhooks and not self._held:
            self._held.append(webhook)
            _keep(self._waiting, self._release_late())
            return
        _keep(self._sending, self._deliver((webhook, *self._take_held())))

    async def drain(self) -> None:
        """Send what is held back, and wait until all is out."""
        await self._deliver(self._take_held())
        while self._sending:
            await asyncio.gather(*self._sending)

    async def close(self) -> None:
        """Give up what is still under way."""
        tasks = (*self._sending, *self._waiting)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _release_late(self) -> None:
        await asyncio.sleep(HELD_AT_MOST_S)
        await self._deliver(self._take_held())

    def _take_held(self) -> tuple[Webhook, ...]:
        held = tuple(self._held)
        self._held.clear()
        return held

    async def _deliver(self, batch: tuple[Webhook, ...]) -> None:
        for webhook in batch:
            for _ in range(2 if self.switch.faults.duplicate_webhooks else 1):
                self.sent.append(Sent(webhook, await self.post(webhook)))


def _keep(tasks: set[asyncio.Task[None]], work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
