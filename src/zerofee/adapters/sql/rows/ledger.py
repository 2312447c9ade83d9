"""Entries, fee rules and pending credits, from and to rows."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import Row, micros, scope_of, time_of
from zerofee.domain.fee import FeeRule
from zerofee.domain.ledger import Entry, Source
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.money import Money


def entry_row(entry: Entry) -> dict[str, Any]:
    """Write an entry."""
    return {
        "app_id": entry.scope.app_id,
        "environment": entry.scope.environment.value,
        "currency": entry.currency,
        "id": entry.id,
        "source_type": entry.source_type.value,
        "source_id": entry.source_id,
        "kind": entry.kind,
        "account": entry.account,
        "amount_minor": entry.minor,
        "created_at": micros(entry.created_at),
    }


def entry_of(row: Row) -> Entry:
    """Read an entry."""
    return Entry(
        id=row["id"],
        scope=scope_of(row),
        currency=row["currency"],
        source_type=Source(row["source_type"]),
        source_id=row["source_id"],
        kind=row["kind"],
        account=row["account"],
        minor=row["amount_minor"],
        created_at=time_of(row["created_at"]),
    )


def fee_rule_row(rule: FeeRule) -> dict[str, Any]:
    """Write a fee rule."""
    return {
        "app_id": rule.scope.app_id,
        "environment": rule.scope.environment.value,
        "id": rule.id,
        "method": rule.method or "",
        "currency": rule.currency or "",
        "basis_points": rule.basis_points,
        "fixed_minor": rule.fixed_minor,
        "created_at": micros(rule.created_at),
        "version": rule.version,
    }


def fee_rule_of(row: Row) -> FeeRule:
    """Read a fee rule."""
    return FeeRule(
        id=row["id"],
        scope=scope_of(row),
        method=row["method"] or None,
        currency=row["currency"] or None,
        basis_points=row["basis_points"],
        fixed_minor=row["fixed_minor"],
        created_at=time_of(row["created_at"]),
        version=row["version"],
    )


def credit_row(credit: PendingCredit) -> dict[str, Any]:
    """Write what is pending of a payment."""
    return {
        "app_id": credit.scope.app_id,
        "environment": credit.scope.environment.value,
        "id": credit.id,
        "currency": credit.left.currency,
        "left_minor": credit.left.minor,
        "matures_at": micros(credit.matures_at),
        "turns": credit.turns,
        "version": credit.version,
    }


def credit_of(row: Row) -> PendingCredit:
    """Read what is pending of a payment."""
    return PendingCredit(
        id=row["id"],
        scope=scope_of(row),
        left=Money(row["left_minor"], row["currency"]),
        matures_at=time_of(row["matures_at"]),
        turns=row["turns"],
        version=row["version"],
    )
