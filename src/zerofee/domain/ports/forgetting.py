"""Who remembers things for speed must be told when they have changed."""

from typing import Protocol

from zerofee.domain.scope import Scope


class Forgetting(Protocol):
    """
    Tells this process at once, and others as soon as may be.

    It never raises: what nobody could be told of is forgotten by itself within seconds.
    """

    async def key_changed(self, digest: str) -> None:
        """Say that the key with this digest was changed or revoked."""
        ...

    async def endpoints_changed(self, scope: Scope) -> None:
        """Say that a webhook endpoint of the scope was changed."""
        ...

    async def routing_changed(self, scope: Scope) -> None:
        """Say that a route or a connection of the scope was changed."""
        ...
