"""The tables of people: accounts, logins, codes, letters, and what is counted of them. None belongs to an app."""

from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from zerofee.adapters.sql.columns import moment, one_of, partial, text, whole, word
from zerofee.adapters.sql.tables import METADATA
from zerofee.domain.letter import LetterKind

USERS: Final = Table(
    "users",
    METADATA,
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
    PrimaryKeyConstraint("id"),
    UniqueConstraint("email"),
    sqlite_strict=True,
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
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
    PrimaryKeyConstraint("id"),
    UniqueConstraint("digest"),
    ForeignKeyConstraint(["user_id"], ["users.id"]),
    Index("ix_sessions_expires", "expires_at"),
    sqlite_strict=True,
)

ONE_TIME_CODES: Final = Table(
    "one_time_codes",
    METADATA,
    word("id"),
    word("email"),
    word("user_id", null=True),
    word("digest", null=True),
    whole("tries"),
    moment("used_at", null=True),
    moment("expires_at"),
    moment("created_at"),
    whole("version"),
    PrimaryKeyConstraint("id"),
    ForeignKeyConstraint(["user_id"], ["users.id"]),
    CheckConstraint("tries >= 0", name="tries"),
    Index("ix_one_time_codes_email", "email", "id"),
    Index("ix_one_time_codes_created", "created_at"),
    sqlite_strict=True,
)

LETTERS: Final = Table(
    "letters",
    METADATA,
    word("id"),
    word("kind"),
    word("email"),
    word("code_id", null=True),
    whole("tries"),
    # When it is sent next; claiming it moves this.
    moment("due_at", null=True),
    moment("sent_at", null=True),
    moment("created_at"),
    whole("version"),
    PrimaryKeyConstraint("id"),
    one_of("kind", LetterKind),
    partial("ix_letters_due", "due_at", where="due_at IS NOT NULL"),
    Index("ix_letters_created", "created_at"),
    sqlite_strict=True,
)

TALLIES: Final = Table(
    "tallies",
    METADATA,
    word("id"),
    text("moments"),
    moment("last_at"),
    whole("version"),
    PrimaryKeyConstraint("id"),
    Index("ix_tallies_last", "last_at"),
    sqlite_strict=True,
)
