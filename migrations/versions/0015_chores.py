"""What is done by one process at a time, and when it may be done again."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import moment, word

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chores",
        word("id"),
        moment("due_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chores")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("chores")
