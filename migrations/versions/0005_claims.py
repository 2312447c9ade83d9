"""Idempotency keys, and the answers given under them."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import blob, moment, text, whole, word

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claims",
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
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_claims_environment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_claims_finished",
        "claims",
        ["finished_at"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NOT NULL"),
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("claims")
