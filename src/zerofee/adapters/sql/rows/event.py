"""Events, from and to rows."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import Row, micros, scope_of, time_of
from zerofee.domain.event import Event, EventType


def event_row(event: Event) -> dict[str, Any]:
    """Write an event."""
    return {
        "app_id": event.scope.app_id,
        "environment": event.scope.environment.value,
        "id": event.id,
        "type": event.type.value,
        "subject_id": event.subject_id,
        "sequence": event.sequence,
        "data": event.data,
        "created_at": micros(event.created_at),
    }


def event_of(row: Row) -> Event:
    """Read an event."""
    return Event(
        id=row["id"],
        scope=scope_of(row),
        type=EventType(row["type"]),
        subject_id=row["subject_id"],
        sequence=row["sequence"],
        data=row["data"],
        created_at=time_of(row["created_at"]),
    )
