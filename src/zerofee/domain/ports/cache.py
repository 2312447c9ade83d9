"""Counters and short memories that may vanish at any time: only speed and sharpness are lost."""

from typing import Protocol


class Cache(Protocol):
    """A store that may be gone, slow or emptied; each method then behaves as if it knew nothing."""

    async def get(self, key: str) -> bytes | None:
        """Give what was kept under `key`, `None` when it is not there any more."""
        ...

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """Keep `value` for at most `ttl_s` seconds."""
        ...

    async def forget(self, key: str) -> None:
        """Drop what is kept under `key`."""
        ...

    async def healthy(self) -> bool:
        """Say whether the cache answers now."""
        ...
