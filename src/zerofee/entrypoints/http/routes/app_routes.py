"""An app's routes: written, changed, deleted, and asked how they would decide."""

from typing import Final

from litestar import Controller, delete, get, patch, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.domain.country import UnknownCountry
from zerofee.domain.currency import UnknownCurrency
from zerofee.domain.ids import ConnectionId, RouteId
from zerofee.domain.method import InvalidOperator, UnknownMethod
from zerofee.domain.money import AmountInvalid
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Scope
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import personal
from zerofee.entrypoints.http.pages import EnvironmentQuery, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.app_routes import (
    DecisionBody,
    DeletedRouteBody,
    NewRouteBody,
    PreviewBody,
    RouteBody,
    RouteChangesBody,
)
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.showing import ENCODER
from zerofee.entrypoints.http.wire.simulation import SimulateBody, SimulationBody

_LIST: Final = "routes"
_CREATED: Final = 201
_CHANGE: Final = (NotFound, InvalidField, ChangedMeanwhile)
_MEANING: Final = (AmountInvalid, UnknownCurrency, UnknownCountry, UnknownMethod, InvalidOperator, InvalidField)


class AppRoutesController(Controller):
    """`/v1/apps/{app_id}/routes`."""

    path = "/v1/apps/{app_id:str}/routes"

    @post(opt=personal(takes=NewRouteBody, gives={201: RouteBody}, refuses=_CHANGE))
    async def create_route(self, request: Call) -> ASGIApp:
        """
        Make a route to a connection.

        What its provider can never take is refused. While an app has no active route in an environment, its
        connections serve there in the order they were made.
        """
        body = await request.read(NewRouteBody)
        scope = body.scope(request.app_of_person.id)
        write_routes = request.services.managing.write_routes
        route = await write_routes.make(request.author, scope, ConnectionId(body.provider_id), body.draw)
        return json_reply(ENCODER.encode(RouteBody.of(route)), _CREATED)

    @get(opt=personal(asks=EnvironmentQuery, gives={200: PageBody[RouteBody]}, refuses=(NotFound, CursorInvalid)))
    async def list_routes(self, request: Call) -> ASGIApp:
        """List an app's routes, newest first."""
        query, app = request.asked(EnvironmentQuery), request.app_of_person
        listed = await request.services.managing.apps.routes_of(app.id, query.environment, query.page(app.id, _LIST))
        return page_reply(listed, RouteBody.of, _LIST, app.id)

    @patch("/{route_id:str}", opt=personal(takes=RouteChangesBody, gives={200: RouteBody}, refuses=_CHANGE))
    async def change_route(
        self,
        request: Call,
        route_id: FromPath[str],
    ) -> ASGIApp:
        """Change a route; payments that were opened before keep the decision that they were opened with."""
        body, wanted = await request.read(RouteChangesBody), addressed(RouteId, route_id)
        write_routes = request.services.managing.write_routes
        route = await write_routes.change(request.author, request.app_of_person.id, wanted, body.draw)
        return json_reply(ENCODER.encode(RouteBody.of(route)))

    @delete(
        "/{route_id:str}",
        status_code=200,
        opt=personal(gives={200: DeletedRouteBody}, refuses=(NotFound, ChangedMeanwhile)),
    )
    async def delete_route(
        self,
        request: Call,
        route_id: FromPath[str],
    ) -> ASGIApp:
        """Delete a route; payments keep the decisions that it took part in."""
        wanted = addressed(RouteId, route_id)
        route = await request.services.managing.write_routes.delete(request.author, request.app_of_person.id, wanted)
        return json_reply(ENCODER.encode(DeletedRouteBody(id=route.id)))

    @post(
        "/preview",
        status_code=200,
        opt=personal(takes=PreviewBody, gives={200: DecisionBody}, refuses=(NotFound, *_MEANING)),
    )
    async def preview_route(self, request: Call) -> ASGIApp:
        """
        Say how a payment would be routed, and move nothing.

        The whole decision: the candidates in order, and for each connection left out, why.
        """
        body = await request.read(PreviewBody)
        scope = Scope(request.app_of_person.id, body.environment)
        decision = await request.services.managing.preview_route(scope, body.to_wish(), body.provider, body.seed)
        return json_reply(ENCODER.encode(DecisionBody.of(decision)))

    @post(
        "/simulate",
        status_code=200,
        opt=personal(takes=SimulateBody, gives={200: SimulationBody}, refuses=(NotFound, *_MEANING)),
    )
    async def simulate_routes(self, request: Call) -> ASGIApp:
        """
        Replay past payments over a draft of routes, and move nothing.

        Says what would have gone elsewhere first, with counts, amounts and success rates side by side. Weights fall as
        they fell for each payment. At most the newest 10,000 of the span are replayed.
        """
        body, app, managing = await request.read(SimulateBody), request.app_of_person, request.services.managing
        simulated = await managing.simulate_routes(Scope(app.id, body.environment), body.to_draft())
        return json_reply(ENCODER.encode(SimulationBody.of(simulated)))
