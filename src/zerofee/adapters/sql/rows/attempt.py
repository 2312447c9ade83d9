"""Attempts, from and to rows."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import (
    Row,
    action_json,
    action_of,
    failure_of,
    maybe_json,
    maybe_micros,
    maybe_time,
    micros,
    scope_of,
    texts_json,
    texts_of,
    time_of,
)
from zerofee.domain.attempt import Attempt, AttemptKind, AttemptState
from zerofee.domain.money import Money


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    """Write an attempt."""
    return {
        "app_id": attempt.scope.app_id,
        "environment": attempt.scope.environment.value,
        "id": attempt.id,
        "payment_id": attempt.payment_id,
        "refund_id": attempt.refund_id,
        "withdrawal_id": attempt.withdrawal_id,
        "kind": attempt.kind.value,
        "number": attempt.number,
        "connection_id": attempt.connection_id,
        "credential_version": attempt.credential_version,
        "provider_id": attempt.provider_id,
        "amount_minor": attempt.money.minor,
        "currency": attempt.money.currency,
        "provider_key": attempt.provider_key,
        "digest": attempt.digest,
        "state": attempt.state.value,
        "reference": attempt.reference,
        "details": texts_json(attempt.details),
        "next_action": action_json(attempt.next_action),
        "failure": maybe_json(attempt.failure),
        "note": attempt.note,
        "boot_id": attempt.boot_id,
        "deadline_at": micros(attempt.deadline_at),
        "ask_at": maybe_micros(attempt.ask_at),
        "asked": attempt.asked,
        "absent_since": maybe_micros(attempt.absent_since),
        "tries": attempt.tries,
        "claim_id": attempt.claim_id,
        "started_at": micros(attempt.started_at),
        "ended_at": maybe_micros(attempt.ended_at),
        "version": attempt.version,
    }


def attempt_of(row: Row) -> Attempt:
    """Read an attempt."""
    return Attempt(
        id=row["id"],
        scope=scope_of(row),
        payment_id=row["payment_id"],
        refund_id=row["refund_id"],
        withdrawal_id=row["withdrawal_id"],
        kind=AttemptKind(row["kind"]),
        number=row["number"],
        connection_id=row["connection_id"],
        credential_version=row["credential_version"],
        provider_id=row["provider_id"],
        money=Money(row["amount_minor"], row["currency"]),
        provider_key=row["provider_key"],
        digest=row["digest"],
        state=AttemptState(row["state"]),
        reference=row["reference"],
        details=texts_of(row["details"]),
        next_action=action_of(row["next_action"]),
        failure=failure_of(row["failure"]),
        note=row["note"],
        boot_id=row["boot_id"],
        deadline_at=time_of(row["deadline_at"]),
        ask_at=maybe_time(row["ask_at"]),
        asked=row["asked"],
        absent_since=maybe_time(row["absent_since"]),
        tries=row["tries"],
        claim_id=row["claim_id"],
        started_at=time_of(row["started_at"]),
        ended_at=maybe_time(row["ended_at"]),
        version=row["version"],
    )
