"""An event as the API shows it."""

from typing import Annotated, Final, Literal

import msgspec

from zerofee.domain.event import API_VERSION, Event, EventType
from zerofee.domain.scope import Environment
from zerofee.entrypoints.http.wire.parts import Time


class EventBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    One thing that happened. `data` is the object as it stood then, in the shapes of `api_version`.

    `sequence` counts an object's events from 1 without a gap, so that they can be put in order.
    """

    id: str
    object: Literal["event"] = "event"
    type: EventType
    api_version: str = API_VERSION
    sequence: int
    environment: Environment
    created_at: Time
    data: Annotated[msgspec.Raw, msgspec.Meta(description="The object as it was shown then.")]

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


_ENCODER: Final = msgspec.json.Encoder()


class JsonEvents:
    """The `ShowingEvents` port: what is sent to an endpoint is what `GET /v1/events/{id}` answers."""

    def envelope(self, event: Event) -> bytes:
        """Write an event as JSON in UTF-8."""
        return _ENCODER.encode(EventBody.of(event))
