"""Which cache a URL names, and what each of them offers."""

from collections.abc import Callable
from typing import Final, Protocol

from zerofee.adapters.limiting import FallingBackLimits
from zerofee.adapters.memory.cache import MemoryCache
from zerofee.adapters.memory.limits import MemoryLimits
from zerofee.adapters.redis.cache import RedisCache
from zerofee.adapters.redis.limits import RedisLimits
from zerofee.adapters.redis.news import RedisNews
from zerofee.adapters.redis.server import RedisServer
from zerofee.domain.ports.cache import Cache
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.limits import Limits
from zerofee.entrypoints.settings import PREFIX, Settings, SettingsRefused

MEMORY: Final = "memory://"


class Caching(Protocol):
    """Everything that may be lost at any time, of this process or shared with others."""

    @property
    def cache(self) -> Cache:
        """Give the short memory."""
        ...

    @property
    def limits(self) -> Limits:
        """Give the counters."""
        ...

    async def start(self, hear: Callable[[str], None]) -> None:
        """Open it; never raises for a server that is away. What other processes tell goes to `hear`."""
        ...

    async def tell(self, news: str) -> None:
        """Tell the other processes something that they find out anyway, some seconds later."""
        ...

    async def close(self) -> None:
        """Close it."""
        ...


class OwnCaching:
    """For a process that is alone, and so has nobody to tell anything."""

    def __init__(self, clock: Clock) -> None:
        """Begin empty."""
        self.cache: Cache = MemoryCache(clock)
        self.limits: Limits = MemoryLimits()

    async def start(self, hear: Callable[[str], None]) -> None:
        """Open nothing, and hear nothing."""

    async def tell(self, news: str) -> None:
        """Tell nobody."""

    async def close(self) -> None:
        """Close nothing."""


class SharedCaching:
    """For processes that share a Redis, each of which goes on by itself while it is away."""

    def __init__(self, url: str, timeout_s: float) -> None:
        """Connect at the start. Raises `ValueError` for a URL that names no server."""
        self._server = RedisServer(url, timeout_s)
        self._news = RedisNews(self._server)
        self.cache: Cache = RedisCache(self._server)
        self.limits: Limits = FallingBackLimits(RedisLimits(self._server), MemoryLimits())

    async def start(self, hear: Callable[[str], None]) -> None:
        """Connect, and listen."""
        await self._server.start()
        self._news.listen(hear)

    async def tell(self, news: str) -> None:
        """Tell the others."""
        await self._news.tell(news)

    async def close(self) -> None:
        """Close every connection."""
        await self._news.close()
        await self._server.close()


def open_cache(settings: Settings, clock: Clock) -> Caching:
    """Make the cache of `CACHE_URL`; `start` opens it. Raises `SettingsRefused` for a URL that names none."""
    if settings.cache_url == MEMORY:
        return OwnCaching(clock)
    try:
        return SharedCaching(settings.cache_url, settings.cache_timeout)
    except ValueError as fault:
        # What the library says of a URL may repeat it, with its password.
        raise SettingsRefused((f"{PREFIX}CACHE_URL: it is no URL. See .env.example for its form.",)) from fault
