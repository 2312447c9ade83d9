"""Balances from rows, and what is added to them."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import Row, scope_of
from zerofee.domain.wallet import BalanceMove, Balances


def move_row(move: BalanceMove) -> dict[str, Any]:
    """Write what is added."""
    return {
        "app_id": move.scope.app_id,
        "environment": move.scope.environment.value,
        "currency": move.currency,
        "available_minor": move.available_minor,
        "pending_minor": move.pending_minor,
        "reserved_minor": move.reserved_minor,
        "debt_minor": move.debt_minor,
    }


def balances_of(row: Row) -> Balances:
    """Read an app's balances in one currency."""
    return Balances(
        scope=scope_of(row),
        currency=row["currency"],
        available_minor=row["available_minor"],
        pending_minor=row["pending_minor"],
        reserved_minor=row["reserved_minor"],
        debt_minor=row["debt_minor"],
    )
