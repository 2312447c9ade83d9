"""Events: what has happened, listed and read."""

from typing import Annotated, Final

import msgspec
from litestar import Controller, get
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.domain.event import EventType
from zerofee.domain.ids import EventId
from zerofee.domain.new_payment import InvalidField, text
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import EventFilter
from zerofee.domain.scope import Permission
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import needs
from zerofee.entrypoints.http.pages import PageQuery, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.events import EventBody
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.parts import Time
from zerofee.entrypoints.http.wire.showing import ENCODER

_WEBHOOKS: Final = Permission.WEBHOOKS
_LIST: Final = "events"
_LONGEST_ID: Final = 100


class EventQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of which events."""

    type: EventType | None = None
    object_id: Annotated[str | None, msgspec.Meta(description="The payment, refund or other object.")] = None
    created_from: Annotated[Time | None, msgspec.Meta(description="Created at or after; RFC 3339.")] = None
    created_to: Annotated[Time | None, msgspec.Meta(description="Created before; RFC 3339.")] = None

    def wanted(self) -> EventFilter:
        """Check the filters; raise `InvalidField` for an id that no object can have."""
        return EventFilter(
            subject_id=text("object_id", self.object_id, _LONGEST_ID),
            type=self.type,
            created_from=self.created_from,
            created_to=self.created_to,
        )


class EventsController(Controller):
    """`/v1/events`."""

    path = "/v1/events"

    @get(opt=needs(_WEBHOOKS, asks=EventQuery, gives={200: PageBody[EventBody]}, refuses=(InvalidField, CursorInvalid)))
    async def list_events(self, request: Call) -> ASGIApp:
        """
        List what has happened, newest first.

        An object's events are numbered from 1 without a gap, in `sequence`.
        """
        query, scope = request.asked(EventQuery), request.caller.scope
        listed = await request.services.reading.events(scope, query.wanted(), query.page(scope, _LIST))
        return page_reply(listed, EventBody.of, _LIST, scope)

    @get("/{event_id:str}", opt=needs(_WEBHOOKS, gives={200: EventBody}, refuses=(NotFound,)))
    async def read_event(self, request: Call, event_id: FromPath[str]) -> ASGIApp:
        """Read one event, as it is sent to webhook endpoints."""
        event = await request.services.webhooks.outbox.event(request.caller.scope, addressed(EventId, event_id))
        return json_reply(ENCODER.encode(EventBody.of(event)))
