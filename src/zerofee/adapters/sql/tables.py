"""Every table, constraint and index: the database is the last to agree. Alembic compares this with what it made."""

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from zerofee.adapters.sql.columns import blob, flag, moment, one_of, partial, quoted, text, whole, word
from zerofee.domain.app import KeyKind
from zerofee.domain.attempt import IN_FLIGHT, AttemptKind, AttemptState
from zerofee.domain.expiring import EXPIRES
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.refund import RefundStatus
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode

METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# As they stand in the conditions of partial indexes. A query repeats them word for word, or SQLite does not see that
# the index serves it.
WAITS: Final = f"status IN ({quoted(sorted(EXPIRES))})"
FLIES: Final = f"state IN ({quoted(sorted(IN_FLIGHT))})"

# Primary keys begin with the scope, which is how things are listed. All other indexes begin with what is selective: a
# planner that has no statistics yet must not take one of them for the scope's sake.
SCOPE: Final = ("app_id", "environment")
SCOPED_ID: Final = (*SCOPE, "id")

APPS: Final = Table(
    "apps",
    METADATA,
    word("id"),
    # Users have no table yet, so nothing is referred to.
    word("owner_id"),
    text("name"),
    text("webhook_url", null=True),
    word("strategy", default="priority"),
    moment("created_at"),
    moment("updated_at"),
    whole("version"),
    PrimaryKeyConstraint("id"),
    Index("ix_apps_owner", "owner_id", "id"),
    sqlite_strict=True,
)

API_KEYS: Final = Table(
    "api_keys",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    word("kind"),
    text("name"),
    word("digest"),
    word("pepper_id"),
    text("hint"),
    text("permissions"),
    whole("rate_requests", null=True),
    whole("rate_seconds", null=True),
    moment("expires_at", null=True),
    moment("revoked_at", null=True),
    moment("last_used_at", null=True),
    moment("created_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    UniqueConstraint("digest"),
    ForeignKeyConstraint(["app_id"], ["apps.id"]),
    one_of("environment", Environment),
    one_of("kind", KeyKind),
    sqlite_strict=True,
)

CONNECTIONS: Final = Table(
    "connections",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    word("provider_id"),
    blob("sealed"),
    whole("credential_version"),
    text("hints"),
    text("settings"),
    flag("active"),
    moment("created_at"),
    moment("updated_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint(["app_id"], ["apps.id"]),
    one_of("environment", Environment),
    # A webhook's path names a connection and no app.
    Index("ix_connections_id", "id"),
    sqlite_strict=True,
)

ROUTES: Final = Table(
    "routes",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    word("connection_id"),
    whole("priority"),
    whole("weight"),
    text("countries"),
    text("currencies"),
    text("methods"),
    text("operators"),
    whole("min_amount_minor", null=True),
    whole("max_amount_minor", null=True),
    flag("retry_declined"),
    flag("active"),
    moment("created_at"),
    moment("updated_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint([*SCOPE, "connection_id"], [f"connections.{name}" for name in SCOPED_ID]),
    sqlite_strict=True,
)

PAYMENTS: Final = Table(
    "payments",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    whole("amount_minor"),
    word("currency"),
    word("status"),
    word("capture"),
    word("method", null=True),
    word("country", null=True),
    word("operator", null=True),
    text("customer", null=True),
    word("reference", null=True),
    text("description", null=True),
    text("metadata"),
    text("return_url", null=True),
    text("cancel_url", null=True),
    text("hosted_url", null=True),
    word("provider_id", null=True),
    text("decision"),
    word("charge_id", null=True),
    whole("charges"),
    whole("attempts"),
    whole("captured_minor"),
    whole("refunded_minor"),
    whole("refunding_minor"),
    text("next_action", null=True),
    text("failure", null=True),
    word("attention", null=True),
    flag("late"),
    moment("expires_at", null=True),
    # When the payment's end by time is looked at next; claiming it moves this, and not what the app was told.
    moment("due_at", null=True),
    whole("news"),
    moment("created_at"),
    moment("updated_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint(["app_id"], ["apps.id"]),
    one_of("environment", Environment),
    one_of("status", PaymentStatus),
    one_of("capture", CaptureMode),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint(
        "captured_minor >= 0 AND refunded_minor >= 0 AND refunding_minor >= 0"
        " AND refunded_minor + refunding_minor <= captured_minor",
        name="refund_bound",
    ),
    partial("ix_payments_reference", "reference", *SCOPED_ID, where="reference IS NOT NULL"),
    partial("ix_payments_attention", *SCOPED_ID, where="attention IS NOT NULL"),
    partial("ix_payments_due", "due_at", where=WAITS),
    sqlite_strict=True,
)

REFUNDS: Final = Table(
    "refunds",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    word("payment_id"),
    whole("amount_minor"),
    word("currency"),
    word("status"),
    text("reason", null=True),
    text("metadata"),
    text("failure", null=True),
    word("provider_id"),
    whole("news"),
    moment("created_at"),
    moment("updated_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint([*SCOPE, "payment_id"], [f"payments.{name}" for name in SCOPED_ID]),
    one_of("status", RefundStatus),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("ix_refunds_payment", "payment_id", *SCOPED_ID),
    sqlite_strict=True,
)

ATTEMPTS: Final = Table(
    "attempts",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    word("payment_id", null=True),
    word("refund_id", null=True),
    word("withdrawal_id", null=True),
    word("kind"),
    whole("number"),
    word("connection_id"),
    whole("credential_version"),
    word("provider_id"),
    whole("amount_minor"),
    word("currency"),
    word("provider_key"),
    word("digest"),
    word("state"),
    word("reference", null=True),
    text("details"),
    text("next_action", null=True),
    text("failure", null=True),
    text("note", null=True),
    word("boot_id"),
    moment("deadline_at"),
    moment("ask_at", null=True),
    whole("asked"),
    moment("absent_since", null=True),
    whole("tries"),
    word("claim_id", null=True),
    moment("started_at"),
    moment("ended_at", null=True),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    UniqueConstraint("provider_key"),
    UniqueConstraint("payment_id", *SCOPE, "number"),
    ForeignKeyConstraint([*SCOPE, "payment_id"], [f"payments.{name}" for name in SCOPED_ID]),
    ForeignKeyConstraint([*SCOPE, "refund_id"], [f"refunds.{name}" for name in SCOPED_ID]),
    ForeignKeyConstraint([*SCOPE, "withdrawal_id"], [f"withdrawals.{name}" for name in SCOPED_ID]),
    ForeignKeyConstraint([*SCOPE, "connection_id"], [f"connections.{name}" for name in SCOPED_ID]),
    one_of("kind", AttemptKind),
    one_of("state", AttemptState),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint(
        "(kind = 'payout') = (withdrawal_id IS NOT NULL) AND (kind = 'payout') = (payment_id IS NULL)", name="subject"
    ),
    # One thing at a time is asked of a provider about one payment (reliability rules PAY-11).
    partial("ix_attempts_in_flight", "payment_id", *SCOPE, where=FLIES, unique=True),
    partial(
        "ix_attempts_payout_in_flight",
        "withdrawal_id",
        *SCOPE,
        where=f"withdrawal_id IS NOT NULL AND {FLIES}",
        unique=True,
    ),
    partial("ix_attempts_payout", "withdrawal_id", *SCOPE, "number", where="withdrawal_id IS NOT NULL", unique=True),
    partial("ix_attempts_ask", "ask_at", where="ask_at IS NOT NULL"),
    # A webhook's path may name no app: the attempt that it names tells whose secret must verify it.
    Index("ix_attempts_id", "id"),
    partial("ix_attempts_reference", "reference", "connection_id", *SCOPE, where="reference IS NOT NULL"),
    sqlite_strict=True,
)

EVENTS: Final = Table(
    "events",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    word("type"),
    word("subject_id"),
    whole("sequence"),
    blob("data"),
    moment("created_at"),
    PrimaryKeyConstraint(*SCOPED_ID),
    UniqueConstraint("subject_id", *SCOPE, "sequence"),
    one_of("environment", Environment),
    # No list of types: there are new ones with each feature, and SQLite must copy a table to change a check of it.
    CheckConstraint("sequence > 0", name="sequence"),
    sqlite_strict=True,
)

CLAIMS: Final = Table(
    "claims",
    METADATA,
    word("id"),
    word("app_id"),
    word("environment"),
    text("key"),
    text("operation"),
    word("fingerprint"),
    moment("created_at"),
    whole("answer_status", null=True),
    text("answer_content_type", null=True),
    text("answer_location", null=True),
    blob("answer_body", null=True),
    moment("finished_at", null=True),
    PrimaryKeyConstraint("id"),
    one_of("environment", Environment),
    partial("ix_claims_finished", "finished_at", where="finished_at IS NOT NULL"),
    sqlite_strict=True,
)

WALLETS: Final = Table(
    "wallets",
    METADATA,
    word("app_id"),
    word("environment"),
    word("currency"),
    whole("available_minor"),
    whole("pending_minor"),
    whole("reserved_minor"),
    whole("debt_minor"),
    PrimaryKeyConstraint(*SCOPE, "currency"),
    one_of("environment", Environment),
    CheckConstraint(
        "available_minor >= 0 AND pending_minor >= 0 AND reserved_minor >= 0 AND debt_minor >= 0",
        name="not_below_zero",
    ),
    partial("ix_wallets_indebted", *SCOPE, "currency", where="debt_minor > 0"),
    sqlite_strict=True,
)
