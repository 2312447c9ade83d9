"""Apps, and the digests of their keys."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import moment, text, whole, word

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "apps",
        word("id"),
        word("owner_id"),
        text("name"),
        text("webhook_url", null=True),
        moment("created_at"),
        moment("updated_at"),
        whole("version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apps")),
        sqlite_strict=True,
    )
    op.create_table(
        "api_keys",
        word("app_id"),
        word("environment"),
        word("id"),
        word("kind"),
        text("name"),
        word("digest"),
        word("pepper_id"),
        text("hint"),
        text("permissions"),
        moment("expires_at", null=True),
        moment("revoked_at", null=True),
        moment("created_at"),
        whole("version"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_api_keys_environment_known")),
        sa.CheckConstraint("kind IN ('secret', 'publishable')", name=op.f("ck_api_keys_kind_known")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_api_keys_apps")),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("api_keys")
    op.drop_table("apps")
