"""An app's connections to providers: credentials in, hints out, and the provider's word on them."""

from typing import Final

from litestar import Controller, delete, get, patch, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.domain.connection import Connection
from zerofee.domain.ids import ConnectionId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Environment
from zerofee.domain.session import ReauthenticationRequired
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import personal
from zerofee.entrypoints.http.pages import EnvironmentQuery, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import Reply, json_reply
from zerofee.entrypoints.http.wire.connections import (
    ConnectionBody,
    ConnectionChangesBody,
    NewConnectionBody,
    RemovedConnectionBody,
    ValidationBody,
)
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.showing import ENCODER

_LIST: Final = "connections"
_CREATED: Final = 201
_CHANGE: Final = (NotFound, InvalidField, ReauthenticationRequired, ChangedMeanwhile)


class ConnectionsController(Controller):
    """`/v1/apps/{app_id}/providers`."""

    path = "/v1/apps/{app_id:str}/providers"

    @post(opt=personal(takes=NewConnectionBody, gives={201: ConnectionBody}, refuses=_CHANGE))
    async def connect(self, request: Call) -> ASGIApp:
        """
        Connect an app to a provider.

        Credentials are kept sealed, and come back as hints only; `validate` asks the provider whether they hold. Live
        ones take a login of the last five minutes.
        """
        body, services = await request.read(NewConnectionBody), request.services
        if body.environment is Environment.LIVE:
            services.people.prove_fresh(request.person)
        order = body.to_order(request.app_of_person.id)
        return _shown(request, await services.managing.write_connections.make(request.author, order), _CREATED)

    @get(opt=personal(asks=EnvironmentQuery, gives={200: PageBody[ConnectionBody]}, refuses=(NotFound, CursorInvalid)))
    async def list_connections(self, request: Call) -> ASGIApp:
        """List an app's connections, newest first."""
        query, app, services = request.asked(EnvironmentQuery), request.app_of_person, request.services
        listed = await services.managing.apps.connections_of(app.id, query.environment, query.page(app.id, _LIST))
        public_url = services.settings.public_url
        return page_reply(listed, lambda connection: ConnectionBody.of(connection, public_url), _LIST, app.id)

    @get("/{provider_id:str}", opt=personal(gives={200: ConnectionBody}, refuses=(NotFound,)))
    async def read_connection(
        self,
        request: Call,
        provider_id: FromPath[str],
    ) -> ASGIApp:
        """Read one connection."""
        wanted = addressed(ConnectionId, provider_id)
        return _shown(request, await request.services.managing.apps.connection_of(request.app_of_person.id, wanted))

    @patch(
        "/{provider_id:str}", opt=personal(takes=ConnectionChangesBody, gives={200: ConnectionBody}, refuses=_CHANGE)
    )
    async def change_connection(
        self,
        request: Call,
        provider_id: FromPath[str],
    ) -> ASGIApp:
        """
        Change a connection's credentials or settings, or switch it off and on.

        Payments under way go on. New live credentials take a login of the last five minutes.
        """
        body, services = await request.read(ConnectionChangesBody), request.services
        app, wanted, changes = request.app_of_person, addressed(ConnectionId, provider_id), body.to_changes()
        stored = await services.managing.apps.connection_of(app.id, wanted)
        if changes.credentials and stored.scope.environment is Environment.LIVE:
            services.people.prove_fresh(request.person)
        write_connections = services.managing.write_connections
        return _shown(request, await write_connections.change(request.author, app.id, wanted, changes))

    @delete(
        "/{provider_id:str}",
        status_code=200,
        opt=personal(gives={200: RemovedConnectionBody}, refuses=(NotFound, ChangedMeanwhile)),
    )
    async def disconnect(
        self,
        request: Call,
        provider_id: FromPath[str],
    ) -> ASGIApp:
        """
        Delete a connection, credentials and all.

        One that payments or routes refer to is switched off instead, and the answer says so: what was sent through it
        must still be asked about and refunded.
        """
        wanted = addressed(ConnectionId, provider_id)
        write_connections = request.services.managing.write_connections
        removed = await write_connections.delete(request.author, request.app_of_person.id, wanted)
        return json_reply(ENCODER.encode(RemovedConnectionBody.of(removed)))

    @post(
        "/{provider_id:str}/validate", status_code=200, opt=personal(gives={200: ValidationBody}, refuses=(NotFound,))
    )
    async def validate_connection(
        self,
        request: Call,
        provider_id: FromPath[str],
    ) -> ASGIApp:
        """Ask the provider whether a connection's credentials hold; no money moves."""
        wanted = addressed(ConnectionId, provider_id)
        check = await request.services.managing.validate_connection(request.app_of_person.id, wanted)
        return json_reply(ENCODER.encode(ValidationBody.of(wanted, check)))


def _shown(request: Call, connection: Connection, status: int = 200) -> Reply:
    return json_reply(ENCODER.encode(ConnectionBody.of(connection, request.services.settings.public_url)), status)
