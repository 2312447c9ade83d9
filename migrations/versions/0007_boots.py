"""Processes that are alive, by which orphans are told."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import moment, word

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "boots", word("id"), moment("beat_at"), sa.PrimaryKeyConstraint("id", name=op.f("pk_boots")), sqlite_strict=True
    )


def downgrade() -> None:
    op.drop_table("boots")
