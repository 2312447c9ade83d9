"""What apps are told."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import blob, moment, whole, word

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        word("app_id"),
        word("environment"),
        word("id"),
        word("type"),
        word("subject_id"),
        whole("sequence"),
        blob("data"),
        moment("created_at"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_events_environment_known")),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_events_sequence")),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_events")),
        sa.UniqueConstraint(
            "subject_id",
            "app_id",
            "environment",
            "sequence",
            name=op.f("uq_events_subject_id_app_id_environment_sequence"),
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("events")
