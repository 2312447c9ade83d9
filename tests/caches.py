"""Every cache that a test may run on, with its time in the test's hands."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis
from typing_extensions import override

from zerofee.adapters.memory.cache import MemoryCache
from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.memory.limits import MemoryLimits
from zerofee.domain.ports.cache import Cache
from zerofee.domain.ports.limits import Limits
from zerofee.entrypoints.caches import SharedCaching
from zerofee.testing.cache_contract import TimedCaching

KINDS = ("memory", "redis")
PATIENT_S = 5
"""A machine that is busy with other tests must not look like a Redis that is away."""


@dataclass
class MemoryCaching:
    """A process's own cache."""

    clock: ToldClock = field(default_factory=ToldClock)
    passed_s: float = 0
    cache: Cache = field(init=False)
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        self.cache = MemoryCache(self.clock)
        self.limits = MemoryLimits(lambda: self.passed_s)

    async def pass_time(self, seconds: int) -> None:
        """Say that it passed."""
        self.clock.advance(seconds)
        self.passed_s += seconds


class RedisCaching(SharedCaching):
    """A Redis, whose clock cannot be set: what it keeps is made older instead."""

    def __init__(self, url: str) -> None:
        """Open a second connection for the test."""
        super().__init__(url, PATIENT_S)
        self.redis = Redis.from_url(url)

    async def pass_time(self, seconds: int) -> None:
        """Move the moments in every window back, and bring every end nearer."""
        async for key in self.redis.scan_iter():
            if await self.redis.type(key) == b"list":
                moments = [int(moment) - seconds * 1_000_000 for moment in await self.redis.lrange(key, 0, -1)]
                await self.redis.delete(key)
                await self.redis.rpush(key, *moments)
            else:
                await self.redis.pexpire(key, max(1, await self.redis.pttl(key) - seconds * 1000))
                while 0 <= await self.redis.pttl(key) <= 1:
                    pass

    @override
    async def close(self) -> None:
        """Close both."""
        await self.redis.aclose()
        await super().close()


@asynccontextmanager
async def opened(kind: str, redis_url: Callable[[], str]) -> AsyncIterator[TimedCaching]:
    """Open an empty cache of one of `KINDS`, and close it; Redis is only started if it is the kind."""
    if kind == "memory":
        yield MemoryCaching()
        return
    caching = RedisCaching(redis_url())
    await caching.start(lambda _: None)
    try:
        yield caching
    finally:
        await caching.close()
