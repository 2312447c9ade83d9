"""How an app's routes are put in order; what is there already goes by priority, as it did."""

from alembic import op

from zerofee.adapters.sql.columns import word

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("apps", word("strategy", default="priority"))


def downgrade() -> None:
    op.drop_column("apps", "strategy")
