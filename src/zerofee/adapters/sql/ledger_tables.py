"""The tables of the ledger and of what goes with it: entries, fee rules, what is pending, withdrawals."""

from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from zerofee.adapters.sql.append_only import keep_appended
from zerofee.adapters.sql.columns import moment, one_of, partial, text, whole, word
from zerofee.adapters.sql.tables import METADATA, SCOPE, SCOPED_ID
from zerofee.domain.ledger import Source
from zerofee.domain.scope import Environment
from zerofee.domain.withdrawal import WithdrawalStatus

# As it stands in the condition of a partial index; the query that it serves repeats it word for word.
PENDS: Final = "left_minor > 0"

ENTRIES: Final = Table(
    "entries",
    METADATA,
    word("app_id"),
    word("environment"),
    word("currency"),
    word("id"),
    word("source_type"),
    word("source_id"),
    word("kind"),
    word("account"),
    whole("amount_minor"),
    moment("created_at"),
    # A wallet's entries lie together in the order of their birth: this one index lists them and adds them up.
    PrimaryKeyConstraint(*SCOPE, "currency", "id"),
    # What is told twice is booked once (reliability rules LED-2).
    UniqueConstraint("source_id", "source_type", "kind", "account", *SCOPE),
    one_of("environment", Environment),
    one_of("source_type", Source),
    CheckConstraint("amount_minor <> 0", name="amount"),
    sqlite_strict=True,
)
keep_appended(ENTRIES)

FEE_RULES: Final = Table(
    "fee_rules",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    # Empty where a rule is for every method or currency, since two NULLs would not be the same.
    word("method"),
    word("currency"),
    whole("basis_points"),
    whole("fixed_minor"),
    moment("created_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    UniqueConstraint(*SCOPE, "method", "currency"),
    ForeignKeyConstraint(["app_id"], ["apps.id"]),
    one_of("environment", Environment),
    CheckConstraint("basis_points BETWEEN 0 AND 10000 AND fixed_minor >= 0", name="bounds"),
    sqlite_strict=True,
)

PENDING_CREDITS: Final = Table(
    "pending_credits",
    METADATA,
    word("app_id"),
    word("environment"),
    # The payment's.
    word("id"),
    word("currency"),
    whole("left_minor"),
    moment("matures_at"),
    whole("turns"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint([*SCOPE, "id"], [f"payments.{name}" for name in SCOPED_ID]),
    CheckConstraint("left_minor >= 0", name="left"),
    partial("ix_pending_credits_due", "matures_at", where=PENDS),
    sqlite_strict=True,
)

WITHDRAWALS: Final = Table(
    "withdrawals",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    whole("amount_minor"),
    word("currency"),
    text("destination"),
    word("connection_id"),
    word("provider_id"),
    word("status"),
    word("reference", null=True),
    text("description", null=True),
    text("metadata"),
    text("failure", null=True),
    word("attention", null=True),
    whole("number", null=True),
    whole("attempts"),
    # When it is sent; claiming it moves this.
    moment("send_at", null=True),
    whole("news"),
    moment("created_at"),
    moment("updated_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint(["app_id"], ["apps.id"]),
    ForeignKeyConstraint([*SCOPE, "connection_id"], [f"connections.{name}" for name in SCOPED_ID]),
    one_of("environment", Environment),
    one_of("status", WithdrawalStatus),
    CheckConstraint("amount_minor > 0", name="amount"),
    # Two that were counted against one daily limit at once cannot both be written.
    partial("ix_withdrawals_number", *SCOPE, "currency", "number", where="number IS NOT NULL", unique=True),
    partial("ix_withdrawals_send", "send_at", where="send_at IS NOT NULL"),
    sqlite_strict=True,
)
