"""Checkout over the API: what can be offered where, and sessions."""

from typing import Final

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.application.once import Replayed
from zerofee.domain.checkout import MethodNotOffered, TooManyPays
from zerofee.domain.country import UnknownCountry
from zerofee.domain.currency import UnknownCurrency
from zerofee.domain.customer import InvalidCustomer
from zerofee.domain.idempotency import Answer
from zerofee.domain.ids import CheckoutId
from zerofee.domain.method import InvalidOperator, UnknownMethod
from zerofee.domain.money import AmountInvalid, payable
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.opening import OperationInFlight, OutcomeUnknown, WrongStatus
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Permission
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.idempotency import REPLAYED, claim_of
from zerofee.entrypoints.http.names import country_name, icon_path, offer_name
from zerofee.entrypoints.http.needs import needs
from zerofee.entrypoints.http.reply import Reply, json_reply
from zerofee.entrypoints.http.wire.checkout import (
    CountriesBody,
    CountryBody,
    ExpireBody,
    NewSessionBody,
    OfferBody,
    OffersBody,
    OffersQuery,
    PaidOnPageBody,
    PayBody,
    SessionBody,
)
from zerofee.entrypoints.http.wire.showing import ENCODER

_CHECKOUT: Final = Permission.CHECKOUT
_ENGLISH: Final = "en"
_MEANING: Final = (
    AmountInvalid,
    UnknownCurrency,
    UnknownCountry,
    UnknownMethod,
    InvalidOperator,
    InvalidCustomer,
    InvalidField,
)
_UNDER_WAY: Final = (NotFound, WrongStatus, OperationInFlight, OutcomeUnknown)


class CheckoutController(Controller):
    """`/v1/checkout`."""

    path = "/v1/checkout"

    @get(
        "/payment-methods",
        opt=needs(
            _CHECKOUT,
            asks=OffersQuery,
            gives={200: OffersBody},
            refuses=(AmountInvalid, UnknownCurrency, UnknownCountry),
            publishable=True,
        ),
    )
    async def payment_methods(self, request: Call) -> ASGIApp:
        """List the ways in which an amount could be paid now, from the app's connections and routes."""
        query = request.asked(OffersQuery)
        money, where = payable(query.amount, query.currency), query.where()
        offers = await request.services.checkout.offer(request.caller.scope, where, money)
        public_url = request.services.settings.public_url
        shown = [OfferBody.of(offer, offer_name(offer, _ENGLISH), public_url + icon_path(offer)) for offer in offers]
        return json_reply(ENCODER.encode(OffersBody(data=shown)))

    @get("/countries", opt=needs(_CHECKOUT, gives={200: CountriesBody}, publishable=True))
    async def countries(self, request: Call) -> ASGIApp:
        """List the countries in which the app can take mobile money."""
        found = await request.services.checkout.offer.countries(request.caller.scope)
        shown = [CountryBody(code, country_name(code, _ENGLISH)) for code in found]
        return json_reply(ENCODER.encode(CountriesBody(data=shown)))

    @post("/sessions", opt=needs(_CHECKOUT, takes=NewSessionBody, gives={201: SessionBody}, refuses=_MEANING))
    async def open_session(self, request: Call) -> ASGIApp:
        """
        Make a session: one payment, and the page where the customer pays it.

        Send the customer to `url`. The page comes back to `success_url` with the session's id and no proof: read the
        session, or wait for the webhook.
        """
        body = await request.read(NewSessionBody)
        order, shown = body.to_order(request.caller.scope), body.to_presentation()
        try:
            opened = await request.services.checkout.open(order, shown, claim_of(request, body))
        except Replayed as replayed:
            return Reply(replayed.answer, (REPLAYED,))
        content = request.services.showing.show_session(opened.session, opened.payment)
        return Reply(Answer(status=201, body=content, location=f"/v1/checkout/sessions/{opened.session.id}"))

    @get(
        "/sessions/{session_id:str}",
        opt=needs(_CHECKOUT, gives={200: SessionBody}, refuses=(NotFound,), publishable=True),
    )
    async def read_session(self, request: Call, session_id: FromPath[str]) -> ASGIApp:
        """Read one session."""
        wanted = addressed(CheckoutId, session_id)
        seen = await request.services.checkout.see(wanted, request.caller.scope)
        return json_reply(request.services.showing.show_session(seen.session, seen.payment))

    @post(
        "/sessions/{session_id:str}/pay",
        opt=needs(
            _CHECKOUT,
            takes=PayBody,
            gives={200: PaidOnPageBody},
            refuses=(*_UNDER_WAY, *_MEANING, MethodNotOffered, TooManyPays),
            publishable=True,
        ),
    )
    async def pay(self, request: Call, session_id: FromPath[str]) -> ASGIApp:
        """
        Pay a session as the customer chose.

        Answers how its payment stands: `next_action` is what the customer must do. After a definite no it is open
        for another choice; while the outcome is not known it is refused with `outcome_unknown`.
        """
        body = await request.read(PayBody)
        choice, wanted = body.to_choice(), addressed(CheckoutId, session_id)
        checkout, claimed = request.services.checkout, claim_of(request, body)
        await checkout.see(wanted, request.caller.scope)
        try:
            seen = await checkout.pay(wanted, choice, claim=claimed)
        except Replayed as replayed:
            return Reply(replayed.answer, (REPLAYED,))
        if claimed is not None:
            kept = await request.services.once.reads.claim(claimed.scope, claimed.id)
            if kept is not None and kept.answer is not None:
                return Reply(kept.answer)
        return json_reply(request.services.showing.show_on_page(seen.payment))

    @post(
        "/sessions/{session_id:str}/expire",
        opt=needs(_CHECKOUT, takes=ExpireBody, gives={200: SessionBody}, refuses=_UNDER_WAY),
    )
    async def expire(self, request: Call, session_id: FromPath[str]) -> ASGIApp:
        """End a session on which nothing is under way; ending it twice is refused."""
        await request.read(ExpireBody)
        seen = await request.services.checkout.expire(request.caller.scope, addressed(CheckoutId, session_id))
        return json_reply(request.services.showing.show_session(seen.session, seen.payment))
