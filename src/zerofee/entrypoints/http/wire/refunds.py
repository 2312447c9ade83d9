"""A refund as the API shows it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from zerofee.domain.refund import Refund, RefundStatus
from zerofee.domain.scope import Environment
from zerofee.entrypoints.http.wire.parts import FailureBody, Time


class RefundBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One refund of one payment, in the payment's currency. `pending` until the provider has said how it ended."""

    id: str
    object: Literal["refund"] = "refund"
    payment_id: str
    status: RefundStatus
    amount: int
    currency: str
    reason: str | None
    metadata: Mapping[str, str]
    provider: str
    failure: FailureBody | None
    environment: Environment
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, refund: Refund) -> "RefundBody":
        """Show a refund."""
        return cls(
            id=refund.id,
            payment_id=refund.payment_id,
            status=refund.status,
            amount=refund.money.minor,
            currency=refund.money.currency,
            reason=refund.reason,
            metadata=refund.metadata,
            provider=refund.provider_id,
            failure=FailureBody.of(refund.failure),
            environment=refund.scope.environment,
            created_at=refund.created_at,
            updated_at=refund.updated_at,
        )
