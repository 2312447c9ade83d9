"""Refunds, from and to rows."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import (
    Row,
    failure_of,
    maybe_json,
    micros,
    scope_of,
    texts_json,
    texts_of,
    time_of,
)
from zerofee.domain.money import Money
from zerofee.domain.refund import Refund, RefundStatus


def refund_row(refund: Refund) -> dict[str, Any]:
    """Write a refund."""
    return {
        "app_id": refund.scope.app_id,
        "environment": refund.scope.environment.value,
        "id": refund.id,
        "payment_id": refund.payment_id,
        "amount_minor": refund.money.minor,
        "currency": refund.money.currency,
        "status": refund.status.value,
        "reason": refund.reason,
        "metadata": texts_json(refund.metadata),
        "failure": maybe_json(refund.failure),
        "provider_id": refund.provider_id,
        "news": refund.news,
        "created_at": micros(refund.created_at),
        "updated_at": micros(refund.updated_at),
        "version": refund.version,
    }


def refund_of(row: Row) -> Refund:
    """Read a refund."""
    return Refund(
        id=row["id"],
        scope=scope_of(row),
        payment_id=row["payment_id"],
        money=Money(row["amount_minor"], row["currency"]),
        status=RefundStatus(row["status"]),
        reason=row["reason"],
        metadata=texts_of(row["metadata"]),
        failure=failure_of(row["failure"]),
        provider_id=row["provider_id"],
        news=row["news"],
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )
