"""What processes remember for some seconds, made to be read anew: here at once, elsewhere as fast as news travels."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from zerofee.adapters.remembered_endpoints import RememberedEndpoints
from zerofee.adapters.remembering import RememberedKeys
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.domain.ids import AppId
from zerofee.domain.scope import Environment, Scope

Tell = Callable[[str], Awaitable[None]]

_KEY: Final = "key"
_ROUTING: Final = "routing"
_ENDPOINTS: Final = "endpoints"


@dataclass(frozen=True, slots=True)
class ToldForgetting:
    """
    The `Forgetting` port: forgets what was changed, and has the other processes told.

    `tell` reaches their `hear`, or does not: then they find out by themselves within seconds.
    """

    keys: RememberedKeys
    tables: RememberedRouting
    tell: Tell
    listening: RememberedEndpoints

    async def key_changed(self, digest: str) -> None:
        self.keys.forget(digest)
        await self.tell(f"{_KEY} {digest}")

    async def routing_changed(self, scope: Scope) -> None:
        self.tables.forget(scope)
        await self.tell(f"{_ROUTING} {scope.app_id} {scope.environment}")

    async def endpoints_changed(self, scope: Scope) -> None:
        self.listening.forget(scope)
        await self.tell(f"{_ENDPOINTS} {scope.app_id} {scope.environment}")

    def hear(self, news: str) -> None:
        """Forget what another process has changed; news of another version is passed over."""
        match news.split(" "):
            case [kind, digest] if kind == _KEY:
                self.keys.forget(digest)
            case [kind, app_id, environment] if kind == _ROUTING and environment in set(Environment):
                self.tables.forget(Scope(AppId(app_id), Environment(environment)))
            case [kind, app_id, environment] if kind == _ENDPOINTS and environment in set(Environment):
                self.listening.forget(Scope(AppId(app_id), Environment(environment)))
            case _:
                return
