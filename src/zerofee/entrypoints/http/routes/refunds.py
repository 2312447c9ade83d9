"""Refunds: give back, read, list."""

from typing import Final

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.application.payments.charged import Unsupported
from zerofee.domain.attempt import AttemptKind
from zerofee.domain.booking import InsufficientBalance
from zerofee.domain.ids import PaymentId, RefundId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.opening import AmountTooLarge, OperationInFlight, OutcomeUnknown, WrongStatus
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Permission
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.idempotency import answered
from zerofee.entrypoints.http.needs import needs
from zerofee.entrypoints.http.pages import PageQuery, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.refunds import RefundBody
from zerofee.entrypoints.http.wire.requests import NewRefundBody

_REFUNDS: Final = Permission.REFUNDS
_REFUSES: Final = (
    NotFound,
    WrongStatus,
    AmountTooLarge,
    OperationInFlight,
    OutcomeUnknown,
    Unsupported,
    InvalidField,
    InsufficientBalance,
)


class PaymentRefundsController(Controller):
    """`/v1/payments/{payment_id}/refunds`."""

    path = "/v1/payments/{payment_id:str}/refunds"

    @post(opt=needs(_REFUNDS, takes=NewRefundBody, gives={201: RefundBody}, refuses=_REFUSES))
    async def refund(self, request: Call, payment_id: FromPath[str]) -> ASGIApp:
        """
        Give money of a payment back.

        All that is left, or `amount`. Answers 201 with the refund as it stands, `pending` while its end is not
        known; its money is reserved from then on.
        """
        body = await request.read(NewRefundBody)
        order = body.to_order()
        scope, refund, payment = request.caller.scope, request.services.refund_payment, addressed(PaymentId, payment_id)
        return await answered(request, body, AttemptKind.REFUND, lambda claim: refund(scope, payment, order, claim))

    @get(
        opt=needs(_REFUNDS, asks=PageQuery, gives={200: PageBody[RefundBody]}, refuses=(NotFound, CursorInvalid)),
    )
    async def list_refunds(self, request: Call, payment_id: FromPath[str]) -> ASGIApp:
        """List a payment's refunds, newest first."""
        scope, wanted = request.caller.scope, addressed(PaymentId, payment_id)
        name = f"refunds:{wanted}"
        page = request.asked(PageQuery).page(scope, name)
        listed = await request.services.reading.refunds(scope, wanted, page)
        return page_reply(listed, RefundBody.of, name, scope)


class RefundsController(Controller):
    """`/v1/refunds`."""

    path = "/v1/refunds"

    @get("/{refund_id:str}", opt=needs(_REFUNDS, gives={200: RefundBody}, refuses=(NotFound,)))
    async def read_refund(self, request: Call, refund_id: FromPath[str]) -> ASGIApp:
        """Read one refund."""
        services = request.services
        refund = await services.reading.refund(request.caller.scope, addressed(RefundId, refund_id))
        return json_reply(services.showing.show(refund))
