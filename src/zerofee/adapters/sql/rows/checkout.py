"""Checkout sessions, from and to rows."""

from typing import Any, Final

import msgspec

from zerofee.adapters.sql.rows.encoding import Row, json_of, micros, scope_of, time_of
from zerofee.domain.checkout import CheckoutSession, LineItem
from zerofee.domain.method import Method

_LINES: Final = msgspec.json.Decoder(tuple[LineItem, ...])
_METHODS: Final = msgspec.json.Decoder(tuple[str, ...])


def checkout_row(session: CheckoutSession) -> dict[str, Any]:
    """Write a session."""
    return {
        "app_id": session.scope.app_id,
        "environment": session.scope.environment.value,
        "id": session.id,
        "payment_id": session.payment_id,
        "methods": json_of(session.methods),
        "line_items": json_of(session.line_items),
        "locale": session.locale,
        "provider_id": session.provider_id,
        "pays": session.pays,
        "created_at": micros(session.created_at),
        "version": session.version,
    }


def checkout_of(row: Row) -> CheckoutSession:
    """Read a session."""
    return CheckoutSession(
        id=row["id"],
        scope=scope_of(row),
        payment_id=row["payment_id"],
        methods=tuple(Method(name) for name in _METHODS.decode(row["methods"])),
        line_items=_LINES.decode(row["line_items"]),
        locale=row["locale"],
        provider_id=row["provider_id"],
        pays=row["pays"],
        created_at=time_of(row["created_at"]),
        version=row["version"],
    )
