"""Checkout sessions: what the hosted page knows beside its payment."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import moment, text, whole, word

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkout_sessions",
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
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_checkout_sessions_environment_known")),
        sa.CheckConstraint("pays >= 0", name=op.f("ck_checkout_sessions_pays")),
        sa.ForeignKeyConstraint(
            ["app_id", "environment", "payment_id"],
            ["payments.app_id", "payments.environment", "payments.id"],
            name=op.f("fk_checkout_sessions_payments"),
        ),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_checkout_sessions")),
        sqlite_strict=True,
    )
    op.create_index("ix_checkout_sessions_id", "checkout_sessions", ["id"], unique=True)
    op.create_index(
        "ix_checkout_sessions_payment", "checkout_sessions", ["payment_id", "app_id", "environment"], unique=True
    )


def downgrade() -> None:
    op.drop_index("ix_checkout_sessions_payment", "checkout_sessions")
    op.drop_index("ix_checkout_sessions_id", "checkout_sessions")
    op.drop_table("checkout_sessions")
