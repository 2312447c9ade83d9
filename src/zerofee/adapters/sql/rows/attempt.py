"""Attempts, from and to rows, with what is secret in their details sealed."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

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
from zerofee.domain.outcome import SECRET_DETAIL
from zerofee.domain.ports.vault import DetailVault, SealBroken

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AttemptRows:
    """
    Writes and reads attempts whose details may be secret.

    A store without a vault keeps no secret: it raises `ValueError` when it is given one. A sealed detail that does
    not open, its key being gone, is left out: whoever asks goes without it.
    """

    vault: DetailVault | None = None

    def row_of(self, attempt: Attempt) -> dict[str, Any]:
        """Write an attempt."""
        return attempt_row(self._sealed(attempt) if _has_secrets(attempt) else attempt)

    def attempt_of(self, row: Row) -> Attempt:
        """Read an attempt."""
        attempt = attempt_of(row)
        return replace(attempt, details=dict(self._opened(attempt))) if _has_secrets(attempt) else attempt

    def _sealed(self, attempt: Attempt) -> Attempt:
        vault = self.vault
        if vault is None:
            raise ValueError("a store that was opened without a vault keeps no secret details")
        details = {
            name: vault.seal_detail(attempt, name, value) if name.startswith(SECRET_DETAIL) else value
            for name, value in attempt.details.items()
        }
        return replace(attempt, details=details)

    def _opened(self, attempt: Attempt) -> Iterator[tuple[str, str]]:
        for name, value in attempt.details.items():
            if not name.startswith(SECRET_DETAIL):
                yield name, value
            elif self.vault is not None:
                try:
                    yield name, self.vault.open_detail(attempt, name, value)
                except SealBroken:
                    _LOG.warning("%s of attempt %s does not open any more", name, attempt.id)


def _has_secrets(attempt: Attempt) -> bool:
    return any(name.startswith(SECRET_DETAIL) for name in attempt.details)


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
