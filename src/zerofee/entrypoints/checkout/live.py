"""Live status: one look a second for every open page of a process, however many there are."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from litestar.types import Receive, Scope, Send

from zerofee.domain.ids import CheckoutId
from zerofee.domain.ports.checkouts import Checkouts
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.entrypoints.http.services import Readiness

# People do not notice a second; a look is one statement for all pages.
_LOOK_EVERY_S: Final = 1
# Proxies close what is silent for a minute.
_BEAT_EVERY_S: Final = 25
# Then the browser connects anew by itself, to whichever process has room.
_LONGEST_S: Final = 600
_MOST_WATCHED: Final = 5000


@dataclass(eq=False, slots=True)
class _Watcher:
    since: int
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class LiveStatus:
    """Tells waiting pages that their payment has been written again; what is true they then read themselves."""

    checkouts: Checkouts
    readiness: Readiness
    _watched: defaultdict[CheckoutId, set[_Watcher]] = field(default_factory=lambda: defaultdict(set))
    _looking: asyncio.Task[None] | None = None

    @property
    def full(self) -> bool:
        """Say whether there are so many pages that a further one must poll."""
        return len(self._watched) >= _MOST_WATCHED or self.readiness.draining

    async def changed(self, session_id: CheckoutId, since: int, patience_s: int) -> bool:
        """Wait until the session's payment is at another version than `since`; say whether that came in time."""
        watcher = _Watcher(since)
        self._watched[session_id].add(watcher)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(patience_s):
                await watcher.changed.wait()
        except TimeoutError:
            return False
        finally:
            watchers = self._watched[session_id]
            watchers.discard(watcher)
            if not watchers:
                del self._watched[session_id]
        return True

    async def _look(self) -> None:
        """Look once a second as long as anybody watches; when the process is to stop, let all of them go."""
        while self._watched:
            try:
                versions = await self.checkouts.versions(list(self._watched))
            except StorageUnavailable:
                versions = {}
            for session_id, version in versions.items():
                for watcher in self._watched.get(session_id, ()):
                    if watcher.since != version:
                        watcher.changed.set()
            if self.readiness.draining:
                for watchers in self._watched.values():
                    for watcher in watchers:
                        watcher.changed.set()
            await asyncio.sleep(_LOOK_EVERY_S)


@dataclass(frozen=True, slots=True)
class EventStream:
    """
    One page's server-sent events, as an ASGI application: `change` once, and then it is over.

    Source: the HTML standard, "Server-sent events".
    """

    live: LiveStatus
    session_id: CheckoutId
    since: int

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send until there is a change, the page is left, or it has been long enough."""
        headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        telling = asyncio.create_task(self._tell(send))
        leaving = asyncio.create_task(_left(receive))
        done, pending = await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if telling in done:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.body", "body": b"retry: 3000\n\n", "more_body": True})
        for _ in range(_LONGEST_S // _BEAT_EVERY_S):
            if await self.live.changed(self.session_id, self.since, _BEAT_EVERY_S):
                await send({"type": "http.response.body", "body": b"event: change\ndata: 1\n\n", "more_body": True})
                return
            await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
