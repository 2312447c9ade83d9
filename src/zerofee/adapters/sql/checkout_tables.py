"""The table of checkout sessions: what the hosted page knows beside its payment."""

from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table

from zerofee.adapters.sql.columns import moment, one_of, text, whole, word
from zerofee.adapters.sql.tables import METADATA, SCOPE, SCOPED_ID
from zerofee.domain.scope import Environment

CHECKOUT_SESSIONS: Final = Table(
    "checkout_sessions",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    word("payment_id"),
    text("methods"),
    text("line_items"),
    word("locale", null=True),
    word("provider_id", null=True),
    whole("pays"),
    moment("created_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint([*SCOPE, "payment_id"], [f"payments.{name}" for name in SCOPED_ID]),
    one_of("environment", Environment),
    CheckConstraint("pays >= 0", name="pays"),
    # The page's address names no app: the id, which nobody can guess, is all that it has.
    Index("ix_checkout_sessions_id", "id", unique=True),
    Index("ix_checkout_sessions_payment", "payment_id", *SCOPE, unique=True),
    sqlite_strict=True,
)
