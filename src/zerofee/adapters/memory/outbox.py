"""Where apps listen and what is on its way to them, found by looking at everything."""

from datetime import datetime

from zerofee.adapters.memory.shop import Shop
from zerofee.adapters.memory.views import page_of
from zerofee.domain.delivery import Delivery, DeliveryStatus
from zerofee.domain.endpoint import EndpointStatus, WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.ids import DeliveryId, EndpointId, EventId
from zerofee.domain.ports.outbox import DueDelivery, Lane
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.scope import Scope


class MemoryOutbox:
    """The `Endpoints`, `Deliveries` and `Outbox` ports."""

    def __init__(self, shop: Shop) -> None:
        """Look into `shop`."""
        self._shop = shop

    async def endpoint(self, scope: Scope, endpoint_id: EndpointId) -> WebhookEndpoint:
        found = self._shop.endpoints.rows.get((scope, endpoint_id))
        if found is None:
            raise NotFound("webhook endpoint")
        return found

    async def endpoints(self, scope: Scope) -> tuple[WebhookEndpoint, ...]:
        mine = (endpoint for endpoint in self._shop.endpoints if endpoint.scope == scope)
        return tuple(sorted(mine, key=lambda endpoint: endpoint.id))

    async def event(self, scope: Scope, event_id: EventId) -> Event:
        found = self._shop.events.rows.get((scope, event_id))
        if found is None:
            raise NotFound("event")
        return found

    async def delivery(self, scope: Scope, delivery_id: DeliveryId) -> Delivery:
        found = self._shop.deliveries.rows.get((scope, delivery_id))
        if found is None:
            raise NotFound("delivery")
        return found

    async def deliveries(
        self, scope: Scope, endpoint_id: EndpointId, status: DeliveryStatus | None, page: PageOf
    ) -> Listed[Delivery]:
        mine = self._of(scope, endpoint_id)
        return page_of((delivery for delivery in mine if status in {None, delivery.status}), page)

    async def failed_since(
        self, scope: Scope, endpoint_id: EndpointId, since: datetime, limit: int
    ) -> tuple[Delivery, ...]:
        found = [
            delivery
            for delivery in self._of(scope, endpoint_id)
            if delivery.status is DeliveryStatus.FAILED and not delivery.redelivered and delivery.created_at >= since
        ]
        return tuple(sorted(found, key=lambda delivery: delivery.id)[:limit])

    async def lanes(self, now: datetime, limit: int) -> tuple[Lane, ...]:
        found = [lane for one in self._shop.endpoints if one.subscriber is None for lane in self._lane(one, now)]
        return tuple(found[:limit])

    async def lanes_of(self, scope: Scope, endpoint_id: EndpointId, now: datetime) -> tuple[Lane, ...]:
        endpoint = self._shop.endpoints.rows.get((scope, endpoint_id))
        return () if endpoint is None else tuple(self._lane(endpoint, now))

    async def claim(self, endpoint: WebhookEndpoint, owner: str, now: datetime, until: datetime) -> bool:
        key = (endpoint.scope, endpoint.id)
        has, since = self._shop.lanes.get(key, (owner, now))
        if key not in self._shop.endpoints.rows or (has != owner and since > now):
            return False
        self._shop.lanes[key] = (owner, until)
        return True

    async def release(self, owner: str) -> None:
        for key in [key for key, (has, _) in self._shop.lanes.items() if has == owner]:
            del self._shop.lanes[key]

    async def due(self, scope: Scope, endpoint_id: EndpointId, now: datetime, limit: int) -> tuple[DueDelivery, ...]:
        found = [(d.due_at, d.id, d) for d in self._of(scope, endpoint_id) if d.due_at is not None and d.due_at <= now]
        oldest = [delivery for _, _, delivery in sorted(found, key=lambda row: row[:2])[:limit]]
        return tuple(DueDelivery(delivery, self._shop.events.rows[scope, delivery.event_id]) for delivery in oldest)

    async def reap(self, quiet_since: datetime, limit: int) -> int:
        ended = [delivery for delivery in self._shop.deliveries if delivery.updated_at < quiet_since]
        gone = sorted(ended, key=lambda delivery: delivery.updated_at)[:limit]
        for delivery in gone:
            self._shop.deliveries.remove((delivery.scope, delivery.id))
        return len(gone)

    def _of(self, scope: Scope, endpoint_id: EndpointId) -> list[Delivery]:
        return [d for d in self._shop.deliveries if d.scope == scope and d.endpoint_id == endpoint_id]

    def _lane(self, endpoint: WebhookEndpoint, now: datetime) -> list[Lane]:
        if endpoint.status is EndpointStatus.DISABLED:
            return []
        if not any(d.due_at is not None and d.due_at <= now for d in self._of(endpoint.scope, endpoint.id)):
            return []
        owner, until = self._shop.lanes.get((endpoint.scope, endpoint.id), (None, None))
        return [Lane(endpoint, owner, until)]
