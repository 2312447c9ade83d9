"""A process in which nothing is remembered for speed."""

from zerofee.domain.scope import Scope


class Quiet:
    """Remembers nothing, so there is nothing to forget."""

    async def key_changed(self, digest: str) -> None: ...

    async def routing_changed(self, scope: Scope) -> None: ...

    async def endpoints_changed(self, scope: Scope) -> None: ...
