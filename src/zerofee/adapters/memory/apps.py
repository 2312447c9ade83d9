"""What an app's people manage, found by looking at everything."""

from collections.abc import Iterable
from typing import TypeVar

from zerofee.adapters.memory.shelves import Shelf
from zerofee.adapters.memory.shop import Shop
from zerofee.adapters.memory.views import page_of
from zerofee.domain.app import ApiKey, App
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId, KeyId, RouteId, UserId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.routing import Route
from zerofee.domain.scope import Environment

ScopedT = TypeVar("ScopedT", ApiKey, Connection, Route, InboxEvent)


class MemoryApps:
    """The `Apps` and `Everybody` ports."""

    def __init__(self, shop: Shop) -> None:
        """Look into `shop`."""
        self._shop = shop

    async def app(self, app_id: AppId) -> App:
        found = self._shop.apps.rows.get(app_id)
        if found is None:
            raise NotFound("app")
        return found

    async def apps(self, owner_id: UserId, page: PageOf) -> Listed[App]:
        return page_of((app for app in self._shop.apps if app.owner_id == owner_id), page)

    async def key_of(self, app_id: AppId, key_id: KeyId) -> ApiKey:
        return found_in(self._shop.keys, app_id, key_id)

    async def keys_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[ApiKey]:
        return page_of(of_app(self._shop.keys, app_id, environment), page)

    async def connection_of(self, app_id: AppId, connection_id: ConnectionId) -> Connection:
        return found_in(self._shop.connections, app_id, connection_id)

    async def connections_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[Connection]:
        return page_of(of_app(self._shop.connections, app_id, environment), page)

    async def route_of(self, app_id: AppId, route_id: RouteId) -> Route:
        return found_in(self._shop.routes, app_id, route_id)

    async def routes_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[Route]:
        return page_of(of_app(self._shop.routes, app_id, environment), page)

    async def app_ids(self, after: AppId | None, limit: int) -> tuple[AppId, ...]:
        return tuple(sorted(app.id for app in self._shop.apps if after is None or app.id > after)[:limit])

    async def connections_after(self, last: Connection | None, limit: int) -> tuple[Connection, ...]:
        found = (one for one in self._shop.connections if last is None or _place(one) > _place(last))
        return tuple(sorted(found, key=_place)[:limit])


def of_app(shelf: Shelf[ScopedT], app_id: AppId, environment: Environment | None) -> Iterable[ScopedT]:
    """Go through what is an app's, in one environment or in both."""
    return (t for t in shelf if t.scope.app_id == app_id and environment in {None, t.scope.environment})


def found_in(shelf: Shelf[ScopedT], app_id: AppId, thing_id: str) -> ScopedT:
    """Find one thing of an app's; raise `NotFound`."""
    for thing in of_app(shelf, app_id, None):
        if thing.id == thing_id:
            return thing
    raise NotFound(shelf.name)


def _place(connection: Connection) -> tuple[str, str, str]:
    return connection.scope.app_id, connection.scope.environment.value, connection.id
