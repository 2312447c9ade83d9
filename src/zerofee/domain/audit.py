"""The audit log of an app: who changed what, each entry chained to the one before by its hash."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from zerofee.domain.ids import AppId, AuditId
from zerofee.domain.scope import Environment

FIRST_HASH: Final = "0" * 64
"""What the first entry of an app is chained to."""


class ActorKind(StrEnum):
    """By which door somebody came."""

    USER = "user"
    KEY = "key"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person or a key by its id; at the command line there is none to name."""

    kind: ActorKind
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts, and from which network address, if from any."""

    actor: Actor
    address: str | None = None


class AuditAction(StrEnum):
    """What was done; the word before the dot is the object's."""

    APP_CREATED = "app.created"
    APP_UPDATED = "app.updated"
    KEY_CREATED = "api_key.created"
    KEY_REVOKED = "api_key.revoked"
    CONNECTION_CREATED = "connection.created"
    CONNECTION_UPDATED = "connection.updated"
    CONNECTION_DELETED = "connection.deleted"
    CONNECTION_REWRAPPED = "connection.rewrapped"
    ROUTE_CREATED = "route.created"
    ROUTE_UPDATED = "route.updated"
    ROUTE_DELETED = "route.deleted"
    FEE_SET = "fee_rule.set"
    FEE_REMOVED = "fee_rule.removed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field as it was and as it became, in words; `None` where there was or is nothing. Never a secret."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done to which object. `environment` is `None` for what concerns the whole app."""

    action: AuditAction
    object_id: str
    environment: Environment | None = None
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """
    One deed, written in the commit that did it.

    `number` counts an app's entries from 1 without a gap. `hash` covers everything else here, `previous_hash` too,
    so that no entry can be changed, moved or taken out without breaking all that follow.
    """

    id: AuditId
    app_id: AppId
    number: int
    author: Author
    deed: Deed
    created_at: datetime
    previous_hash: str
    hash: str


def next_entry(
    last: AuditEntry | None, app_id: AppId, audit_id: AuditId, author: Author, deed: Deed, at: datetime
) -> AuditEntry:
    """Chain a deed to the last entry of its app; `None` begins the chain."""
    entry = AuditEntry(
        id=audit_id,
        app_id=app_id,
        number=1 if last is None else last.number + 1,
        author=author,
        deed=deed,
        created_at=at,
        previous_hash=FIRST_HASH if last is None else last.hash,
        hash="",
    )
    return replace(entry, hash=hash_of(entry))


def hash_of(entry: AuditEntry) -> str:
    """Give the SHA-256, in hex, of everything that an entry says but its own hash, in one fixed form."""
    deed = entry.deed
    said = [
        entry.id,
        entry.app_id,
        entry.number,
        entry.author.actor.kind.value,
        entry.author.actor.id,
        entry.author.address,
        deed.action.value,
        deed.object_id,
        None if deed.environment is None else deed.environment.value,
        [[change.field, change.before, change.after] for change in deed.changes],
        entry.created_at.isoformat(),
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def broken_link(last: AuditEntry | None, following: Iterable[AuditEntry]) -> str | None:
    """Say where entries in their order do not follow from `last`; `None` when each follows from the one before."""
    for entry in following:
        number, previous_hash = (1, FIRST_HASH) if last is None else (last.number + 1, last.hash)
        if entry.number != number:
            return f"entry {number} is missing"
        if entry.previous_hash != previous_hash:
            return f"entry {number} does not follow from the one before"
        if entry.hash != hash_of(entry):
            return f"entry {number} was changed"
        last = entry
    return None


def changes_between(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> tuple[FieldChange, ...]:
    """Compare an object's fields in words, and give those that differ, by name."""
    names = sorted(before.keys() | after.keys())
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(FieldChange(name, was, now) for name, was, now in pairs if was != now)
