"""What an app's people manage, and the operator's walks over all apps."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from zerofee.adapters.sql.app_statements import AppStatements
from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.prepared import Prepared
from zerofee.adapters.sql.rows.app import api_key_of, app_of
from zerofee.adapters.sql.rows.encoding import Row
from zerofee.adapters.sql.rows.routing import connection_of, route_of
from zerofee.domain.app import ApiKey, App
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId, KeyId, RouteId, UserId
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.routing import Route
from zerofee.domain.scope import Environment

T = TypeVar("T")

# Sorts after every id, which is a prefix in small letters and more.
_BEYOND: Final = "~"


class SqlApps:
    """The `Apps` and `Everybody` ports."""

    def __init__(self, engine: Engine, statements: AppStatements) -> None:
        """Read by `engine`."""
        self._engine = engine
        self._statements = statements

    async def app(self, app_id: AppId) -> App:
        return await one_of(self._engine, self._statements.app, {"id": app_id}, app_of, "app")

    async def apps(self, owner_id: UserId, page: PageOf) -> Listed[App]:
        return await page_by(self._engine, self._statements.apps, {"owner_id": owner_id}, page, app_of)

    async def key_of(self, app_id: AppId, key_id: KeyId) -> ApiKey:
        return await one_of(
            self._engine, self._statements.key, {**in_app(app_id, None), "id": key_id}, api_key_of, "API key"
        )

    async def keys_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[ApiKey]:
        return await page_by(self._engine, self._statements.keys, in_app(app_id, environment), page, api_key_of)

    async def connection_of(self, app_id: AppId, connection_id: ConnectionId) -> Connection:
        values = {**in_app(app_id, None), "id": connection_id}
        return await one_of(self._engine, self._statements.connection, values, connection_of, "connection")

    async def connections_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[Connection]:
        return await page_by(
            self._engine, self._statements.connections, in_app(app_id, environment), page, connection_of
        )

    async def route_of(self, app_id: AppId, route_id: RouteId) -> Route:
        return await one_of(
            self._engine, self._statements.route, {**in_app(app_id, None), "id": route_id}, route_of, "route"
        )

    async def routes_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[Route]:
        return await page_by(self._engine, self._statements.routes, in_app(app_id, environment), page, route_of)

    async def app_ids(self, after: AppId | None, limit: int) -> tuple[AppId, ...]:
        found = await self._engine.fetch(self._statements.app_ids, {"after": after or "", "limit": limit})
        return tuple(AppId(row["id"]) for row in found)

    async def connections_after(self, last: Connection | None, limit: int) -> tuple[Connection, ...]:
        values = {
            "after_app_id": last.scope.app_id if last else "",
            "after_environment": last.scope.environment.value if last else "",
            "after_id": last.id if last else "",
            "limit": limit,
        }
        return tuple(map(connection_of, await self._engine.fetch(self._statements.all_connections, values)))


async def one_of(
    engine: Engine, prepared: Prepared, values: Mapping[str, Any], of_row: Callable[[Row], T], kind: str
) -> T:
    """Read one thing; raise `NotFound`."""
    found = await engine.fetch(prepared, values)
    if not found:
        raise NotFound(kind)
    return of_row(found[0])


async def page_by(
    engine: Engine, prepared: Prepared, values: Mapping[str, Any], page: PageOf, of_row: Callable[[Row], T]
) -> Listed[T]:
    """Read one page, newest first."""
    # One more than is shown tells whether there are more.
    asked = {**values, "after": page.after or _BEYOND, "limit": page.limit + 1}
    found = await engine.fetch(prepared, asked)
    return Listed(items=tuple(map(of_row, found[: page.limit])), has_more=len(found) > page.limit)


def in_app(app_id: AppId, environment: Environment | None) -> dict[str, str]:
    """Give what `of_app` binds."""
    one, other = (environment, environment) if environment else (Environment.SANDBOX, Environment.LIVE)
    return {"app_id": app_id, "environment": one.value, "other_environment": other.value}
