"""Payments: make, read, list, and what can be done to one."""

from typing import Final

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.application.payments.charged import Unsupported
from zerofee.domain.attempt import AttemptKind
from zerofee.domain.country import UnknownCountry
from zerofee.domain.currency import UnknownCurrency
from zerofee.domain.customer import InvalidCustomer
from zerofee.domain.ids import PaymentId
from zerofee.domain.method import InvalidOperator, UnknownMethod
from zerofee.domain.money import AmountInvalid
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.opening import AmountTooLarge, OperationInFlight, OutcomeUnknown, WrongStatus
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Permission
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.idempotency import answered
from zerofee.entrypoints.http.needs import needs
from zerofee.entrypoints.http.pages import PageQuery, PaymentQuery, newest_first, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.attempts import AttemptBody
from zerofee.entrypoints.http.wire.events import EventBody
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.payments import PaymentBody
from zerofee.entrypoints.http.wire.requests import AuthenticateBody, CancelBody, CaptureBody, NewPaymentBody

_LIST: Final = "payments"
_MEANING: Final = (
    AmountInvalid,
    UnknownCurrency,
    UnknownCountry,
    UnknownMethod,
    InvalidOperator,
    InvalidCustomer,
    InvalidField,
)
_OPERATION: Final = (NotFound, WrongStatus, OperationInFlight, OutcomeUnknown, Unsupported)
_PAYMENTS: Final = Permission.PAYMENTS


class PaymentsController(Controller):
    """`/v1/payments` and below."""

    path = "/v1/payments"

    @post(opt=needs(_PAYMENTS, takes=NewPaymentBody, gives={201: PaymentBody}, refuses=_MEANING))
    async def create(self, request: Call) -> ASGIApp:
        """
        Create a payment and try its route.

        Answers 201 with the payment as it stands, a `failed` one too: it exists. `processing` says that the outcome
        is not known yet; it will come by webhook.
        """
        body = await request.read(NewPaymentBody)
        order = body.to_order(request.caller.scope)
        create_payment = request.services.create_payment
        return await answered(request, body, AttemptKind.CHARGE, lambda claim: create_payment(order, claim))

    @get(
        opt=needs(
            _PAYMENTS, asks=PaymentQuery, gives={200: PageBody[PaymentBody]}, refuses=(InvalidField, CursorInvalid)
        )
    )
    async def list_payments(self, request: Call) -> ASGIApp:
        """List payments, newest first."""
        query = request.asked(PaymentQuery)
        scope = request.caller.scope
        listed = await request.services.reading.payments(scope, query.wanted(), query.page(scope, _LIST))
        return page_reply(listed, PaymentBody.of, _LIST, scope)

    @get("/{payment_id:str}", opt=needs(_PAYMENTS, gives={200: PaymentBody}, refuses=(NotFound,)))
    async def read(self, request: Call, payment_id: FromPath[str]) -> ASGIApp:
        """
        Read one payment.

        One that is overdue to be asked about is asked about from now on, and the next look may tell more.
        """
        services = request.services
        payment = await services.reading.payment(request.caller.scope, addressed(PaymentId, payment_id))
        services.repair.soon(payment)
        return json_reply(services.showing.show(payment))

    @post(
        "/{payment_id:str}/capture",
        opt=needs(_PAYMENTS, takes=CaptureBody, gives={200: PaymentBody}, refuses=(*_OPERATION, AmountTooLarge)),
    )
    async def capture(self, request: Call, payment_id: FromPath[str]) -> ASGIApp:
        """
        Take what an authorized payment holds.

        All of it, or `amount`; what is left is released. Still `authorized`, with a `failure`, when the provider
        refused.
        """
        body = await request.read(CaptureBody)
        scope, capture, payment = (
            request.caller.scope,
            request.services.capture_payment,
            addressed(PaymentId, payment_id),
        )
        return await answered(
            request, body, AttemptKind.CAPTURE, lambda claim: capture(scope, payment, body.amount, claim)
        )

    @post(
        "/{payment_id:str}/cancel",
        opt=needs(_PAYMENTS, takes=CancelBody, gives={200: PaymentBody}, refuses=_OPERATION),
    )
    async def cancel(self, request: Call, payment_id: FromPath[str]) -> ASGIApp:
        """
        Let a payment go that is not paid yet.

        Answers the payment as it stands: `succeeded` when the customer was faster. Refused with `outcome_unknown`
        while money may have moved.
        """
        body = await request.read(CancelBody)
        scope, cancel, payment = request.caller.scope, request.services.cancel_payment, addressed(PaymentId, payment_id)
        return await answered(request, body, AttemptKind.CANCEL, lambda claim: cancel(scope, payment, claim))

    @post(
        "/{payment_id:str}/authenticate",
        opt=needs(_PAYMENTS, takes=AuthenticateBody, gives={200: PaymentBody}, refuses=_OPERATION),
    )
    async def authenticate(self, request: Call, payment_id: FromPath[str]) -> ASGIApp:
        """
        Hand over the customer's one-time code.

        For a payment whose `next_action` is `otp`. A wrong code leaves it waiting while tries are left.
        """
        body = await request.read(AuthenticateBody)
        scope, verify, payment = (
            request.caller.scope,
            request.services.authenticate_payment,
            addressed(PaymentId, payment_id),
        )
        return await answered(
            request, body, AttemptKind.AUTHENTICATE, lambda claim: verify(scope, payment, body.code, claim)
        )

    @get(
        "/{payment_id:str}/attempts",
        opt=needs(_PAYMENTS, asks=PageQuery, gives={200: PageBody[AttemptBody]}, refuses=(NotFound, CursorInvalid)),
    )
    async def attempts(self, request: Call, payment_id: FromPath[str]) -> ASGIApp:
        """List what was asked of providers for a payment, newest first."""
        scope, wanted = request.caller.scope, addressed(PaymentId, payment_id)
        name = f"attempts:{wanted}"
        page = request.asked(PageQuery).page(scope, name)
        attempts = await request.services.reading.attempts(scope, wanted)
        return page_reply(newest_first(attempts, page), AttemptBody.of, name, scope)

    @get(
        "/{payment_id:str}/events",
        opt=needs(_PAYMENTS, asks=PageQuery, gives={200: PageBody[EventBody]}, refuses=(NotFound, CursorInvalid)),
    )
    async def events(self, request: Call, payment_id: FromPath[str]) -> ASGIApp:
        """List what was told of a payment, newest first."""
        scope, wanted = request.caller.scope, addressed(PaymentId, payment_id)
        name = f"events:{wanted}"
        page = request.asked(PageQuery).page(scope, name)
        listed = await request.services.reading.payment_events(scope, wanted, page)
        return page_reply(listed, EventBody.of, name, scope)
