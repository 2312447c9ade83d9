"""How a checkout session is found by its id alone, and how many pages learn at once whether anything changed."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import and_, bindparam, select

from zerofee.adapters.sql.checkout_tables import CHECKOUT_SESSIONS
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.tables import PAYMENTS, SCOPE


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutStatements:
    """One for each method of the `Checkouts` port. Both cross scopes: a session's id is the right to see it."""

    session: Prepared
    versions: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""
        by_id = select(CHECKOUT_SESSIONS).where(CHECKOUT_SESSIONS.c.id == bindparam("id"))
        same = and_(
            *(PAYMENTS.c[name] == CHECKOUT_SESSIONS.c[name] for name in SCOPE),
            PAYMENTS.c.id == CHECKOUT_SESSIONS.c.payment_id,
        )
        watched = sql.is_one_of(CHECKOUT_SESSIONS.c.id, "ids")
        versions = (
            select(CHECKOUT_SESSIONS.c.id, PAYMENTS.c.version)
            .join_from(CHECKOUT_SESSIONS, PAYMENTS, same)
            .where(watched)
        )
        return cls(
            session=prepare("checkout session by id alone", by_id, sql.dialect),
            versions=prepare("versions of payments on pages", versions, sql.dialect),
        )
