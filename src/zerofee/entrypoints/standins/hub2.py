"""Hub2's stand-in over HTTP: the same paths, headers, limits and error bodies."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from litestar import Controller, Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from zerofee.adapters.providers.hub2.operators import OPERATORS
from zerofee.entrypoints.standins.handset import Verdict
from zerofee.entrypoints.standins.hub2_desk import Hub2Desk
from zerofee.entrypoints.standins.hub2_events import FIRST_SECRET, Hub2Events
from zerofee.entrypoints.standins.hub2_shapes import (
    Confirmation,
    Hub2Error,
    Intent,
    NewAttempt,
    NewIntent,
    NewTransfer,
    NewWebhook,
    Transfer,
)
from zerofee.entrypoints.standins.limits import Window, Windows
from zerofee.entrypoints.standins.pages import decision_page, notice_page, said
from zerofee.entrypoints.standins.world import StandinKind, World

# The accounts that there are: a key is of one environment, as at Hub2.
MERCHANT_ID: Final = "standin-merchant"
KEYS: Final[Mapping[str, str]] = {"sandbox": "standin-hub2-sandbox-key", "live": "standin-hub2-live-key"}

# Source: Hub2 documentation, "Limits".
_ALL: Final = Window(50, 5)
_MOVES: Final = Window(75, 10)
_CONFIRMS: Final = Window(30, 5)
_WHOLE: Final = Window(1, 5)
_STATUS: Final = Window(5, 5)
_LISTS: Final = Window(1, 30)

Call = Request[Any, Any, Any]
Desk = NamedDependency[SkipValidation[Hub2Desk]]
Gate = NamedDependency[SkipValidation["Hub2Gate"]]
Body = TypeVar("Body")


class Hub2Gate:
    """Who may come in, and how often."""

    def __init__(self, world: World) -> None:
        """Count from nought."""
        self._world = world
        self._windows = Windows()

    def merchant(self, call: Call) -> str:
        """Give the environment of a call with a merchant's key; raise `Hub2Error` for any other."""
        environment = call.headers.get("environment", "")
        given, merchant_id = call.headers.get("apikey", ""), call.headers.get("merchantid", "")
        if given not in KEYS.values() or merchant_id != MERCHANT_ID:
            raise Hub2Error(401, "unauthorized", "The API key or the merchant id is wrong.")
        if KEYS.get(environment) != given:
            raise Hub2Error(403, "forbidden", "The API key is not of this environment.")
        return environment

    def limit(self, key: str, window: Window) -> None:
        """Count a call, and raise `Hub2Error` when it is one too many and limits are on."""
        if not self._world.switch.faults.rate_limits:
            return
        now = self._world.clock.now()
        if not (self._windows.allow("all", _ALL, now) and self._windows.allow(key, window, now)):
            raise Hub2Error(429, "too-many-requests", "Slow down.")


class IntentsController(Controller):
    """Calls 1 to 6 of Hub2's."""

    path = "/payment-intents"

    @post()
    async def open(self, request: Call, desk: Desk, gate: Gate) -> dict[str, Any]:
        """Make an intent."""
        mode = gate.merchant(request)
        gate.limit("open", _MOVES)
        return desk.open_intent(await _body(request, NewIntent), mode).shown()

    @post("/{intent_id:str}/payments")
    async def attempt(self, request: Call, intent_id: FromPath[str], desk: Desk, gate: Gate) -> dict[str, Any]:
        """Begin an attempt; the token in the body is enough, so that a browser may do it."""
        gate.limit("attempt", _MOVES)
        return desk.attempt(intent_id, await _body(request, NewAttempt))

    @post("/{intent_id:str}/authentication")
    async def confirm(self, request: Call, intent_id: FromPath[str], desk: Desk, gate: Gate) -> dict[str, Any]:
        """Take a one-time code."""
        gate.limit("confirm", _CONFIRMS)
        return desk.confirm(intent_id, await _body(request, Confirmation))

    @get("/{intent_id:str}")
    async def read(self, request: Call, intent_id: FromPath[str], desk: Desk, gate: Gate) -> dict[str, Any]:
        """Show a whole intent."""
        intent = _intent(desk, intent_id, gate.merchant(request))
        gate.limit(f"intent {intent_id}", _WHOLE)
        return intent.shown()

    @get("/{intent_id:str}/status")
    async def status(self, request: Call, intent_id: FromPath[str], desk: Desk, gate: Gate) -> dict[str, str]:
        """Show the status alone."""
        intent = _intent(desk, intent_id, gate.merchant(request))
        gate.limit(f"intent status {intent_id}", _STATUS)
        return {"id": intent.id, "status": intent.status}

    @get()
    async def all(self, request: Call, desk: Desk, gate: Gate) -> list[dict[str, Any]]:
        """List intents."""
        mode = gate.merchant(request)
        gate.limit("intents", _LISTS)
        return [intent.shown() for intent in desk.intents.values() if intent.mode == mode]


class MerchantController(Controller):
    """The rest of what a merchant calls."""

    path = "/"

    @get("/payments/{payment_id:str}/status")
    async def payment_status(self, request: Call, payment_id: FromPath[str], desk: Desk, gate: Gate) -> dict[str, str]:
        """Show a payment's status alone."""
        mode = gate.merchant(request)
        gate.limit(f"payment {payment_id}", _STATUS)
        payment = desk.payments.get(payment_id)
        if payment is None or desk.intents[payment.intent_id].mode != mode:
            raise Hub2Error(404, "transaction-not-found", "There is no such payment.")
        return {"id": payment.id, "status": payment.status}

    @post("/transfers")
    async def send_out(self, request: Call, desk: Desk, gate: Gate) -> dict[str, Any]:
        """Make a transfer."""
        mode = gate.merchant(request)
        gate.limit("transfer", _MOVES)
        return desk.send_out(await _body(request, NewTransfer), mode)

    @get("/transfers")
    async def transfers(self, request: Call, desk: Desk, gate: Gate) -> list[dict[str, Any]]:
        """List transfers made between `from` and `to`."""
        mode = gate.merchant(request)
        gate.limit("transfers", _LISTS)
        since, until = request.query_params.get("from", ""), request.query_params.get("to", "9")
        return [
            transfer.shown()
            for transfer in desk.transfers.values()
            if transfer.mode == mode and since <= transfer.at.isoformat() <= until
        ]

    @get("/transfers/{transfer_id:str}")
    async def transfer(self, request: Call, transfer_id: FromPath[str], desk: Desk, gate: Gate) -> dict[str, Any]:
        """Show a whole transfer."""
        transfer = _transfer(desk, transfer_id, gate.merchant(request))
        gate.limit(f"transfer {transfer_id}", _WHOLE)
        return transfer.shown()

    @get("/transfers/{transfer_id:str}/status")
    async def transfer_status(
        self, request: Call, transfer_id: FromPath[str], desk: Desk, gate: Gate
    ) -> dict[str, str]:
        """Show a transfer's status alone."""
        transfer = _transfer(desk, transfer_id, gate.merchant(request))
        gate.limit(f"transfer status {transfer_id}", _STATUS)
        return {"id": transfer.id, "status": transfer.status}

    @get("/balance")
    async def balance(
        self, request: Call, desk: Desk, gate: Gate, currency: FromQuery[str | None] = None
    ) -> dict[str, Any]:
        """Show both accounts."""
        gate.merchant(request)
        gate.limit("balance", _MOVES)
        return desk.balances(currency, desk.world.clock.now())

    @get("/data/providers")
    async def providers(self, request: Call, gate: Gate, country: FromQuery[str | None] = None) -> list[dict[str, str]]:
        """List operators."""
        gate.merchant(request)
        return [
            {"country": operator.country, "provider": operator.value, "name": operator.label}
            for operator in OPERATORS
            if country in {None, operator.country}
        ]

    @post("/webhooks")
    async def register(self, request: Call, desk: Desk, gate: Gate) -> dict[str, Any]:
        """Register an address; the secret is in this answer alone."""
        gate.merchant(request)
        wanted = await _body(request, NewWebhook)
        listener = desk.events.register(wanted.url, tuple(wanted.events))
        return {"id": listener.id, "url": listener.url, "events": wanted.events, "secret": listener.secret}

    @post("/_rotate-secret", status_code=200)
    async def rotate(self, desk: Desk) -> dict[str, str]:
        """Rotate the webhook secret, as a person does in Hub2's dashboard."""
        return {"secret": desk.events.rotate()}


class PageController(Controller):
    """The operator's page, where a customer agrees to a redirected payment."""

    path = "/pay/{payment_id:str}"

    @get(media_type=MediaType.HTML)
    async def show(self, payment_id: FromPath[str], desk: Desk) -> str:
        """Ask the customer."""
        payment = desk.payments.get(payment_id)
        if payment is None:
            raise NotFoundException("There is no such payment.")
        if payment.status != "action_required":
            return notice_page(payment.operator.label, f"This payment is {payment.status}.")
        lines = (f"Pay {said(payment.collected)}?", payment.phone)
        return decision_page(payment.operator.label, lines, f"/pay/{payment_id}/approve", f"/pay/{payment_id}/decline")

    @post("/approve")
    async def approve(self, payment_id: FromPath[str], desk: Desk) -> Redirect:
        """Say yes, and go back to the merchant."""
        return await _decide(desk, payment_id, Verdict(approved=True))

    @post("/decline")
    async def decline(self, payment_id: FromPath[str], desk: Desk, reason: FromQuery[str | None] = None) -> Redirect:
        """Say no, and go back to the merchant; `?reason=` names the failure code."""
        return await _decide(desk, payment_id, Verdict(approved=False, reason=reason))


def build(world: World) -> Sequence[ControllerRouterHandler]:
    """Make Hub2's routes in a world."""
    desk, gate = Hub2Desk(world, Hub2Events(world)), Hub2Gate(world)
    return [
        Router(
            path="/",
            route_handlers=[IntentsController, MerchantController, PageController],
            dependencies={
                "desk": Provide(lambda: desk, sync_to_thread=False),
                "gate": Provide(lambda: gate, sync_to_thread=False),
            },
            exception_handlers={Hub2Error: _error},
        )
    ]


STANDIN: Final = StandinKind(
    name="hub2",
    port=9403,
    build=build,
    credentials={"api_key": KEYS["sandbox"], "merchant_id": MERCHANT_ID, "webhook_secret": FIRST_SECRET},
)


async def _decide(desk: Hub2Desk, payment_id: str, verdict: Verdict) -> Redirect:
    if payment_id not in desk.payments:
        raise NotFoundException("There is no such payment.")
    payment = await desk.decide(payment_id, verdict)
    return Redirect(payment.back if payment.status == "successful" else payment.away, status_code=303)


async def _body(request: Call, shape: type[Body]) -> Body:
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.DecodeError as wrong:
        raise Hub2Error(400, "bad_parameters", str(wrong)) from wrong


def _intent(desk: Hub2Desk, intent_id: str, mode: str) -> Intent:
    intent = desk.intents.get(intent_id)
    if intent is None or intent.mode != mode:
        raise Hub2Error(404, "transaction-not-found", "There is no such intent.")
    return intent


def _transfer(desk: Hub2Desk, transfer_id: str, mode: str) -> Transfer:
    transfer = desk.transfers.get(transfer_id)
    if transfer is None or transfer.mode != mode:
        raise Hub2Error(404, "transaction-not-found", "There is no such transfer.")
    return transfer


def _error(_: Call, wrong: Hub2Error) -> Response[dict[str, Any]]:
    body = {
        "status": wrong.status,
        "code": wrong.code,
        "message": wrong.message,
        "request_id": secrets.token_hex(8),
    }
    return Response(body, status_code=wrong.status)
