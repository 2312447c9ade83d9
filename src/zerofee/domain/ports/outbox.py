"""Where apps listen, and what is on its way to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from zerofee.domain.delivery import Delivery, DeliveryStatus
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.ids import DeliveryId, EndpointId, EventId
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Lane:
    """
    An endpoint with something due, and which process delivers to it until when.

    One process at a time delivers to one endpoint, so that what is in flight there can be counted, and deliveries
    need not be claimed one by one.
    """

    endpoint: WebhookEndpoint
    owner: str | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery whose time has come, with what it delivers."""

    delivery: Delivery
    event: Event


class Endpoints(Protocol):
    """Where apps listen, always within a scope."""

    async def endpoint(self, scope: Scope, endpoint_id: EndpointId) -> WebhookEndpoint:
        """Find one; raise `NotFound`."""
        ...

    async def endpoints(self, scope: Scope) -> tuple[WebhookEndpoint, ...]:
        """List all of a scope's by id, Python subscribers too."""
        ...


class Listening(Protocol):
    """The same list as `Endpoints`, remembered for the hot path; a change is seen here at once."""

    async def endpoints(self, scope: Scope) -> tuple[WebhookEndpoint, ...]:
        """List all of a scope's endpoints."""
        ...


class Deliveries(Protocol):
    """What is and was on its way, always within a scope. Look-ups raise `NotFound`."""

    async def event(self, scope: Scope, event_id: EventId) -> Event:
        """Find one event."""
        ...

    async def delivery(self, scope: Scope, delivery_id: DeliveryId) -> Delivery:
        """Find one delivery."""
        ...

    async def deliveries(
        self, scope: Scope, endpoint_id: EndpointId, status: DeliveryStatus | None, page: PageOf
    ) -> Listed[Delivery]:
        """List an endpoint's deliveries, newest first."""
        ...

    async def failed_since(
        self, scope: Scope, endpoint_id: EndpointId, since: datetime, limit: int
    ) -> tuple[Delivery, ...]:
        """List what was given up, was born at `since` or later, and was not delivered anew; the oldest first."""
        ...


class Outbox(Protocol):
    """Due deliveries, in a lane of their own for each endpoint."""

    async def lanes(self, now: datetime, limit: int) -> tuple[Lane, ...]:
        """List enabled endpoints to which something is due; Python subscribers only in `lanes_of`."""
        ...

    async def lanes_of(self, scope: Scope, endpoint_id: EndpointId, now: datetime) -> tuple[Lane, ...]:
        """Give one endpoint's lane, if it is enabled and something is due to it."""
        ...

    async def claim(self, endpoint: WebhookEndpoint, owner: str, now: datetime, until: datetime) -> bool:
        """Take a lane until then, in one guarded commit; say whether nobody else has it."""
        ...

    async def release(self, owner: str) -> None:
        """Give back every lane of a process that ends."""
        ...

    async def due(self, scope: Scope, endpoint_id: EndpointId, now: datetime, limit: int) -> tuple[DueDelivery, ...]:
        """Read what is due to one endpoint, the oldest first; only the owner of its lane may deliver it."""
        ...

    async def reap(self, quiet_since: datetime, limit: int) -> int:
        """
        Forget up to `limit` deliveries of which nothing was heard since; say how many.

        Whatever is still tried is tried within days; the rest has ended, or its endpoint was disabled or deleted.
        """
        ...
