"""Write, change and delete routes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from zerofee.application.apps.audited import Audited, Decided
from zerofee.domain.audit import AuditAction, Author
from zerofee.domain.change_set import Delete, Insert, Update
from zerofee.domain.ids import AppId, ConnectionId, RouteId
from zerofee.domain.in_words import deed
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.forgetting import Forgetting
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.store import NotFound, Reads
from zerofee.domain.route_rules import check_bounds, check_offer
from zerofee.domain.routing import Route
from zerofee.domain.scope import Scope

Drawn = Callable[[Route], Route]
"""A route with what the request says of it; everything else as it was."""


@dataclass(frozen=True, slots=True)
class WriteRoutes:
    """
    `POST /v1/apps/{app_id}/routes`, `PATCH` and `DELETE …/{route_id}`.

    What cannot be is refused with `InvalidField`, which names the field: a connection that is not in the route's
    scope, a condition that its provider can never meet, a number out of bounds.
    """

    audited: Audited
    apps: Apps
    reads: Reads
    providers: Providers
    forgetting: Forgetting
    ids: Ids

    async def make(self, author: Author, scope: Scope, connection_id: ConnectionId, draw: Drawn) -> Route:
        """Make a route to a connection."""
        route_id = self.ids.new(RouteId)

        async def decide(now: datetime) -> Decided[Route]:
            blank = Route(id=route_id, scope=scope, connection_id=connection_id, created_at=now, updated_at=now)
            route = await self.checked(draw(blank))
            return Decided(route, deed(AuditAction.ROUTE_CREATED, after=route), (Insert(route),))

        return await self._told(await self.audited(author, scope.app_id, decide))

    async def change(self, author: Author, app_id: AppId, route_id: RouteId, draw: Drawn) -> Route:
        """Change a route; raise `NotFound`."""

        async def decide(now: datetime) -> Decided[Route]:
            route = await self.apps.route_of(app_id, route_id)
            drawn = draw(route)
            if drawn == route:
                return Decided(route)
            changed = replace(await self.checked(drawn), updated_at=now, version=route.version + 1)
            return Decided(changed, deed(AuditAction.ROUTE_UPDATED, before=route, after=changed), (Update(changed),))

        return await self._told(await self.audited(author, app_id, decide))

    async def delete(self, author: Author, app_id: AppId, route_id: RouteId) -> Route:
        """Delete a route; payments keep the decisions that it took part in. Raise `NotFound`."""

        async def decide(_: datetime) -> Decided[Route]:
            route = await self.apps.route_of(app_id, route_id)
            return Decided(route, deed(AuditAction.ROUTE_DELETED, before=route), (Delete(route),))

        return await self._told(await self.audited(author, app_id, decide))

    async def checked(self, route: Route) -> Route:
        """Give a route back that could be written; raise `InvalidField` for one that could not."""
        check_bounds(route)
        try:
            connection = await self.reads.connection(route.scope, route.connection_id)
        except NotFound as missing:
            detail = f"The app has no such connection in its {route.scope.environment} environment."
            raise InvalidField(detail, field="provider_id") from missing
        can = self.providers.capabilities(connection.provider_id)
        if can is None:
            detail = f"The connection's provider, {connection.provider_id}, is not installed here."
            raise InvalidField(detail, field="provider_id")
        check_offer(route, can)
        return route

    async def _told(self, route: Route) -> Route:
        await self.forgetting.routing_changed(route.scope)
        return route
