"""The ledger, what is pending, fees, and withdrawals with their payouts among the attempts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.append_only import appended_only, dropped_refusal
from zerofee.adapters.sql.columns import moment, text, whole, word
from zerofee.adapters.sql.rebuilding import rebuilt

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SUBJECT = "(kind = 'payout') = (withdrawal_id IS NOT NULL) AND (kind = 'payout') = (payment_id IS NULL)"
ABOVE_ZERO = "available_minor >= 0 AND pending_minor >= 0 AND reserved_minor >= 0"
SCOPE = ["app_id", "environment"]
PAYOUT_FLIES = "withdrawal_id IS NOT NULL AND state IN ('sending', 'unknown')"
ATTEMPT_COLUMNS = (
    "app_id, environment, id, payment_id, refund_id, kind, number, connection_id, credential_version, provider_id,"
    " amount_minor, currency, provider_key, digest, state, reference, details, next_action, failure, note, boot_id,"
    " deadline_at, ask_at, asked, absent_since, tries, claim_id, started_at, ended_at, version"
)
WALLET_COLUMNS = "app_id, environment, currency, available_minor, pending_minor, reserved_minor"


def upgrade() -> None:
    _make_entries()
    _make_fee_rules()
    _make_pending_credits()
    _make_withdrawals()
    if op.get_context().dialect.name == "sqlite":
        with rebuilt("attempts", ATTEMPT_COLUMNS):
            op.create_table("attempts", *_attempts(payouts=True), sqlite_strict=True)
        with rebuilt("wallets", f"{WALLET_COLUMNS}, debt_minor", f"{WALLET_COLUMNS}, 0"):
            op.create_table("wallets", *_wallets(debt=True), sqlite_strict=True)
    else:
        op.alter_column("attempts", "payment_id", nullable=True)
        op.add_column("attempts", word("withdrawal_id", null=True))
        op.create_foreign_key(
            op.f("fk_attempts_withdrawals"),
            "attempts",
            "withdrawals",
            [*SCOPE, "withdrawal_id"],
            [*SCOPE, "id"],
        )
        op.create_check_constraint(op.f("ck_attempts_subject"), "attempts", SUBJECT)
        op.add_column("wallets", sa.Column("debt_minor", sa.BigInteger(), nullable=False, server_default="0"))
        op.alter_column("wallets", "debt_minor", server_default=None)
        op.drop_constraint(op.f("ck_wallets_not_below_zero"), "wallets")
        op.create_check_constraint(op.f("ck_wallets_not_below_zero"), "wallets", f"{ABOVE_ZERO} AND debt_minor >= 0")
    _index("ix_attempts_payout_in_flight", "attempts", ["withdrawal_id", *SCOPE], PAYOUT_FLIES, unique=True)
    present = "withdrawal_id IS NOT NULL"
    _index("ix_attempts_payout", "attempts", ["withdrawal_id", *SCOPE, "number"], present, unique=True)
    _index("ix_wallets_indebted", "wallets", [*SCOPE, "currency"], "debt_minor > 0")


def downgrade() -> None:
    op.drop_index("ix_wallets_indebted", "wallets")
    op.drop_index("ix_attempts_payout", "attempts")
    op.drop_index("ix_attempts_payout_in_flight", "attempts")
    op.execute("DELETE FROM attempts WHERE kind = 'payout'")
    if op.get_context().dialect.name == "sqlite":
        with rebuilt("wallets", WALLET_COLUMNS):
            op.create_table("wallets", *_wallets(debt=False), sqlite_strict=True)
        with rebuilt("attempts", ATTEMPT_COLUMNS):
            op.create_table("attempts", *_attempts(payouts=False), sqlite_strict=True)
    else:
        op.drop_constraint(op.f("ck_wallets_not_below_zero"), "wallets")
        op.drop_column("wallets", "debt_minor")
        op.create_check_constraint(op.f("ck_wallets_not_below_zero"), "wallets", ABOVE_ZERO)
        op.drop_constraint(op.f("ck_attempts_subject"), "attempts")
        op.drop_column("attempts", "withdrawal_id")
        op.alter_column("attempts", "payment_id", nullable=False)
    op.drop_table("withdrawals")
    op.drop_table("pending_credits")
    op.drop_table("fee_rules")
    op.drop_table("entries")
    if op.get_context().dialect.name == "postgresql":
        op.execute(dropped_refusal("entries"))


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=only, postgresql_where=only)


def _make_entries() -> None:
    op.create_table(
        "entries",
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
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_entries_environment_known")),
        sa.CheckConstraint(
            "source_type IN ('payment', 'refund', 'withdrawal', 'repayment')", name=op.f("ck_entries_source_type_known")
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_entries_amount")),
        sa.PrimaryKeyConstraint("app_id", "environment", "currency", "id", name=op.f("pk_entries")),
        sa.UniqueConstraint(
            "source_id",
            "source_type",
            "kind",
            "account",
            "app_id",
            "environment",
            name=op.f("uq_entries_source_id_source_type_kind_account_app_id_environment"),
        ),
        sqlite_strict=True,
    )
    for statement in appended_only("entries", op.get_context().dialect.name):
        op.execute(statement)


def _make_fee_rules() -> None:
    op.create_table(
        "fee_rules",
        word("app_id"),
        word("environment"),
        word("id"),
        word("method"),
        word("currency"),
        whole("basis_points"),
        whole("fixed_minor"),
        moment("created_at"),
        whole("version"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_fee_rules_environment_known")),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 10000 AND fixed_minor >= 0", name=op.f("ck_fee_rules_bounds")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_fee_rules_apps")),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_fee_rules")),
        sa.UniqueConstraint(
            "app_id",
            "environment",
            "method",
            "currency",
            name=op.f("uq_fee_rules_app_id_environment_method_currency"),
        ),
        sqlite_strict=True,
    )


def _make_pending_credits() -> None:
    op.create_table(
        "pending_credits",
        word("app_id"),
        word("environment"),
        word("id"),
        word("currency"),
        whole("left_minor"),
        moment("matures_at"),
        whole("turns"),
        whole("version"),
        sa.CheckConstraint("left_minor >= 0", name=op.f("ck_pending_credits_left")),
        sa.ForeignKeyConstraint(
            ["app_id", "environment", "id"],
            ["payments.app_id", "payments.environment", "payments.id"],
            name=op.f("fk_pending_credits_payments"),
        ),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_pending_credits")),
        sqlite_strict=True,
    )
    _index("ix_pending_credits_due", "pending_credits", ["matures_at"], "left_minor > 0")


def _make_withdrawals() -> None:
    op.create_table(
        "withdrawals",
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
        moment("send_at", null=True),
        whole("news"),
        moment("created_at"),
        moment("updated_at"),
        whole("version"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_withdrawals_environment_known")),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'succeeded', 'failed', 'cancelled')",
            name=op.f("ck_withdrawals_status_known"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_withdrawals_amount")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_withdrawals_apps")),
        sa.ForeignKeyConstraint(
            ["app_id", "environment", "connection_id"],
            ["connections.app_id", "connections.environment", "connections.id"],
            name=op.f("fk_withdrawals_connections"),
        ),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_withdrawals")),
        sqlite_strict=True,
    )
    counted = [*SCOPE, "currency", "number"]
    _index("ix_withdrawals_number", "withdrawals", counted, "number IS NOT NULL", unique=True)
    _index("ix_withdrawals_send", "withdrawals", ["send_at"], "send_at IS NOT NULL")


def _attempts(*, payouts: bool) -> list[Any]:
    """Draw the table of attempts, with or without those of withdrawals; SQLite makes it anew."""
    kinds = "kind IN ('charge', 'authenticate', 'capture', 'cancel', 'expire', 'refund', 'payout')"
    states = (
        "state IN ('sending', 'waiting', 'unknown', 'authorized', 'succeeded', 'declined', "
        "'refused', 'not_sent', 'absent', 'cancelled', 'expired')"
    )
    drawn: list[Any] = [
        word("app_id"),
        word("environment"),
        word("id"),
        word("payment_id", null=payouts),
        word("refund_id", null=True),
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
        sa.CheckConstraint(kinds, name=op.f("ck_attempts_kind_known")),
        sa.CheckConstraint(states, name=op.f("ck_attempts_state_known")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_attempts_amount")),
        sa.CheckConstraint("number > 0", name=op.f("ck_attempts_number")),
        *(_to(table) for table in ("connections", "payments", "refunds")),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "payment_id",
            "app_id",
            "environment",
            "number",
            name=op.f("uq_attempts_payment_id_app_id_environment_number"),
        ),
        sa.UniqueConstraint("provider_key", name=op.f("uq_attempts_provider_key")),
    ]
    if payouts:
        drawn += [word("withdrawal_id", null=True), sa.CheckConstraint(SUBJECT, name=op.f("ck_attempts_subject"))]
        drawn += [_to("withdrawals")]
    return drawn


def _to(table: str) -> sa.ForeignKeyConstraint:
    there = [f"{table}.{name}" for name in (*SCOPE, "id")]
    return sa.ForeignKeyConstraint([*SCOPE, f"{table[:-1]}_id"], there, name=op.f(f"fk_attempts_{table}"))


def _wallets(*, debt: bool) -> list[Any]:
    drawn: list[Any] = [
        word("app_id"),
        word("environment"),
        word("currency"),
        whole("available_minor"),
        whole("pending_minor"),
        whole("reserved_minor"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_wallets_environment_known")),
        sa.PrimaryKeyConstraint("app_id", "environment", "currency", name=op.f("pk_wallets")),
    ]
    above_zero = f"{ABOVE_ZERO} AND debt_minor >= 0" if debt else ABOVE_ZERO
    drawn += [whole("debt_minor")] if debt else []
    return [*drawn, sa.CheckConstraint(above_zero, name=op.f("ck_wallets_not_below_zero"))]
