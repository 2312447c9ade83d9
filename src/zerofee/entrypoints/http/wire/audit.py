"""An audit entry as the API shows it."""

from typing import Literal

import msgspec

from zerofee.domain.audit import ActorKind, AuditAction, AuditEntry, FieldChange
from zerofee.domain.scope import Environment
from zerofee.entrypoints.http.wire.parts import Time


class ActorBody(msgspec.Struct, frozen=True):
    """Who did it: a person or a key by its id; at the command line there is none to name."""

    kind: ActorKind
    id: str | None


class FieldChangeBody(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """One field as it was and as it became, in words; null where there was or is nothing."""

    field: str
    before: str | None
    after: str | None

    @classmethod
    def of(cls, change: FieldChange) -> "FieldChangeBody":
        """Show a change."""
        return cls(change.field, change.before, change.after)


class AuditEntryBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    One thing that was done. `number` counts the app's entries without a gap.

    `hash` is over everything else here, `previous_hash` too, which is the hash of the entry before: so no entry can
    be changed or taken out unnoticed. `environment` is null for what concerns the whole app.
    """

    id: str
    object: Literal["audit_entry"] = "audit_entry"
    number: int
    actor: ActorBody
    action: AuditAction
    object_type: str
    object_id: str
    environment: Environment | None
    address: str | None
    changes: list[FieldChangeBody]
    previous_hash: str
    hash: str
    created_at: Time

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditEntryBody":
        """Show an entry."""
        actor, deed = entry.author.actor, entry.deed
        return cls(
            id=entry.id,
            number=entry.number,
            actor=ActorBody(actor.kind, actor.id),
            action=deed.action,
            object_type=deed.action.partition(".")[0],
            object_id=deed.object_id,
            environment=deed.environment,
            address=entry.author.address,
            changes=[FieldChangeBody.of(change) for change in deed.changes],
            previous_hash=entry.previous_hash,
            hash=entry.hash,
            created_at=entry.created_at,
        )
