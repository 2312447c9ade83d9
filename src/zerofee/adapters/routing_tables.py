"""The routing table of a scope: its routes and connections as stored, with what each installed provider can do."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from zerofee.adapters.remembering import Remembered
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.connection import Connection
from zerofee.domain.ordering import Strategy
from zerofee.domain.ports.watch import Watch
from zerofee.domain.routing import Option, Route, RoutingTable
from zerofee.domain.scope import Scope

# Another process's change of a route is seen after this long at the latest.
_TTL_S: Final = 2


class RoutingLists(Protocol):
    """What a store tells of a scope's routing."""

    async def routes(self, scope: Scope) -> tuple[Route, ...]:
        """List a scope's routes."""
        ...

    async def connections(self, scope: Scope) -> tuple[Connection, ...]:
        """List a scope's connections."""
        ...

    async def strategy(self, scope: Scope) -> Strategy:
        """Say how the app puts its routes in order."""
        ...


class Installed(Protocol):
    """What is known of the installed providers."""

    def capabilities(self, provider_id: str) -> Capabilities | None:
        """Give what one provider can do, `None` when it is not installed."""
        ...


class RememberedRouting:
    """The `RoutingTables` port. Whoever writes a route or a connection here tells `forget`."""

    def __init__(
        self,
        lists: RoutingLists,
        providers: Installed,
        ttl_s: int = _TTL_S,
        stopwatch: Callable[[], float] = time.monotonic,
        watch: Watch | None = None,
    ) -> None:
        """Compose what `lists` and `providers` tell, and what `watch` knows of how the connections fare."""
        self._lists = lists
        self._providers = providers
        self._watch = watch
        self._remembered = Remembered(self._compose, ttl_s, stopwatch=stopwatch)

    async def routing(self, scope: Scope) -> RoutingTable:
        table = await self._remembered.get(scope)
        health = self._watch.health(table.options) if self._watch is not None else {}
        return replace(table, health=health) if health else table

    def forget(self, scope: Scope) -> None:
        """Read the scope's table anew when it is asked for next: it was changed here."""
        self._remembered.forget(scope)

    async def _compose(self, scope: Scope) -> RoutingTable:
        lists = self._lists
        routes, connections, strategy = await asyncio.gather(
            lists.routes(scope), lists.connections(scope), lists.strategy(scope)
        )
        options = {}
        for connection in connections:
            # A connection whose provider is not installed here cannot be used, so routing does not see it.
            capabilities = self._providers.capabilities(connection.provider_id)
            if capabilities is not None:
                options[connection.id] = Option(connection=connection, capabilities=capabilities)
        return RoutingTable(routes=routes, options=options, strategy=strategy)
