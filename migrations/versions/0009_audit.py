"""Who changed what in each app; keys' own budgets and last uses; apps by their owner."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import moment, text, whole, word

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_apps_owner", "apps", ["owner_id", "id"], unique=False)
    op.add_column("api_keys", whole("rate_requests", null=True))
    op.add_column("api_keys", whole("rate_seconds", null=True))
    op.add_column("api_keys", moment("last_used_at", null=True))
    op.create_table(
        "audit_entries",
        word("app_id"),
        whole("number"),
        word("id"),
        word("actor_kind"),
        word("actor_id", null=True),
        text("address", null=True),
        word("action"),
        word("object_id"),
        word("environment", null=True),
        text("changes"),
        moment("created_at"),
        word("previous_hash"),
        word("hash"),
        sa.CheckConstraint("actor_kind IN ('user', 'key', 'cli')", name=op.f("ck_audit_entries_actor_kind_known")),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_audit_entries_environment_known")),
        sa.CheckConstraint("number > 0", name=op.f("ck_audit_entries_number")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_audit_entries_apps")),
        sa.PrimaryKeyConstraint("app_id", "number", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_entries_id")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("audit_entries")
    op.drop_column("api_keys", "last_used_at")
    op.drop_column("api_keys", "rate_seconds")
    op.drop_column("api_keys", "rate_requests")
    op.drop_index("ix_apps_owner", "apps")
