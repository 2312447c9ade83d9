"""The one way to a Redis: a short deadline, and a breaker, so that one that is gone costs nobody anything."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)
_SAID_EVERY_S: Final = 60
# To connect takes several exchanges, and nobody waits for a probe.
_PROBE_S: Final = 1
# To send, to hear and to hand on what was heard takes a turn of the loop each, and a busy loop's turns are long.
_TURNS: Final = 6
_LATE: Final = 1.2


class Away(Exception):
    """The server did not answer in time, or has not been answering lately."""


class RedisServer:
    """
    Asks a Redis, Valkey or Dragonfly; raises `Away`, and nothing else, whatever is wrong with it.

    Whoever asks first after it went away waits `timeout_s`; then nobody does, until a probe, every `pause_s`, is
    answered.

    Source: reliability rules P7, RAT-2.
    """

    def __init__(self, url: str, timeout_s: float, pause_s: float = 5) -> None:
        """Connect when first asked. Raises `ValueError` for a URL that names no server."""
        # The names of this library, which it would tell with each connection, are two more exchanges.
        self.client = Redis.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=None,
            socket_connect_timeout=_PROBE_S,
            driver_info=None,
        )
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self._probing: asyncio.Task[None] | None = None
        self._said_at = -float(_SAID_EVERY_S)

    @property
    def away(self) -> bool:
        """Say whether asking is of no use now."""
        return self._probing is not None

    async def start(self) -> None:
        """Connect; a server that is not there is waited for in the background."""
        if not await self._answers():
            self._went_away("no answer at start")

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Ask one question with the client; raise `Away` when there is no answer within the deadline."""
        if self.away:
            raise Away
        asking = asyncio.ensure_future(question())
        asking.add_done_callback(_look)
        if not await self._in_time(asking):
            asking.cancel()
            self._went_away("too slow")
            raise Away
        try:
            return asking.result()
        except Exception as fault:  # a connection that is torn down fails in more ways than the library names
            self._went_away(type(fault).__name__)
            raise Away from fault

    async def close(self) -> None:
        """Close every connection."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.wait((self._probing,))
        await self.client.aclose()

    async def _in_time(self, asking: "asyncio.Future[T]") -> bool:
        """Wait as long as the server may take; when this process itself was busy, that is not the server's time."""
        clock = asyncio.get_running_loop().time
        began = clock()
        await asyncio.wait((asking,), timeout=self._timeout_s)
        if not asking.done() and clock() - began > self._timeout_s * _LATE:
            await asyncio.wait((asking,), timeout=self._timeout_s)
        for _ in range(_TURNS):
            if asking.done():
                break
            await asyncio.sleep(0)
        return asking.done()

    def _went_away(self, why: str) -> None:
        if self.away:
            return
        self._probing = asyncio.create_task(self._probe())
        now = time.monotonic()
        if now - self._said_at >= _SAID_EVERY_S:
            self._said_at = now
            _LOG.warning("the cache is away (%s); limits are this process's own until it is back", why)

    async def _probe(self) -> None:
        # An answer that comes too late must not be taken for the next question's.
        await self._disconnect()
        await asyncio.sleep(self._pause_s)
        while not await self._answers():
            await self._disconnect()
            await asyncio.sleep(self._pause_s)
        self._probing = None

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(_PROBE_S):
                await self.client.ping()
        except (RedisError, OSError):
            return False
        return True

    async def _disconnect(self) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self.client.connection_pool.disconnect()


def _look(asked: "asyncio.Future[T]") -> None:
    """Look at how it ended, also when nobody waits any more: otherwise the loop complains of it."""
    if not asked.cancelled():
        asked.exception()
