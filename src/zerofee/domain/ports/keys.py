"""Which key is which: looked up by its digest, since the key itself is not kept."""

from typing import Protocol

from zerofee.domain.app import ApiKey


class Keys(Protocol):
    """The keys that were issued."""

    async def key(self, digest: str) -> ApiKey | None:
        """Find the key with this digest; `None` when there is none. May be up to 5 s old."""
        ...
