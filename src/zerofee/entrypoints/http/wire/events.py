"""An event as the API shows it."""

from typing import Annotated, Literal

import msgspec

from zerofee.domain.event import Event, EventType
from zerofee.domain.scope import Environment
from zerofee.entrypoints.http.wire.parts import Time


class EventBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    One thing that happened. `data` is the object as it stood then.

    `sequence` counts an object's events from 1 without a gap, so that they can be put in order.
    """

    id: str
    object: Literal["event"] = "event"
    type: EventType
    sequence: int
    environment: Environment
    created_at: Time
    data: Annotated[msgspec.Raw, msgspec.Meta(description="The payment or refund as it was shown then.")]

    @classmethod
    def of(cls, event: Event) -> "EventBody":
        """Show an event; its data goes out as it was written."""
        return cls(
            id=event.id,
            type=event.type,
            sequence=event.sequence,
            environment=event.scope.environment,
            created_at=event.created_at,
            data=msgspec.Raw(event.data),
        )
