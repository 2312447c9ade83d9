"""The cache port in a dictionary, with a clock that it is given."""

from datetime import datetime, timedelta
from typing import Final

from zerofee.domain.ports.clock import Clock

_MOST: Final = 10_000


class MemoryCache:
    """Keeps at most `most` values of this process; the oldest make way."""

    def __init__(self, clock: Clock, most: int = _MOST) -> None:
        """Begin empty."""
        self._clock = clock
        self._most = most
        self._kept: dict[str, tuple[bytes, datetime]] = {}

    async def get(self, key: str) -> bytes | None:
        value, ends_at = self._kept.get(key, (None, None))
        if ends_at is not None and ends_at <= self._clock.now():
            del self._kept[key]
            return None
        return value

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        self._kept.pop(key, None)
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = value, self._clock.now() + timedelta(seconds=ttl_s)

    async def forget(self, key: str) -> None:
        self._kept.pop(key, None)

    async def healthy(self) -> bool:
        return True
