"""What is shown: pages, newest first, with filters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from zerofee.domain.event import Event, EventType
from zerofee.domain.ids import PaymentId
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.refund import Refund
from zerofee.domain.scope import Scope

ShownT = TypeVar("ShownT")


@dataclass(frozen=True, slots=True)
class PageOf:
    """Which page: at most `limit` things older than the one whose id is `after`."""

    limit: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Listed(Generic[ShownT]):
    """One page. `has_more`: older things follow the last one here."""

    items: tuple[ShownT, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """What the listed payments have in common; `None` asks for nothing."""

    status: PaymentStatus | None = None
    reference: str | None = None
    provider_id: str | None = None
    needs_attention: bool | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """What the listed events have in common; `None` asks for nothing."""

    subject_id: str | None = None
    type: EventType | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


class Views(Protocol):
    """Questions whose answers are shown as they are, always within a scope, newest first."""

    async def payments(self, scope: Scope, wanted: PaymentFilter, page: PageOf) -> Listed[Payment]:
        """List payments."""
        ...

    async def refunds(self, scope: Scope, payment_id: PaymentId, page: PageOf) -> Listed[Refund]:
        """List a payment's refunds."""
        ...

    async def events(self, scope: Scope, wanted: EventFilter, page: PageOf) -> Listed[Event]:
        """List events."""
        ...
