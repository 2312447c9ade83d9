"""A refund: money going back to the payer, never more than was taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from zerofee.domain.failure import Failure
from zerofee.domain.ids import PaymentId, RefundId
from zerofee.domain.money import Money
from zerofee.domain.scope import Scope


class RefundStatus(StrEnum):
    """Where a refund stands; `succeeded` may still turn `failed` when the provider takes it back."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund of one payment; `news` counts the events told of it."""

    id: RefundId
    scope: Scope
    payment_id: PaymentId
    money: Money
    status: RefundStatus = RefundStatus.PENDING
    reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    provider_id: str
    news: int = 0
    created_at: datetime
    updated_at: datetime
    version: int = 1
