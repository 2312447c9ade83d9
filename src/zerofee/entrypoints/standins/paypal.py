"""PayPal's stand-in over HTTP: the same paths, tokens, validation, error bodies and pages."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from litestar import Controller, Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation
from litestar.types import ControllerRouterHandler

from zerofee.entrypoints.standins.paypal_desk import PayPalDesk
from zerofee.entrypoints.standins.paypal_events import CERTIFICATE_PATH, FIRST_WEBHOOK_ID, Listener, PayPalEvents
from zerofee.entrypoints.standins.paypal_gate import SANDBOX_CLIENT, SANDBOX_SECRET, PayPalGate, WrongClient
from zerofee.entrypoints.standins.paypal_page import PageController
from zerofee.entrypoints.standins.paypal_records import Order
from zerofee.entrypoints.standins.paypal_shapes import (
    NewCapture,
    NewListener,
    NewOrder,
    NewRefund,
    PayPalError,
    read,
)
from zerofee.entrypoints.standins.world import StandinKind, World

Call = Request[Any, Any, Any]
Answer = Response[Any]
Desk = NamedDependency[SkipValidation[PayPalDesk]]
Gate = NamedDependency[SkipValidation[PayPalGate]]
JSON: Final = "application/json"


class Question(msgspec.Struct):
    """The body of a question about a webhook; the event stays bytes, as it was signed."""

    transmission_id: str
    transmission_time: str
    cert_url: str
    auth_algo: str
    transmission_sig: str
    webhook_id: str
    webhook_event: msgspec.Raw


class OrdersController(Controller):
    """Orders v2."""

    path = "/v2/checkout/orders"

    @post()
    async def create(self, request: Call, desk: Desk, gate: Gate) -> Answer:
        """Make an order."""
        mode = _enter(request, gate)
        wanted = read(await request.body(), NewOrder)
        if wanted.payment_source is not None and "paypal-request-id" not in request.headers:
            raise PayPalError(400, "PAYPAL_REQUEST_ID_REQUIRED")
        return _said(
            *gate.once(request.headers, mode, request.url.path, lambda: _showing(request, desk.open(wanted, mode)))
        )

    @get("/{order_id:str}")
    async def show(self, request: Call, order_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Show an order."""
        return _said(200, desk.order(order_id, gate.mode(request.headers)).shown())

    @post("/{order_id:str}/capture")
    async def capture(self, request: Call, order_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Take the money."""
        return self._complete(request, order_id, desk, gate, desk.capture)

    @post("/{order_id:str}/authorize")
    async def authorize(self, request: Call, order_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Hold the money."""
        return self._complete(request, order_id, desk, gate, desk.authorize)

    def _complete(
        self, request: Call, order_id: str, desk: PayPalDesk, gate: PayPalGate, step: Callable[[Order], None]
    ) -> Answer:
        mode = _enter(request, gate)
        order = desk.order(order_id, mode)

        def do() -> Callable[[], dict[str, Any]]:
            step(order)
            return _showing(request, order)

        return _said(*gate.once(request.headers, mode, request.url.path, do))


class PaymentsController(Controller):
    """Payments v2."""

    path = "/v2/payments"

    @get("/captures/{capture_id:str}")
    async def capture(self, request: Call, capture_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Show a capture."""
        order, capture = desk.capture_found(capture_id, gate.mode(request.headers))
        return _said(200, {**order.capture_shown(capture), **order.related()})

    @post("/captures/{capture_id:str}/refund")
    async def refund(self, request: Call, capture_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Give money back."""
        mode = _enter(request, gate)
        wanted = read(await request.body(), NewRefund)
        order, capture = desk.capture_found(capture_id, mode)

        def do() -> Callable[[], dict[str, Any]]:
            refund = desk.refund(order, capture, wanted)
            return lambda: order.refund_shown(capture, refund)

        return _said(*gate.once(request.headers, mode, request.url.path, do))

    @get("/refunds/{refund_id:str}")
    async def show_refund(self, request: Call, refund_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Show a refund."""
        order, capture, refund = desk.refund_found(refund_id, gate.mode(request.headers))
        return _said(200, order.refund_shown(capture, refund))

    @get("/authorizations/{authorization_id:str}")
    async def authorization(self, request: Call, authorization_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Show what is held."""
        order, held = desk.authorization(authorization_id, gate.mode(request.headers))
        return _said(200, order.authorization_shown(held))

    @post("/authorizations/{authorization_id:str}/capture")
    async def capture_held(self, request: Call, authorization_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Take what is held."""
        mode = _enter(request, gate)
        wanted = read(await request.body(), NewCapture)
        order, held = desk.authorization(authorization_id, mode)

        def do() -> Callable[[], dict[str, Any]]:
            capture = desk.capture_held(order, held, wanted)
            return lambda: order.capture_shown(capture)

        return _said(*gate.once(request.headers, mode, request.url.path, do))

    @post("/authorizations/{authorization_id:str}/void")
    async def void(self, request: Call, authorization_id: FromPath[str], desk: Desk, gate: Gate) -> Answer:
        """Let go what is held."""
        order, held = desk.authorization(authorization_id, _enter(request, gate))
        desk.void(order, held)
        return _said(200, order.authorization_shown(held)) if _wants_all(request) else Response(b"", status_code=204)


class PlatformController(Controller):
    """Tokens, webhooks and certificates."""

    path = "/"

    @post("/v1/oauth2/token")
    async def token(self, request: Call, gate: Gate) -> Answer:
        """Give a token."""
        if parse_qs((await request.body()).decode("ascii", "replace")).get("grant_type") != ["client_credentials"]:
            return _said(400, {"error": "unsupported_grant_type", "error_description": "Grant Type is NULL"})
        try:
            return _said(200, gate.token(request.headers.get("authorization", "")))
        except WrongClient:
            return _said(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})

    @get(CERTIFICATE_PATH, media_type="application/x-pem-file")
    async def certificate(self, desk: Desk) -> bytes:
        """Serve the certificate that webhooks are signed with."""
        return desk.events.certificate()

    @post("/v1/notifications/verify-webhook-signature")
    async def verify(self, request: Call, desk: Desk, gate: Gate) -> Answer:
        """Say whether a webhook is ours."""
        _enter(request, gate)
        question = read(await request.body(), Question)
        told = {name: getattr(question, name) for name in question.__struct_fields__}
        good = desk.events.verifies(told, bytes(question.webhook_event))
        return _said(200, {"verification_status": "SUCCESS" if good else "FAILURE"})

    @post("/v1/notifications/webhooks")
    async def register(self, request: Call, desk: Desk, gate: Gate) -> Answer:
        """Register an address; its id is what the merchant verifies with."""
        _enter(request, gate)
        wanted = read(await request.body(), NewListener)
        names = tuple(event.get("name", "") for event in wanted.event_types)
        return _said(201, _listener(desk.events.register(wanted.url, names)))

    @get("/v1/notifications/webhooks")
    async def listeners(self, request: Call, desk: Desk, gate: Gate) -> Answer:
        """List the addresses."""
        gate.mode(request.headers)
        return _said(200, {"webhooks": [_listener(listener) for listener in desk.events.listeners]})


def build(world: World) -> Sequence[ControllerRouterHandler]:
    """Make PayPal's routes in a world."""
    desk, gate = PayPalDesk(world, PayPalEvents(world)), PayPalGate(world)
    return [
        Router(
            path="/",
            route_handlers=[OrdersController, PaymentsController, PlatformController, PageController],
            dependencies={
                "desk": Provide(lambda: desk, sync_to_thread=False),
                "gate": Provide(lambda: gate, sync_to_thread=False),
            },
            exception_handlers={PayPalError: _error},
        )
    ]


STANDIN: Final = StandinKind(
    name="paypal",
    port=9402,
    build=build,
    credentials={"client_id": SANDBOX_CLIENT, "client_secret": SANDBOX_SECRET, "webhook_id": FIRST_WEBHOOK_ID},
)


def _enter(request: Call, gate: PayPalGate) -> str:
    """Let a call in that changes something: a good token, and JSON even when there is nothing to say."""
    mode = gate.mode(request.headers)
    if request.headers.get("content-type", "").partition(";")[0].strip() != JSON:
        raise PayPalError(415)
    return mode


def _showing(request: Call, order: Order) -> Callable[[], dict[str, Any]]:
    return order.shown if _wants_all(request) else order.minimal


def _wants_all(request: Call) -> bool:
    return request.headers.get("prefer", "").replace(" ", "") == "return=representation"


def _listener(listener: Listener) -> Mapping[str, Any]:
    return {"id": listener.id, "url": listener.url, "event_types": [{"name": name} for name in listener.events]}


def _said(status: int, body: object) -> Answer:
    return Response(body, status_code=status, headers={"PayPal-Debug-Id": secrets.token_hex(7)[:13]})


def _error(_: Call, wrong: PayPalError) -> Answer:
    body = wrong.shown()
    return Response(body, status_code=wrong.status, headers={"PayPal-Debug-Id": str(body["debug_id"])})
