"""Where apps listen, what is on its way to them, and the letter about an endpoint that was given up."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import blob, flag, moment, text, whole, word
from zerofee.adapters.sql.rebuilding import rebuilt

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SCOPE = ["app_id", "environment"]
SCOPED_ID = [*SCOPE, "id"]
LETTER_COLUMNS = "id, kind, email, code_id, tries, due_at, sent_at, created_at, version"
LETTERS = "'code', 'already_registered'"
MORE_LETTERS = "'endpoint_disabled'"


def upgrade() -> None:
    _allow_letters(f"kind IN ({LETTERS}, {MORE_LETTERS})")
    _make_endpoints()
    _make_deliveries()


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_endpoints")
    op.execute(f"DELETE FROM letters WHERE kind IN ({MORE_LETTERS})")  # noqa: S608  our own words
    op.execute("DELETE FROM events WHERE type = 'webhook_endpoint.test'")
    _allow_letters(f"kind IN ({LETTERS})")


def _allow_letters(rule: str) -> None:
    if op.get_context().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_letters_kind_known"), "letters")
        op.create_check_constraint(op.f("ck_letters_kind_known"), "letters", rule)
        return
    with rebuilt("letters", LETTER_COLUMNS):
        op.create_table("letters", *_letters(rule), sqlite_strict=True)


def _letters(rule: str) -> list[Any]:
    return [
        word("id"),
        word("kind"),
        word("email"),
        word("code_id", null=True),
        whole("tries"),
        moment("due_at", null=True),
        moment("sent_at", null=True),
        moment("created_at"),
        whole("version"),
        sa.CheckConstraint(rule, name=op.f("ck_letters_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    ]


def _make_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        word("app_id"),
        word("environment"),
        word("id"),
        text("url"),
        text("events"),
        text("description", null=True),
        word("status"),
        word("disabled_because", null=True),
        moment("failing_since", null=True),
        whole("failures"),
        blob("sealed"),
        blob("previous_sealed"),
        moment("previous_until", null=True),
        word("subscriber", null=True),
        flag("is_default"),
        whole("news"),
        word("lane_owner", null=True),
        moment("lane_until", null=True),
        moment("created_at"),
        moment("updated_at"),
        whole("version"),
        sa.CheckConstraint("environment IN ('sandbox', 'live')", name=op.f("ck_webhook_endpoints_environment_known")),
        sa.CheckConstraint("status IN ('enabled', 'disabled')", name=op.f("ck_webhook_endpoints_status_known")),
        sa.CheckConstraint(
            "disabled_because IN ('by_app', 'failing', 'gone')",
            name=op.f("ck_webhook_endpoints_disabled_because_known"),
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_webhook_endpoints_failures")),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_webhook_endpoints_apps")),
        sa.PrimaryKeyConstraint(*SCOPED_ID, name=op.f("pk_webhook_endpoints")),
        sqlite_strict=True,
    )
    _index("ix_webhook_endpoints_listens", "webhook_endpoints", SCOPED_ID, "status = 'enabled'")
    named = [*SCOPE, "subscriber"]
    _index("ix_webhook_endpoints_subscriber", "webhook_endpoints", named, "subscriber IS NOT NULL", unique=True)
    _index("ix_webhook_endpoints_default", "webhook_endpoints", SCOPE, "is_default", unique=True)


def _make_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        word("app_id"),
        word("environment"),
        word("id"),
        word("endpoint_id"),
        word("event_id"),
        word("event_type"),
        word("status"),
        text("tries"),
        moment("due_at", null=True),
        word("redelivery_of", null=True),
        flag("redelivered"),
        moment("created_at"),
        moment("updated_at"),
        whole("version"),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed')", name=op.f("ck_webhook_deliveries_status_known")
        ),
        sa.ForeignKeyConstraint(
            [*SCOPE, "event_id"], [f"events.{name}" for name in SCOPED_ID], name=op.f("fk_webhook_deliveries_events")
        ),
        sa.PrimaryKeyConstraint(*SCOPED_ID, name=op.f("pk_webhook_deliveries")),
        sqlite_strict=True,
    )
    table = "webhook_deliveries"
    once = ["event_id", "endpoint_id", *SCOPE]
    _index("ix_webhook_deliveries_once", table, once, "redelivery_of IS NULL", unique=True)
    op.create_index("ix_webhook_deliveries_endpoint", table, ["endpoint_id", *SCOPED_ID], unique=False)
    _index("ix_webhook_deliveries_due", table, ["endpoint_id", *SCOPE, "due_at"], "due_at IS NOT NULL")
    given_up = "status = 'failed' AND NOT redelivered"
    _index("ix_webhook_deliveries_given_up", table, ["endpoint_id", *SCOPED_ID], given_up)
    op.create_index("ix_webhook_deliveries_updated", table, ["updated_at"], unique=False)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=only, postgresql_where=only)
