"""The tables of what was heard and what was done: providers' webhooks, and the audit log of each app."""

from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from zerofee.adapters.sql.columns import blob, moment, one_of, partial, text, whole, word
from zerofee.adapters.sql.tables import METADATA, SCOPED_ID
from zerofee.domain.audit import ActorKind
from zerofee.domain.inbox import InboxState
from zerofee.domain.scope import Environment

PROVIDER_EVENTS: Final = Table(
    "provider_events",
    METADATA,
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
    # When it is applied next; claiming it moves this.
    moment("due_at", null=True),
    moment("created_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    UniqueConstraint("connection_id", "event_key"),
    # No reference to the connection: what was told stays when the connection is taken away.
    ForeignKeyConstraint(["app_id"], ["apps.id"]),
    one_of("environment", Environment),
    one_of("state", InboxState),
    partial("ix_provider_events_due", "due_at", where="due_at IS NOT NULL"),
    sqlite_strict=True,
)

AUDIT_ENTRIES: Final = Table(
    "audit_entries",
    METADATA,
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
    # One next entry for each: the chain has no gap and no fork.
    PrimaryKeyConstraint("app_id", "number"),
    UniqueConstraint("id"),
    ForeignKeyConstraint(["app_id"], ["apps.id"]),
    one_of("actor_kind", ActorKind),
    one_of("environment", Environment),
    CheckConstraint("number > 0", name="number"),
    sqlite_strict=True,
)
