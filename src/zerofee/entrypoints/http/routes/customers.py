"""The pages that a customer sees of ours: the one to come back to, and the test provider's two buttons."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.adapters.providers.test.page import HEADER, PATH, verdict
from zerofee.application.webhooks_in.receive_event import EventRefused
from zerofee.domain.currency import exponent
from zerofee.domain.idempotency import Answer
from zerofee.domain.ids import ConnectionId, PaymentId, is_id
from zerofee.domain.money import to_major
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import UNSUCCESSFUL, PaymentStatus
from zerofee.domain.ports.provider import RawEvent
from zerofee.domain.ports.store import NotFound
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.html import HTML, WITH_FORM, page
from zerofee.entrypoints.http.limits import read_body
from zerofee.entrypoints.http.needs import public
from zerofee.entrypoints.http.refusals import BadRequest
from zerofee.entrypoints.http.reply import Reply

_TEST: Final = "test"
_MOST_FORM: Final = 4096
_MOST_FIELDS: Final = 10
# How long the test page waits for its verdict to be applied, so that the customer comes back to an end.
_APPLIED_WITHIN_S: Final = 2
_PAID: Final = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.AUTHORIZED})


@get("/return/{payment_id:str}", opt=public(gives={200: HTML}, refuses=(NotFound,)), include_in_schema=False)
async def come_back(request: Call, payment_id: FromPath[str]) -> ASGIApp:
    """Ask what became of a payment whose customer has come back, and show it or go on to the shop."""
    payment = await request.services.come_back(addressed(PaymentId, payment_id))
    onward = payment.hosted_url or payment.return_url
    return _see_other(onward) if onward else page("return.html", outcome=_outcome(payment))


@get(PATH, opt=public(gives={200: HTML}, refuses=(NotFound,)), include_in_schema=False)
async def show_test_page(request: Call) -> ASGIApp:
    """Show what the test provider is asked to pay, with a button for yes and one for no."""
    named = _named(request.scope["query_string"])
    payment = await request.services.come_back.look(addressed(PaymentId, named.get("payment", "")))
    money = payment.money
    return page(
        "test_page.html",
        policy=WITH_FORM,
        path=PATH,
        amount=to_major(money, digits=exponent(money.currency)),
        currency=money.currency,
        description=payment.description,
        waits=payment.status is PaymentStatus.REQUIRES_ACTION,
        named=named,
    )


@post(PATH, opt=public(gives={303: HTML}, refuses=(EventRefused, NotFound)), include_in_schema=False)
async def press_test_button(request: Call) -> ASGIApp:
    """
    Deliver what the customer chose by the door of every webhook, then send them back to the shop.

    Where to is read from the payment that the signature names, so that nobody can be sent anywhere else.
    """
    services, settings = request.services, request.services.settings
    named = _named(await read_body(request.receive, _MOST_FORM, settings.body_timeout_s))
    connection, approved = named.get("connection", ""), named.get("choice") == "approve"
    payment_id = addressed(PaymentId, named.get("payment", ""))
    if not is_id(ConnectionId, connection):
        raise EventRefused
    raw = RawEvent(
        body=verdict(payment_id, named.get("attempt", ""), approved=approved),
        headers={HEADER: named.get("signature", "")},
        method="POST",
        url=settings.public_url + PATH,
    )
    await services.webhooks_in.receive(_TEST, ConnectionId(connection), raw)
    await services.webhooks_in.apply.drain(_APPLIED_WITHIN_S)
    payment = await services.come_back.look(payment_id)
    here = f"{settings.public_url}/return/{payment_id}"
    if payment.hosted_url is not None:
        return _see_other(payment.hosted_url)
    back = payment.return_url or here
    return _see_other(back if approved else payment.cancel_url or back)


def _named(form: bytes) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(form.decode("ascii"), strict_parsing=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError as fault:
        raise BadRequest("The page's address is not whole: open it as it was given.") from fault


def _outcome(payment: Payment) -> str:
    if payment.status in _PAID:
        return "paid"
    return "not_paid" if payment.status in UNSUCCESSFUL else "waits"


def _see_other(url: str) -> Reply:
    return Reply(Answer(status=303, body=b"", content_type=HTML, location=url))
