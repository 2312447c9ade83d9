"""Audit entries, from and to rows."""

from typing import Any, Final

import msgspec

from zerofee.adapters.sql.rows.encoding import Row, json_of, micros, time_of
from zerofee.domain.audit import Actor, ActorKind, AuditAction, AuditEntry, Author, Deed, FieldChange
from zerofee.domain.scope import Environment

_CHANGES: Final = msgspec.json.Decoder(tuple[FieldChange, ...])


def audit_row(entry: AuditEntry) -> dict[str, Any]:
    """Write an entry."""
    author, deed = entry.author, entry.deed
    return {
        "app_id": entry.app_id,
        "number": entry.number,
        "id": entry.id,
        "actor_kind": author.actor.kind.value,
        "actor_id": author.actor.id,
        "address": author.address,
        "action": deed.action.value,
        "object_id": deed.object_id,
        "environment": None if deed.environment is None else deed.environment.value,
        "changes": json_of(deed.changes),
        "created_at": micros(entry.created_at),
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def audit_of(row: Row) -> AuditEntry:
    """Read an entry."""
    deed = Deed(
        action=AuditAction(row["action"]),
        object_id=row["object_id"],
        environment=None if row["environment"] is None else Environment(row["environment"]),
        changes=_CHANGES.decode(row["changes"]),
    )
    return AuditEntry(
        id=row["id"],
        app_id=row["app_id"],
        number=row["number"],
        author=Author(Actor(ActorKind(row["actor_kind"]), row["actor_id"]), row["address"]),
        deed=deed,
        created_at=time_of(row["created_at"]),
        previous_hash=row["previous_hash"],
        hash=row["hash"],
    )
