"""A person's apps, and who changed what in each."""

from typing import Final

import msgspec
from litestar import Controller, get, patch, post
from litestar.types import ASGIApp

from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ports.sender import BlockedAddress
from zerofee.domain.ports.store import NotFound
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import personal
from zerofee.entrypoints.http.pages import PageQuery, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.apps import AppBody, AppChangesBody, NewAppBody
from zerofee.entrypoints.http.wire.audit import AuditEntryBody
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.showing import ENCODER

_LIST: Final = "apps"
_ENTRIES: Final = "audit"
_CREATED: Final = 201


class AppsController(Controller):
    """`/v1/apps` and what each app says of itself."""

    path = "/v1/apps"

    @post(opt=personal(takes=NewAppBody, gives={201: AppBody}, refuses=(InvalidField,)))
    async def create_app(self, request: Call) -> ASGIApp:
        """Make an app of yours."""
        body = await request.read(NewAppBody)
        app = await request.services.managing.write_apps.make(request.author, request.person.user.id, body.name)
        return json_reply(ENCODER.encode(AppBody.of(app)), _CREATED)

    @get(opt=personal(asks=PageQuery, gives={200: PageBody[AppBody]}, refuses=(CursorInvalid,)))
    async def list_apps(self, request: Call) -> ASGIApp:
        """List your apps, newest first."""
        owner_id = request.person.user.id
        page = request.asked(PageQuery).page(owner_id, _LIST)
        return page_reply(await request.services.managing.apps.apps(owner_id, page), AppBody.of, _LIST, owner_id)

    @get("/{app_id:str}", opt=personal(gives={200: AppBody}, refuses=(NotFound,)))
    async def read_app(self, request: Call) -> ASGIApp:
        """Read one app of yours."""
        return json_reply(ENCODER.encode(AppBody.of(request.app_of_person)))

    @patch(
        "/{app_id:str}",
        opt=personal(
            takes=AppChangesBody,
            gives={200: AppBody},
            refuses=(NotFound, InvalidField, BlockedAddress, ChangedMeanwhile),
        ),
    )
    async def change_app(self, request: Call) -> ASGIApp:
        """
        Give an app another name, another way to put its routes in order, or another `webhook_url`.

        The latter is the default webhook endpoint; its secret is shown when it is rotated.
        """
        body, app = await request.read(AppChangesBody), request.app_of_person
        if body.name is not msgspec.UNSET:
            app = await request.services.managing.write_apps.rename(request.author, app.id, body.name)
        if body.routing_strategy is not msgspec.UNSET:
            app = await request.services.managing.write_apps.reorder(request.author, app.id, body.routing_strategy)
        if body.webhook_url is not msgspec.UNSET:
            app = await request.services.webhooks.listen_at(request.author, app.id, body.webhook_url)
        return json_reply(ENCODER.encode(AppBody.of(app)))

    @get(
        "/{app_id:str}/audit",
        opt=personal(asks=PageQuery, gives={200: PageBody[AuditEntryBody]}, refuses=(NotFound, CursorInvalid)),
    )
    async def list_audit(self, request: Call) -> ASGIApp:
        """
        List who changed what, newest first.

        Each entry carries the hash of the one before, so that none can be changed or taken out unnoticed.
        """
        app = request.app_of_person
        page = request.asked(PageQuery).page(app.id, _ENTRIES)
        listed = await request.services.managing.audit.entries(app.id, page)
        return page_reply(listed, AuditEntryBody.of, _ENTRIES, app.id)
