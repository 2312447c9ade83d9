"""What providers told, from and to rows."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import (
    Row,
    json_of,
    maybe_micros,
    maybe_time,
    micros,
    scope_of,
    texts_of,
    time_of,
)
from zerofee.domain.inbox import InboxEvent, InboxState


def inbox_row(event: InboxEvent) -> dict[str, Any]:
    """Write an event."""
    return {
        "app_id": event.scope.app_id,
        "environment": event.scope.environment.value,
        "id": event.id,
        "connection_id": event.connection_id,
        "provider_id": event.provider_id,
        "event_key": event.event_key,
        "type": event.type,
        "our_reference": event.our_reference,
        "reference": event.reference,
        "details": json_of(event.details),
        "body": event.body,
        "state": event.state.value,
        "attempt_id": event.attempt_id,
        "tries": event.tries,
        "note": event.note,
        "due_at": maybe_micros(event.due_at),
        "created_at": micros(event.created_at),
        "version": event.version,
    }


def inbox_of(row: Row) -> InboxEvent:
    """Read an event."""
    return InboxEvent(
        id=row["id"],
        scope=scope_of(row),
        connection_id=row["connection_id"],
        provider_id=row["provider_id"],
        event_key=row["event_key"],
        type=row["type"],
        our_reference=row["our_reference"],
        reference=row["reference"],
        details=texts_of(row["details"]),
        body=row["body"],
        state=InboxState(row["state"]),
        attempt_id=row["attempt_id"],
        tries=row["tries"],
        note=row["note"],
        due_at=maybe_time(row["due_at"]),
        created_at=time_of(row["created_at"]),
        version=row["version"],
    )
