"""Payments, from and to rows."""

from typing import Any, Final

import msgspec

from zerofee.adapters.sql.rows.encoding import (
    Row,
    action_json,
    action_of,
    failure_of,
    json_of,
    maybe_json,
    maybe_micros,
    maybe_time,
    micros,
    scope_of,
    texts_json,
    texts_of,
    time_of,
)
from zerofee.domain.customer import Customer
from zerofee.domain.money import Money
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.routing import Decision
from zerofee.domain.wish import CaptureMode

_CUSTOMER: Final = msgspec.json.Decoder(Customer)
_DECISION: Final = msgspec.json.Decoder(Decision)


def payment_row(payment: Payment) -> dict[str, Any]:
    """Write a payment. Each writing makes it due at its end by time again, whoever had claimed it."""
    expires_at = maybe_micros(payment.expires_at)
    return {
        "app_id": payment.scope.app_id,
        "environment": payment.scope.environment.value,
        "id": payment.id,
        "amount_minor": payment.money.minor,
        "currency": payment.money.currency,
        "status": payment.status.value,
        "capture": payment.capture.value,
        "method": payment.method,
        "country": payment.country,
        "operator": payment.operator,
        "customer": maybe_json(payment.customer),
        "reference": payment.reference,
        "description": payment.description,
        "metadata": texts_json(payment.metadata),
        "return_url": payment.return_url,
        "cancel_url": payment.cancel_url,
        "hosted_url": payment.hosted_url,
        "provider_id": payment.provider_id,
        "decision": json_of(payment.decision),
        "charge_id": payment.charge_id,
        "charges": payment.charges,
        "attempts": payment.attempts,
        "captured_minor": payment.captured_minor,
        "refunded_minor": payment.refunded_minor,
        "refunding_minor": payment.refunding_minor,
        "next_action": action_json(payment.next_action),
        "failure": maybe_json(payment.failure),
        "attention": payment.attention,
        "late": payment.late,
        "expires_at": expires_at,
        "due_at": expires_at,
        "news": payment.news,
        "created_at": micros(payment.created_at),
        "updated_at": micros(payment.updated_at),
        "version": payment.version,
    }


def payment_of(row: Row) -> Payment:
    """Read a payment."""
    return Payment(
        id=row["id"],
        scope=scope_of(row),
        money=Money(row["amount_minor"], row["currency"]),
        status=PaymentStatus(row["status"]),
        capture=CaptureMode(row["capture"]),
        method=row["method"],
        country=row["country"],
        operator=row["operator"],
        customer=None if row["customer"] is None else _CUSTOMER.decode(row["customer"]),
        reference=row["reference"],
        description=row["description"],
        metadata=texts_of(row["metadata"]),
        return_url=row["return_url"],
        cancel_url=row["cancel_url"],
        hosted_url=row["hosted_url"],
        provider_id=row["provider_id"],
        decision=_DECISION.decode(row["decision"]),
        charge_id=row["charge_id"],
        charges=row["charges"],
        attempts=row["attempts"],
        captured_minor=row["captured_minor"],
        refunded_minor=row["refunded_minor"],
        refunding_minor=row["refunding_minor"],
        next_action=action_of(row["next_action"]),
        failure=failure_of(row["failure"]),
        attention=row["attention"],
        late=bool(row["late"]),
        expires_at=maybe_time(row["expires_at"]),
        news=row["news"],
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )
