"""People: accounts, logins, one-time codes, letters, and what is counted of them."""

import sqlalchemy as sa
from alembic import op

from zerofee.adapters.sql.columns import moment, text, whole, word

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        word("id"),
        word("email"),
        text("name", null=True),
        word("phone", null=True),
        text("password_hash", null=True),
        whole("session_version"),
        moment("verified_at", null=True),
        moment("disabled_at", null=True),
        moment("created_at"),
        moment("updated_at"),
        whole("version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sqlite_strict=True,
    )
    op.create_table(
        "sessions",
        word("id"),
        word("user_id"),
        word("digest"),
        word("previous_digest", null=True),
        moment("rotated_at", null=True),
        whole("session_version"),
        moment("authenticated_at"),
        moment("expires_at"),
        moment("revoked_at", null=True),
        moment("created_at"),
        whole("version"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sessions_digest")),
        sqlite_strict=True,
    )
    op.create_index("ix_sessions_expires", "sessions", ["expires_at"])
    op.create_table(
        "one_time_codes",
        word("id"),
        word("email"),
        word("user_id", null=True),
        word("digest", null=True),
        whole("tries"),
        moment("used_at", null=True),
        moment("expires_at"),
        moment("created_at"),
        whole("version"),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_one_time_codes_tries")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_one_time_codes_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sqlite_strict=True,
    )
    op.create_index("ix_one_time_codes_email", "one_time_codes", ["email", "id"])
    op.create_index("ix_one_time_codes_created", "one_time_codes", ["created_at"])
    op.create_table(
        "letters",
        word("id"),
        word("kind"),
        word("email"),
        word("code_id", null=True),
        whole("tries"),
        moment("due_at", null=True),
        moment("sent_at", null=True),
        moment("created_at"),
        whole("version"),
        sa.CheckConstraint("kind IN ('code', 'already_registered')", name=op.f("ck_letters_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_letters_due",
        "letters",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_letters_created", "letters", ["created_at"])
    op.create_table(
        "tallies",
        word("id"),
        text("moments"),
        moment("last_at"),
        whole("version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
        sqlite_strict=True,
    )
    op.create_index("ix_tallies_last", "tallies", ["last_at"])


def downgrade() -> None:
    op.drop_table("tallies")
    op.drop_table("letters")
    op.drop_table("one_time_codes")
    op.drop_table("sessions")
    op.drop_table("users")
