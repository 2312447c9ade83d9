"""Stripe's stand-in over HTTP: the same paths, keys, forms and error bodies, and the payer's page."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import Controller, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation
from litestar.types import ControllerRouterHandler

from zerofee.entrypoints.standins.stripe_desk import StripeDesk
from zerofee.entrypoints.standins.stripe_events import FIRST_SECRET, StripeEvents
from zerofee.entrypoints.standins.stripe_form import (
    Cancellation,
    Capture,
    Fields,
    Listing,
    NewEndpoint,
    NewRefund,
    NewSession,
    Shape,
    StripeError,
    read_form,
)
from zerofee.entrypoints.standins.stripe_gate import SANDBOX_KEY, Call, Reply, StripeGate, reply
from zerofee.entrypoints.standins.stripe_lists import Listed, expanded, page
from zerofee.entrypoints.standins.stripe_objects import Shown
from zerofee.entrypoints.standins.stripe_page import PageController
from zerofee.entrypoints.standins.world import StandinKind, World

PATHS: Final = "/v1"
Desk = NamedDependency[SkipValidation[StripeDesk]]
Gate = NamedDependency[SkipValidation[StripeGate]]


class SessionsController(Controller):
    """Checkout Sessions."""

    path = f"{PATHS}/checkout/sessions"

    @post()
    async def open(self, request: Call, desk: Desk, gate: Gate) -> Reply:
        """Make a session."""
        live = gate.enter(request)

        def work(text: str) -> Shown:
            order = read_form(text, NewSession)
            return expanded(desk.open_session(order, live=live).shown(), order.expand, desk.shelf)

        return await gate.once(request, live, work)

    @get()
    async def all(self, request: Call, desk: Desk, gate: Gate) -> Reply:
        """List sessions, the newest first."""
        live = gate.enter(request)
        query = _query(request, Listing)
        found = [
            session
            for session in (desk.session(session_id, live=None) for session_id in list(desk.shelf.sessions))
            if session.live is live
            and query.payment_intent in {None, session.intent_id}
            and query.status in {None, session.status}
        ]
        return reply(page(f"{PATHS}/checkout/sessions", found, query, desk.shelf))

    @get("/{session_id:str}")
    async def read(self, request: Call, session_id: FromPath[str], desk: Desk, gate: Gate) -> Reply:
        """Show one session."""
        session = desk.session(session_id, live=gate.enter(request))
        return reply(expanded(session.shown(), _query(request, Fields).expand, desk.shelf))

    @post("/{session_id:str}/expire")
    async def expire(self, request: Call, session_id: FromPath[str], desk: Desk, gate: Gate) -> Reply:
        """Close one session."""
        live = gate.enter(request)

        def work(text: str) -> Shown:
            form = read_form(text, Fields)
            return expanded(desk.expire(session_id, live=live).shown(), form.expand, desk.shelf)

        return await gate.once(request, live, work)


class IntentsController(Controller):
    """PaymentIntents."""

    path = f"{PATHS}/payment_intents"

    @get("/{intent_id:str}")
    async def read(self, request: Call, intent_id: FromPath[str], desk: Desk, gate: Gate) -> Reply:
        """Show one intent."""
        intent = desk.intent(intent_id, live=gate.enter(request))
        return reply(expanded(intent.shown(), _query(request, Fields).expand, desk.shelf))

    @post("/{intent_id:str}/capture")
    async def capture(self, request: Call, intent_id: FromPath[str], desk: Desk, gate: Gate) -> Reply:
        """Take what is held."""
        live = gate.enter(request)

        def work(text: str) -> Shown:
            form = read_form(text, Capture)
            return expanded(desk.capture(intent_id, form, live=live).shown(), form.expand, desk.shelf)

        return await gate.once(request, live, work)

    @post("/{intent_id:str}/cancel")
    async def cancel(self, request: Call, intent_id: FromPath[str], desk: Desk, gate: Gate) -> Reply:
        """Let one intent go."""
        live = gate.enter(request)

        def work(text: str) -> Shown:
            form = read_form(text, Cancellation)
            return expanded(desk.cancel(intent_id, form, live=live).shown(), form.expand, desk.shelf)

        return await gate.once(request, live, work)


class MoneyController(Controller):
    """Refunds, charges, the balance, events and webhook endpoints."""

    path = PATHS

    @post("/refunds")
    async def refund(self, request: Call, desk: Desk, gate: Gate) -> Reply:
        """Give money back."""
        live = gate.enter(request)

        def work(text: str) -> Shown:
            form = read_form(text, NewRefund)
            return expanded(desk.refund(form, live=live).shown(), form.expand, desk.shelf)

        return await gate.once(request, live, work)

    @get("/refunds")
    async def refunds(self, request: Call, desk: Desk, gate: Gate) -> Reply:
        """List refunds, the newest first."""
        live = gate.enter(request)
        query = _query(request, Listing)
        found = [
            refund
            for refund in desk.shelf.refunds.values()
            if refund.live is live
            and query.payment_intent in {None, refund.intent_id}
            and query.charge in {None, refund.charge_id}
        ]
        return reply(page(f"{PATHS}/refunds", found, query, desk.shelf))

    @get("/refunds/{refund_id:str}")
    async def read_refund(self, request: Call, refund_id: FromPath[str], desk: Desk, gate: Gate) -> Reply:
        """Show one refund."""
        refund = desk.read_refund(refund_id, live=gate.enter(request))
        return reply(expanded(refund.shown(), _query(request, Fields).expand, desk.shelf))

    @get("/charges/{charge_id:str}")
    async def charge(self, request: Call, charge_id: FromPath[str], desk: Desk, gate: Gate) -> Reply:
        """Show one charge."""
        charge = desk.shelf.charges.get(charge_id)
        if charge is None or charge.live is not gate.enter(request):
            raise StripeError(404, f"No such charge: '{charge_id}'", "resource_missing", param="id")
        return reply(expanded(charge.shown(), _query(request, Fields).expand, desk.shelf))

    @get("/balance")
    async def balance(self, request: Call, desk: Desk, gate: Gate) -> Reply:
        """Add up what was taken and not given back."""
        live = gate.enter(request, balance=True)
        sums: dict[str, int] = {"usd": 0}
        for charge in desk.shelf.charges.values():
            if charge.live is live:
                sums[charge.currency] = sums.get(charge.currency, 0) + charge.captured - charge.refunded
        available = [{"amount": amount, "currency": currency} for currency, amount in sums.items()]
        return reply({"object": "balance", "livemode": live, "available": available, "pending": []})

    @get("/events")
    async def events(self, request: Call, desk: Desk, gate: Gate) -> Reply:
        """List events, the newest first."""
        live = gate.enter(request)
        query = _query(request, Listing)
        found = [
            Listed(event)
            for event in desk.events.events.values()
            if event["livemode"] is live and query.type in {None, event["type"]}
        ]
        return reply(page(f"{PATHS}/events", found, query, desk.shelf))

    @get("/events/{event_id:str}")
    async def event(self, request: Call, event_id: FromPath[str], desk: Desk, gate: Gate) -> Reply:
        """Show one event."""
        live = gate.enter(request)
        event = desk.events.events.get(event_id)
        if event is None or event["livemode"] is not live:
            raise StripeError(404, f"No such event: '{event_id}'", "resource_missing", param="id")
        return reply(event)

    @post("/webhook_endpoints")
    async def register(self, request: Call, desk: Desk, gate: Gate) -> Reply:
        """Register an address; its secret is in this answer alone."""
        live = gate.enter(request)

        def work(text: str) -> Shown:
            form = read_form(text, NewEndpoint)
            return desk.events.register(form.url, form.enabled_events, live=live).shown()

        return await gate.once(request, live, work)


def build(world: World) -> Sequence[ControllerRouterHandler]:
    """Make Stripe's routes in a world."""
    desk, gate = StripeDesk(world, StripeEvents(world)), StripeGate(world)
    return [
        Router(
            path="/",
            route_handlers=[SessionsController, IntentsController, MoneyController, PageController],
            dependencies={
                "desk": Provide(lambda: desk, sync_to_thread=False),
                "gate": Provide(lambda: gate, sync_to_thread=False),
            },
            exception_handlers={StripeError: _error},
        )
    ]


STANDIN: Final = StandinKind(
    name="stripe",
    port=9401,
    build=build,
    credentials={"secret_key": SANDBOX_KEY, "webhook_secret": FIRST_SECRET},
)


def _query(request: Call, shape: type[Shape]) -> Shape:
    return read_form(request.url.query, shape)


def _error(_: Call, error: StripeError) -> Reply:
    headers: Mapping[str, str] = {"Stripe-Should-Retry": "true"} if error.status == 429 else {}  # noqa: PLR2004
    return reply(error.body, error.status, headers)
