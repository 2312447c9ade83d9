"""Balances, never below zero."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import whole, word

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wallets",
        word("app_id"),
        word("environment"),
        word("currency"),
        whole("available_minor"),
        whole("pending_minor"),
        whole("reserved_minor"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_wallets_environment_known")),
        sa.CheckConstraint(
            "available_minor >= 0 AND pending_minor >= 0 AND reserved_minor >= 0",
            name=op.f("ck_wallets_not_below_zero"),
        ),
        sa.PrimaryKeyConstraint("app_id", "environment", "currency", name=op.f("pk_wallets")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("wallets")
