"""What providers tell us, and the look-up of an attempt whose app is not known yet."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import blob, moment, text, whole, word

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_events",
        word("app_id"),
        word("environment"),
        word("id"),
        word("connection_id"),
        word("provider_id"),
        word("event_key"),
        word("type"),
        word("our_reference", null=True),
        word("reference", null=True),
        text("details"),
        blob("body"),
        word("state"),
        word("attempt_id", null=True),
        whole("tries"),
        text("note", null=True),
        moment("due_at", null=True),
        moment("created_at"),
        whole("version"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_provider_events_environment_known")),
        sa.CheckConstraint(
            "state IN ('new', 'applied', 'ignored', 'unmatched', 'dead')", name=op.f("ck_provider_events_state_known")
        ),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_provider_events_apps")),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_provider_events")),
        sa.UniqueConstraint("connection_id", "event_key", name=op.f("uq_provider_events_connection_id_event_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_provider_events_due",
        "provider_events",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_attempts_id", "attempts", ["id"], unique=False)
    op.create_index("ix_connections_id", "connections", ["id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_connections_id", "connections")
    op.drop_index("ix_attempts_id", "attempts")
    op.drop_table("provider_events")
