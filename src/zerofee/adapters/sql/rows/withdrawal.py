"""Withdrawals, from and to rows."""

from typing import Any, Final

import msgspec

from zerofee.adapters.sql.rows.encoding import (
    Row,
    failure_of,
    json_of,
    maybe_json,
    maybe_micros,
    maybe_time,
    micros,
    scope_of,
    texts_of,
    time_of,
)
from zerofee.domain.money import Money
from zerofee.domain.withdrawal import Destination, Withdrawal, WithdrawalStatus

_DESTINATION: Final = msgspec.json.Decoder(Destination)


def withdrawal_row(withdrawal: Withdrawal) -> dict[str, Any]:
    """Write a withdrawal."""
    return {
        "app_id": withdrawal.scope.app_id,
        "environment": withdrawal.scope.environment.value,
        "id": withdrawal.id,
        "amount_minor": withdrawal.money.minor,
        "currency": withdrawal.money.currency,
        "destination": json_of(withdrawal.destination),
        "connection_id": withdrawal.connection_id,
        "provider_id": withdrawal.provider_id,
        "status": withdrawal.status.value,
        "reference": withdrawal.reference,
        "description": withdrawal.description,
        "metadata": json_of(withdrawal.metadata),
        "failure": maybe_json(withdrawal.failure),
        "attention": withdrawal.attention,
        "number": withdrawal.number,
        "attempts": withdrawal.attempts,
        "send_at": maybe_micros(withdrawal.send_at),
        "news": withdrawal.news,
        "created_at": micros(withdrawal.created_at),
        "updated_at": micros(withdrawal.updated_at),
        "version": withdrawal.version,
    }


def withdrawal_of(row: Row) -> Withdrawal:
    """Read a withdrawal."""
    return Withdrawal(
        id=row["id"],
        scope=scope_of(row),
        money=Money(row["amount_minor"], row["currency"]),
        destination=_DESTINATION.decode(row["destination"]),
        connection_id=row["connection_id"],
        provider_id=row["provider_id"],
        status=WithdrawalStatus(row["status"]),
        reference=row["reference"],
        description=row["description"],
        metadata=texts_of(row["metadata"]),
        failure=failure_of(row["failure"]),
        attention=row["attention"],
        number=row["number"],
        attempts=row["attempts"],
        send_at=maybe_time(row["send_at"]),
        news=row["news"],
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )
