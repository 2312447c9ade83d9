"""A payment as the API shows it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode
from zerofee.entrypoints.http.wire.parts import (
    CustomerBody,
    FailureBody,
    NextActionBody,
    RoutingBody,
    Time,
    next_action_of,
)


class PaymentBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    One payment as it stands. Amounts are integers in the minor unit of `currency` (ISO 4217).

    `needs_attention`: a person must look, and `attention` says why. `late`: the provider proved that the money was
    taken after the payment had ended otherwise.
    """

    id: str
    object: Literal["payment"] = "payment"
    status: PaymentStatus
    amount: int
    currency: str
    amount_captured: int
    amount_refunded: int
    payment_method: str | None
    country: str | None
    operator: str | None
    provider: str | None
    next_action: NextActionBody | None
    failure: FailureBody | None
    capture: CaptureMode
    customer: CustomerBody | None
    reference: str | None
    description: str | None
    metadata: Mapping[str, str]
    return_url: str | None
    cancel_url: str | None
    routing: RoutingBody
    late: bool
    needs_attention: bool
    attention: str | None
    environment: Environment
    expires_in: int | None
    expires_at: Time | None
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, payment: Payment) -> "PaymentBody":
        """Show a payment."""
        return cls(
            id=payment.id,
            status=payment.status,
            amount=payment.money.minor,
            currency=payment.money.currency,
            amount_captured=payment.captured_minor,
            amount_refunded=payment.refunded_minor,
            payment_method=payment.method,
            country=payment.country,
            operator=payment.operator,
            provider=payment.provider_id,
            next_action=next_action_of(payment.next_action),
            failure=FailureBody.of(payment.failure),
            capture=payment.capture,
            customer=CustomerBody.of(payment.customer),
            reference=payment.reference,
            description=payment.description,
            metadata=payment.metadata,
            return_url=payment.return_url,
            cancel_url=payment.cancel_url,
            routing=RoutingBody.of(payment.decision),
            late=payment.late,
            needs_attention=payment.attention is not None,
            attention=payment.attention,
            environment=payment.scope.environment,
            expires_in=_seconds_to_wait(payment),
            expires_at=payment.expires_at,
            created_at=payment.created_at,
            updated_at=payment.updated_at,
        )


def _seconds_to_wait(payment: Payment) -> int | None:
    if payment.expires_at is None:
        return None
    wait = payment.expires_at - payment.created_at
    return wait.days * 86_400 + wait.seconds
