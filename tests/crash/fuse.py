"""A fuse that burns at one of a process's port calls, before or after the call took effect."""

import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from tests.process import Process, World
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.connection import Connection
from zerofee.domain.ports.provider import Provider, Providers

PortT = TypeVar("PortT")


class Died(BaseException):
    """The process is gone. It is no `Exception`, since nothing may catch it and live on."""


@dataclass(slots=True)
class Fuse:
    """Counts the moments at which a process may die, and lets it die at one of them and ever after."""

    burns_at: int | None = None
    moments: int = 0

    def spend(self) -> None:
        """Go through one moment."""
        self.moments += 1
        if self.burns_at is not None and self.moments >= self.burns_at:
            raise Died


class _Fused:
    """Stands in for a port, with a moment before and a moment after each of its calls."""

    def __init__(self, port: Any, fuse: Fuse) -> None:  # noqa: ANN401  any port there is
        self._port = port
        self._fuse = fuse

    def __getattr__(self, name: str) -> object:
        found = getattr(self._port, name)
        return self._through(found) if inspect.iscoroutinefunction(found) else found

    async def __call__(self, *given: object) -> object:
        return await self._through(self._port.__call__)(*given)

    def _through(self, call: Callable[..., Coroutine[Any, Any, object]]) -> Callable[..., Coroutine[Any, Any, object]]:
        async def fused(*given: object) -> object:
            self._fuse.spend()
            result = await call(*given)
            self._fuse.spend()
            return result

        return fused


def fused(port: PortT, fuse: Fuse) -> PortT:
    """Put a fuse into every call of a port."""
    return cast("PortT", _Fused(port, fuse))


@dataclass(slots=True)
class FusedProviders:
    """The `Providers` port with a fuse in every call to a provider."""

    providers: Providers
    fuse: Fuse

    def catalogue(self) -> tuple[Capabilities, ...]:
        return self.providers.catalogue()

    def capabilities(self, provider_id: str) -> Capabilities | None:
        return self.providers.capabilities(provider_id)

    async def open(self, connection: Connection) -> Provider:
        self.fuse.spend()
        return fused(await self.providers.open(connection), self.fuse)


def mortal(world: World, fuse: Fuse) -> Process:
    """Build a process that dies when the fuse burns."""
    store = world.store
    return Process(
        world,
        commit=fused(store.commit, fuse),
        reads=fused(store.reads, fuse),
        tables=RememberedRouting(fused(store.reads, fuse), world.providers),
        providers=FusedProviders(world.providers, fuse),
        work=fused(store.work, fuse),
        ledger=fused(store.ledger, fuse),
    )
