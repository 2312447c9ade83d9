"""Where apps listen, and what is on its way to them."""

from datetime import datetime

from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.outbox_statements import OutboxStatements
from zerofee.adapters.sql.outbox_tables import WEBHOOK_DELIVERIES
from zerofee.adapters.sql.page_statements import PageStatements
from zerofee.adapters.sql.reads import scope_values
from zerofee.adapters.sql.rows.encoding import micros
from zerofee.adapters.sql.rows.event import event_of
from zerofee.adapters.sql.rows.outbox import delivery_of_row, due_of, endpoint_of, lane_of
from zerofee.adapters.sql.views import page_of
from zerofee.domain.delivery import Delivery, DeliveryStatus
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.ids import DeliveryId, EndpointId, EventId
from zerofee.domain.ports.outbox import DueDelivery, Lane
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.scope import Scope


class SqlOutbox:
    """The `Endpoints`, `Deliveries` and `Outbox` ports."""

    def __init__(self, engine: Engine, statements: OutboxStatements, pages: PageStatements) -> None:
        """Read and claim by `engine`."""
        self._engine = engine
        self._statements = statements
        self._pages = pages

    async def endpoint(self, scope: Scope, endpoint_id: EndpointId) -> WebhookEndpoint:
        found = await self._engine.fetch(self._statements.endpoint, {**scope_values(scope), "id": endpoint_id})
        if not found:
            raise NotFound("webhook endpoint")
        return endpoint_of(found[0])

    async def endpoints(self, scope: Scope) -> tuple[WebhookEndpoint, ...]:
        return tuple(map(endpoint_of, await self._engine.fetch(self._statements.endpoints, scope_values(scope))))

    async def event(self, scope: Scope, event_id: EventId) -> Event:
        found = await self._engine.fetch(self._statements.event, {**scope_values(scope), "id": event_id})
        if not found:
            raise NotFound("event")
        return event_of(found[0])

    async def delivery(self, scope: Scope, delivery_id: DeliveryId) -> Delivery:
        found = await self._engine.fetch(self._statements.delivery, {**scope_values(scope), "id": delivery_id})
        if not found:
            raise NotFound("delivery")
        return delivery_of_row(found[0])

    async def deliveries(
        self, scope: Scope, endpoint_id: EndpointId, status: DeliveryStatus | None, page: PageOf
    ) -> Listed[Delivery]:
        filters = {"endpoint_id": endpoint_id, "status": None if status is None else status.value}
        return await page_of(self._engine, self._pages, WEBHOOK_DELIVERIES, scope, filters, page, delivery_of_row)

    async def failed_since(
        self, scope: Scope, endpoint_id: EndpointId, since: datetime, limit: int
    ) -> tuple[Delivery, ...]:
        values = {**scope_values(scope), "endpoint_id": endpoint_id, "since": micros(since), "limit": limit}
        return tuple(map(delivery_of_row, await self._engine.fetch(self._statements.failed_since, values)))

    async def lanes(self, now: datetime, limit: int) -> tuple[Lane, ...]:
        values = {"now": micros(now), "limit": limit}
        return tuple(map(lane_of, await self._engine.fetch(self._statements.lanes, values)))

    async def lanes_of(self, scope: Scope, endpoint_id: EndpointId, now: datetime) -> tuple[Lane, ...]:
        values = {**scope_values(scope), "id": endpoint_id, "now": micros(now)}
        return tuple(map(lane_of, await self._engine.fetch(self._statements.lane, values)))

    async def claim(self, endpoint: WebhookEndpoint, owner: str, now: datetime, until: datetime) -> bool:
        values = {
            **scope_values(endpoint.scope),
            "id": endpoint.id,
            "owner": owner,
            "now": micros(now),
            "lease_until": micros(until),
        }
        return bool(await self._engine.change(self._statements.claim, values))

    async def release(self, owner: str) -> None:
        await self._engine.change(self._statements.release, {"owner": owner})

    async def due(self, scope: Scope, endpoint_id: EndpointId, now: datetime, limit: int) -> tuple[DueDelivery, ...]:
        values = {**scope_values(scope), "endpoint_id": endpoint_id, "now": micros(now), "limit": limit}
        return tuple(map(due_of, await self._engine.fetch(self._statements.due, values)))

    async def reap(self, quiet_since: datetime, limit: int) -> int:
        values = {"quiet_since": micros(quiet_since), "limit": limit}
        return len(await self._engine.change(self._statements.reap, values))
