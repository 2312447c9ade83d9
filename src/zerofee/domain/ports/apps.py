"""What an app's people manage, found by the app alone: its things in both environments."""

from typing import Protocol

from zerofee.domain.app import ApiKey, App
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId, KeyId, RouteId, UserId
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.routing import Route
from zerofee.domain.scope import Environment


class Apps(Protocol):
    """
    Apps and what belongs to them. Whoever asks has made sure that the app is the asker's.

    Lists are newest first, of one environment or, with `None`, of both. Each look-up raises `NotFound`.
    """

    async def app(self, app_id: AppId) -> App:
        """Find one app."""
        ...

    async def apps(self, owner_id: UserId, page: PageOf) -> Listed[App]:
        """List a person's apps."""
        ...

    async def key_of(self, app_id: AppId, key_id: KeyId) -> ApiKey:
        """Find one key of the app."""
        ...

    async def keys_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[ApiKey]:
        """List the app's keys, the revoked ones too."""
        ...

    async def connection_of(self, app_id: AppId, connection_id: ConnectionId) -> Connection:
        """Find one connection of the app."""
        ...

    async def connections_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[Connection]:
        """List the app's connections."""
        ...

    async def route_of(self, app_id: AppId, route_id: RouteId) -> Route:
        """Find one route of the app."""
        ...

    async def routes_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[Route]:
        """List the app's routes."""
        ...


class Everybody(Protocol):
    """All apps' things, for the operator's own work; each call gives the next few after what it is given."""

    async def app_ids(self, after: AppId | None, limit: int) -> tuple[AppId, ...]:
        """List the ids of all apps, in order."""
        ...

    async def connections_after(self, last: Connection | None, limit: int) -> tuple[Connection, ...]:
        """List all connections, by app, environment and id."""
        ...
