"""Payments, their refunds, and every attempt made for them."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import flag, moment, text, whole, word

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments",
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
        moment("due_at", null=True),
        whole("news"),
        moment("created_at"),
        moment("updated_at"),
        whole("version"),
        sa.CheckConstraint("capture IN ('automatic', 'manual')", name=op.f("ck_payments_capture_known")),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_payments_environment_known")),
        sa.CheckConstraint(
            "status IN ('pending', 'requires_action', 'processing', 'authorized', 'succeeded', "
            "'failed', 'cancelled', 'expired')",
            name=op.f("ck_payments_status_known"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payments_amount")),
        sa.CheckConstraint(
            "captured_minor >= 0 AND refunded_minor >= 0 AND refunding_minor >= 0 AND "
            "refunded_minor + refunding_minor <= captured_minor",
            name=op.f("ck_payments_refund_bound"),
        ),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_payments_apps")),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_payments")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_payments_attention",
        "payments",
        ["app_id", "environment", "id"],
        unique=False,
        sqlite_where=sa.text("attention IS NOT NULL"),
        postgresql_where=sa.text("attention IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_due",
        "payments",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('pending', 'processing', 'requires_action')"),
        postgresql_where=sa.text("status IN ('pending', 'processing', 'requires_action')"),
    )
    op.create_index(
        "ix_payments_reference",
        "payments",
        ["reference", "app_id", "environment", "id"],
        unique=False,
        sqlite_where=sa.text("reference IS NOT NULL"),
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_table(
        "refunds",
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
        sa.CheckConstraint(
            "status IN ('pending', 'succeeded', 'failed', 'cancelled')", name=op.f("ck_refunds_status_known")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(
            ["app_id", "environment", "payment_id"],
            ["payments.app_id", "payments.environment", "payments.id"],
            name=op.f("fk_refunds_payments"),
        ),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_refunds")),
        sqlite_strict=True,
    )
    op.create_index("ix_refunds_payment", "refunds", ["payment_id", "app_id", "environment", "id"], unique=False)
    op.create_table(
        "attempts",
        word("app_id"),
        word("environment"),
        word("id"),
        word("payment_id"),
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
        sa.CheckConstraint(
            "kind IN ('charge', 'authenticate', 'capture', 'cancel', 'expire', 'refund', 'payout')",
            name=op.f("ck_attempts_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('sending', 'waiting', 'unknown', 'authorized', 'succeeded', 'declined', "
            "'refused', 'not_sent', 'absent', 'cancelled', 'expired')",
            name=op.f("ck_attempts_state_known"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_attempts_amount")),
        sa.CheckConstraint("number > 0", name=op.f("ck_attempts_number")),
        sa.ForeignKeyConstraint(
            ["app_id", "environment", "connection_id"],
            ["connections.app_id", "connections.environment", "connections.id"],
            name=op.f("fk_attempts_connections"),
        ),
        sa.ForeignKeyConstraint(
            ["app_id", "environment", "payment_id"],
            ["payments.app_id", "payments.environment", "payments.id"],
            name=op.f("fk_attempts_payments"),
        ),
        sa.ForeignKeyConstraint(
            ["app_id", "environment", "refund_id"],
            ["refunds.app_id", "refunds.environment", "refunds.id"],
            name=op.f("fk_attempts_refunds"),
        ),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "payment_id",
            "app_id",
            "environment",
            "number",
            name=op.f("uq_attempts_payment_id_app_id_environment_number"),
        ),
        sa.UniqueConstraint("provider_key", name=op.f("uq_attempts_provider_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_attempts_ask",
        "attempts",
        ["ask_at"],
        unique=False,
        sqlite_where=sa.text("ask_at IS NOT NULL"),
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )
    op.create_index(
        "ix_attempts_in_flight",
        "attempts",
        ["payment_id", "app_id", "environment"],
        unique=True,
        sqlite_where=sa.text("state IN ('sending', 'unknown')"),
        postgresql_where=sa.text("state IN ('sending', 'unknown')"),
    )
    op.create_index(
        "ix_attempts_reference",
        "attempts",
        ["reference", "connection_id", "app_id", "environment"],
        unique=False,
        sqlite_where=sa.text("reference IS NOT NULL"),
        postgresql_where=sa.text("reference IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("attempts")
    op.drop_table("refunds")
    op.drop_table("payments")
