"""What providers told of an app's payments, and the means to have it applied once more."""

from typing import Final

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.domain.ids import InboxId
from zerofee.domain.ports.store import NotFound
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import personal
from zerofee.entrypoints.http.pages import EnvironmentQuery, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.provider_events import ProviderEventBody
from zerofee.entrypoints.http.wire.showing import ENCODER

_LIST: Final = "provider-events"


class ProviderEventsController(Controller):
    """`/v1/apps/{app_id}/provider-events`."""

    path = "/v1/apps/{app_id:str}/provider-events"

    @get(
        opt=personal(asks=EnvironmentQuery, gives={200: PageBody[ProviderEventBody]}, refuses=(NotFound, CursorInvalid))
    )
    async def list_provider_events(self, request: Call) -> ASGIApp:
        """List what providers told, verified, with what became of it; newest first."""
        query, app_id = request.asked(EnvironmentQuery), request.app_of_person.id
        inbox = request.services.webhooks_in.inbox
        listed = await inbox.events_of(app_id, query.environment, query.page(app_id, _LIST))
        return page_reply(listed, ProviderEventBody.of, _LIST, app_id)

    @post("/{event_id:str}/replay", opt=personal(gives={200: ProviderEventBody}, refuses=(NotFound,)))
    async def replay_provider_event(self, request: Call, event_id: FromPath[str]) -> ASGIApp:
        """
        Apply what a provider told once more, and answer it as it stands then.

        The provider is asked, whatever the event claims: so replaying it twice, or an old one, does no harm.
        """
        wanted = addressed(InboxId, event_id)
        event = await request.services.webhooks_in.apply.replay(request.app_of_person.id, wanted)
        return json_reply(ENCODER.encode(ProviderEventBody.of(event)))
