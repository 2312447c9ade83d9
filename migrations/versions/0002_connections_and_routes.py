"""Connections to providers, and the routes that choose among them."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import blob, flag, moment, text, whole, word

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connections",
        word("app_id"),
        word("environment"),
        word("id"),
        word("provider_id"),
        blob("sealed"),
        whole("credential_version"),
        text("hints"),
        text("settings"),
        flag("active"),
        moment("created_at"),
        moment("updated_at"),
        whole("version"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_connections_environment_known")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_connections_apps")),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_connections")),
        sqlite_strict=True,
    )
    op.create_table(
        "routes",
        word("app_id"),
        word("environment"),
        word("id"),
        word("connection_id"),
        whole("priority"),
        whole("weight"),
        text("countries"),
        text("currencies"),
        text("methods"),
        text("operators"),
        whole("min_amount_minor", null=True),
        whole("max_amount_minor", null=True),
        flag("retry_declined"),
        flag("active"),
        moment("created_at"),
        moment("updated_at"),
        whole("version"),
        sa.ForeignKeyConstraint(
            ["app_id", "environment", "connection_id"],
            ["connections.app_id", "connections.environment", "connections.id"],
            name=op.f("fk_routes_connections"),
        ),
        sa.PrimaryKeyConstraint("app_id", "environment", "id", name=op.f("pk_routes")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("routes")
    op.drop_table("connections")
