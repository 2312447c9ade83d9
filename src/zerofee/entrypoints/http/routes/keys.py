"""An app's API keys: issued once, listed by their hints, revoked."""

from typing import Final

from litestar import Controller, delete, get, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.domain.ids import KeyId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Environment
from zerofee.domain.session import ReauthenticationRequired
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import personal
from zerofee.entrypoints.http.pages import EnvironmentQuery, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.keys import IssuedKeyBody, KeyBody, NewKeyBody
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.showing import ENCODER

_LIST: Final = "keys"
_CREATED: Final = 201


class KeysController(Controller):
    """`/v1/apps/{app_id}/keys`."""

    path = "/v1/apps/{app_id:str}/keys"

    @post(
        opt=personal(
            takes=NewKeyBody,
            gives={201: IssuedKeyBody},
            refuses=(NotFound, InvalidField, ReauthenticationRequired, ChangedMeanwhile),
        )
    )
    async def create_key(self, request: Call) -> ASGIApp:
        """
        Make an API key.

        The answer holds the key itself, `key`, and no other answer ever will. A live key takes a login of the last
        five minutes.
        """
        body, services = await request.read(NewKeyBody), request.services
        if body.environment is Environment.LIVE:
            services.people.prove_fresh(request.person)
        order = body.to_order(request.app_of_person.id, services.clock.now())
        issued = await services.managing.write_keys.make(request.author, order)
        return json_reply(ENCODER.encode(IssuedKeyBody.issued(issued)), _CREATED)

    @get(opt=personal(asks=EnvironmentQuery, gives={200: PageBody[KeyBody]}, refuses=(NotFound, CursorInvalid)))
    async def list_keys(self, request: Call) -> ASGIApp:
        """List an app's keys, the revoked ones too, newest first."""
        query, app = request.asked(EnvironmentQuery), request.app_of_person
        listed = await request.services.managing.apps.keys_of(app.id, query.environment, query.page(app.id, _LIST))
        return page_reply(listed, KeyBody.of, _LIST, app.id)

    @delete("/{key_id:str}", status_code=200, opt=personal(gives={200: KeyBody}, refuses=(NotFound, ChangedMeanwhile)))
    async def revoke_key(self, request: Call, key_id: FromPath[str]) -> ASGIApp:
        """
        Revoke a key.

        Every server refuses it within five seconds. It stays in the list, with `revoked_at`; twice is once.
        """
        wanted = addressed(KeyId, key_id)
        key = await request.services.managing.write_keys.revoke(request.author, request.app_of_person.id, wanted)
        return json_reply(ENCODER.encode(KeyBody.of(key)))
