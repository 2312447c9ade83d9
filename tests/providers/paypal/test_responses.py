from dataclasses import replace
from datetime import timedelta

import pytest

from tests.providers.paypal.published import Json, faults_of_reply
from tests.providers.paypal.samples import (
    API,
    APPROVED,
    ATTEMPT_ID,
    AUTHORIZATION_ID,
    CAPTURE_ID,
    EUR,
    HELD,
    KNOWN,
    NOW,
    ORDER_ID,
    PAYER,
    REFUND_ID,
    VIEW,
    a_capture,
    a_problem,
    a_refund,
    a_refund_order,
    amount,
    an_authorization,
    an_operation,
    an_order,
    captured,
    replied,
)
from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.paypal.refunds import find_refund, read_refund
from zerofee.adapters.providers.paypal.requests import show_order
from zerofee.adapters.providers.paypal.responses import (
    MOST_TRIES,
    RETRY_AFTER_S,
    View,
    read_asked,
    read_created,
    read_operation,
    read_taken,
    read_void,
)
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    Mismatch,
    Outcome,
    Paid,
    Proceed,
    Unknown,
)
from zerofee.domain.wish import CaptureMode

URL = f"{PAYER}/checkoutnow?token={ORDER_ID}"
PAID = Paid(Money(1234, EUR), ORDER_ID, {"capture_id": CAPTURE_ID})
TO_APPROVE = ActionRequired(Redirect(URL), ORDER_ID, ask_after_s=10)
PENDING = Accepted(ORDER_ID, {"capture_id": CAPTURE_ID})
MANUAL = View(replace(KNOWN, capture=CaptureMode.MANUAL), NOW, PAYER)


def authorized(authorization: Json, *captures: Json) -> Json:
    return an_order("COMPLETED", {"authorizations": [authorization], "captures": list(captures)}, intent="AUTHORIZE")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (an_order("CREATED"), TO_APPROVE),
        (an_order("SAVED"), TO_APPROVE),
        (an_order("PAYER_ACTION_REQUIRED"), TO_APPROVE),
        (an_order("PAYER_ACTION_REQUIRED", links=[]), TO_APPROVE),
        (an_order("CREATED", links=[{"rel": "approve", "href": "https://a.example"}]),
         replace(TO_APPROVE, action=Redirect("https://a.example"))),
        (an_order("APPROVED"), Proceed(ORDER_ID, {"approved": "1"})),
        (an_order("VOIDED"), Cancelled(ORDER_ID)),
        (captured(), PAID),
        (captured(a_capture("PARTIALLY_REFUNDED")), PAID),
        (captured(a_capture("REFUNDED")), PAID),
        (captured(a_capture("DECLINED", id="1"), a_capture()), PAID),
        (captured(a_capture("PENDING", "ECHECK")), PENDING),
        (captured(a_capture("PENDING", "PENDING_REVIEW")), PENDING),
        (captured(a_capture("DECLINED")), Declined(FailureCode.DECLINED, "", "DECLINED", reference=ORDER_ID)),
        (captured(a_capture("FAILED")), Declined(FailureCode.DECLINED, "", "FAILED", reference=ORDER_ID)),
        (captured(a_capture("DECLINED", "DECLINED_BY_RISK_FRAUD_FILTERS")),
         Declined(FailureCode.FRAUD_SUSPECTED, "", "DECLINED_BY_RISK_FRAUD_FILTERS", reference=ORDER_ID)),
        (captured(a_capture(amount=amount("12.3400"))), PAID),
    ],
)  # fmt: skip
def test_reads_each_state_of_an_order(body: Json, outcome: Outcome) -> None:
    assert read_asked(replied(200, body), VIEW) == outcome


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (authorized(an_authorization()),
         Authorized(Money(1234, EUR), ORDER_ID, {"authorization_id": AUTHORIZATION_ID})),
        (authorized(an_authorization("PENDING")), Accepted(ORDER_ID, {"authorization_id": AUTHORIZATION_ID})),
        (authorized(an_authorization("DENIED")),
         Declined(FailureCode.DECLINED, "", "DENIED", reference=ORDER_ID)),
        (authorized(an_authorization("VOIDED")), Cancelled(ORDER_ID)),
        (authorized(an_authorization("VOIDED", expiration_time="2026-11-24T11:59:59Z")), Expired(ORDER_ID)),
        (authorized(an_authorization("CAPTURED"), a_capture()), PAID),
        (authorized(an_authorization("PARTIALLY_CAPTURED"), a_capture(amount=amount("2.00"))),
         replace(PAID, money=Money(200, EUR))),
        (authorized(an_authorization(), a_capture("DECLINED")),
         Authorized(Money(1234, EUR), ORDER_ID, {"authorization_id": AUTHORIZATION_ID})),
    ],
)  # fmt: skip
def test_reads_each_state_of_what_is_held(body: Json, outcome: Outcome) -> None:
    assert read_asked(replied(200, body), MANUAL) == outcome


@pytest.mark.parametrize(
    "body",
    [
        authorized(an_authorization("CAPTURED")),
        authorized(an_authorization("EXPIRED_NEXT_YEAR")),
        authorized(an_authorization(amount=None)),
        authorized(an_authorization("VOIDED", expiration_time="soon")),
        authorized(an_authorization(), a_capture("NEW_WORD")),
    ],
)
def test_does_not_guess_about_what_is_held(body: Json) -> None:
    assert isinstance(read_asked(replied(200, body), MANUAL), Unknown)


def test_says_that_a_capture_is_at_work() -> None:
    """It is no capture that never arrived: a capture that is asked about goes on waiting."""
    body = authorized(an_authorization(), a_capture("PENDING"))

    assert isinstance(read_asked(replied(200, body), MANUAL), Accepted)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"id":"5O190127TN364715T"}',
        b'{"id":"5O190127TN364715T","status":7}',
        b'{"id":"5O190127TN364715T","status":"COMPLETED"}',
        b'{"id":"5O190127TN364715T","status":"COMPLETED","purchase_units":[]}',
        b'{"id":"5O190127TN364715T","status":"ON_THE_MOON"}',
        b'{"status":' + b"[" * 5000,
        b"\xff\xfe\x00",
    ],
)
@pytest.mark.parametrize("status", [200, 201])
def test_does_not_know_what_an_unreadable_success_means(status: int, body: bytes) -> None:
    assert isinstance(read_taken(HttpReply(status=status, body=body), VIEW), Unknown)


@pytest.mark.parametrize(
    "capture",
    [
        a_capture(amount=None),
        a_capture(amount=amount(code="ZZZ")),
        a_capture(amount=amount("12,34")),
        a_capture(amount=amount("12.345")),
        a_capture(amount=amount("1e3")),
        a_capture("NEW_WORD"),
    ],
)
def test_believes_no_capture_whose_amount_or_status_is_odd(capture: Json) -> None:
    assert isinstance(read_taken(replied(201, captured(capture)), VIEW), Unknown)


@pytest.mark.parametrize("value", ["1050.50", "1050.05"])
def test_believes_no_decimals_in_a_currency_that_has_none(value: str) -> None:
    view = replace(VIEW, order=replace(KNOWN, money=Money(1050, Currency("JPY"))))

    assert isinstance(read_asked(replied(200, captured(a_capture(amount=amount(value, "JPY")))), view), Unknown)


def test_reads_whole_forints_as_hundreds_of_minor_units() -> None:
    view = replace(VIEW, order=replace(KNOWN, money=Money(105000, Currency("HUF"))))

    outcome = read_asked(replied(200, captured(a_capture(amount=amount("1050", "HUF")))), view)

    assert isinstance(outcome, Paid)
    assert outcome.money == Money(105000, Currency("HUF"))


@pytest.mark.parametrize(
    ("body", "mismatch"),
    [
        (an_order(id="ANOTHER"), Mismatch.REFERENCE),
        ({**an_order(), "purchase_units": [{"custom_id": "att_another", "amount": amount()}]}, Mismatch.REFERENCE),
        ({**an_order(), "purchase_units": [{"amount": amount()}, {"amount": amount()}]}, Mismatch.REFERENCE),
        (
            {**an_order(), "purchase_units": [{"custom_id": ATTEMPT_ID, "amount": amount("99.99")}]},
            Mismatch.AMOUNT,
        ),
        (
            {**an_order("APPROVED"), "purchase_units": [{"custom_id": ATTEMPT_ID, "amount": amount(code="USD")}]},
            Mismatch.AMOUNT,
        ),
    ],
)
def test_takes_another_order_or_amount_for_a_mismatch(body: Json, mismatch: Mismatch) -> None:
    told = read_asked(replied(200, body), VIEW)

    assert isinstance(told, Unknown)
    assert told.mismatch is mismatch


@pytest.mark.parametrize(
    ("order", "age", "outcome"),
    [
        (KNOWN, timedelta(hours=3), Expired(ORDER_ID)),
        (KNOWN, timedelta(hours=2, minutes=59), Unknown),
        (APPROVED, timedelta(days=2), Unknown),
        (HELD, timedelta(days=2), Unknown),
    ],
)
def test_takes_a_missing_order_for_lapsed_only_when_nothing_can_have_been_taken(
    order: object, age: timedelta, outcome: object
) -> None:
    view = View(order, NOW + age, PAYER)  # type: ignore[arg-type]

    read = read_asked(replied(404, a_problem("INVALID_RESOURCE_ID", "RESOURCE_NOT_FOUND")), view)

    assert read == outcome or (outcome is Unknown and isinstance(read, Unknown))


def test_sends_the_payer_back_after_a_decline_and_tries_again_under_another_id() -> None:
    view = replace(VIEW, order=APPROVED)

    first = read_taken(replied(422, a_problem("INSTRUMENT_DECLINED")), view)

    assert first == ActionRequired(
        Redirect(URL),
        ORDER_ID,
        {"approved": "", "tries": "1", "retry_at": (NOW + timedelta(seconds=RETRY_AFTER_S)).isoformat()},
        ask_after_s=RETRY_AFTER_S,
    )
    declined = replace(APPROVED, details={**APPROVED.details, **first.details})
    soon, later = NOW + timedelta(seconds=RETRY_AFTER_S - 1), NOW + timedelta(seconds=RETRY_AFTER_S)
    assert isinstance(read_asked(replied(200, an_order("APPROVED")), View(declined, soon, PAYER)), ActionRequired)
    assert isinstance(read_asked(replied(200, an_order("APPROVED")), View(declined, later, PAYER)), Proceed)


def test_follows_the_link_that_comes_with_a_decline() -> None:
    problem = a_problem("PAYER_ACTION_REQUIRED", links=({"rel": "redirect", "href": "https://b.example"},))

    outcome = read_taken(replied(422, problem), replace(VIEW, order=APPROVED))

    assert isinstance(outcome, ActionRequired)
    assert outcome.action == Redirect("https://b.example")


def test_gives_up_after_the_last_try() -> None:
    tired = replace(APPROVED, details={"approved": "1", "tries": str(MOST_TRIES - 1)})

    outcome = read_taken(replied(422, a_problem("INSTRUMENT_DECLINED")), replace(VIEW, order=tired))

    assert isinstance(outcome, Declined)
    assert outcome.provider_code == "INSTRUMENT_DECLINED"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (replied(201, a_capture()), PAID),
        (replied(200, a_capture()), PAID),
        (replied(201, a_capture("PENDING", "PENDING_REVIEW")), PENDING),
        (replied(201, a_capture("DECLINED")), Declined(FailureCode.DECLINED, "", "DECLINED", reference=ORDER_ID)),
        (replied(201, {"id": CAPTURE_ID, "status": "COMPLETED"}), Unknown),
        (replied(500), Unknown),
        (replied(422, a_problem("AUTHORIZATION_EXPIRED")), Expired()),
        (replied(422, a_problem("AUTHORIZATION_DENIED")), Declined),
        (replied(422, a_problem("INSTRUMENT_DECLINED")), Declined),
    ],
)
def test_reads_the_capture_of_what_is_held(reply: HttpReply, outcome: object) -> None:
    read = read_operation(reply, an_operation())

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (replied(204), Cancelled(ORDER_ID)),
        (replied(200, an_authorization("VOIDED")), Cancelled(ORDER_ID)),
        (replied(200, an_authorization("CREATED")), Unknown),
        (replied(200), Unknown),
        (replied(409, a_problem("PREVIOUS_REQUEST_IN_PROGRESS", "RESOURCE_CONFLICT")), Unknown),
    ],
)
def test_reads_a_void(reply: HttpReply, outcome: object) -> None:
    read = read_void(reply, an_operation())

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (replied(201, a_refund()), Paid(Money(1234, EUR), REFUND_ID)),
        (replied(200, a_refund()), Paid(Money(1234, EUR), REFUND_ID)),
        (replied(201, a_refund("PENDING")), Accepted(REFUND_ID)),
        (replied(201, a_refund("FAILED")), Declined(FailureCode.DECLINED, "", "FAILED", reference=REFUND_ID)),
        (replied(201, a_refund("CANCELLED")), Cancelled(REFUND_ID)),
        (replied(201, a_refund("NEW_WORD")), Unknown),
        (replied(201, {"id": REFUND_ID, "status": "COMPLETED"}), Unknown),
        (replied(503), Unknown),
        (replied(422, a_problem("REFUND_FAILED_INSUFFICIENT_FUNDS")), Declined),
    ],
)
def test_reads_a_refund(reply: HttpReply, outcome: object) -> None:
    read = read_refund(reply)

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


OURS = a_refund_order().attempt_id


@pytest.mark.parametrize(
    ("refunds", "outcome"),
    [
        ([], Absent()),
        ([a_refund(custom_id=OURS)], Paid(Money(1234, EUR), REFUND_ID)),
        ([a_refund("PENDING", custom_id=OURS)], Accepted(REFUND_ID)),
        ([a_refund(custom_id="att_another")], Absent()),
        ([a_refund(amount=amount("1.00"))], Absent()),
        ([a_refund(create_time="2026-11-23T12:00:00Z")], Absent()),
        ([a_refund()], Unknown),
        ([a_refund(custom_id=ATTEMPT_ID, create_time="2026-11-24T12:00:01Z")], Unknown),
        ([a_refund(custom_id=ATTEMPT_ID, create_time="whenever")], Unknown),
    ],
)
def test_finds_a_refund_that_was_never_answered(refunds: list[Json], outcome: object) -> None:
    body = an_order("COMPLETED", {"captures": [a_capture("PARTIALLY_REFUNDED")], "refunds": refunds})

    read = find_refund(replied(200, body), a_refund_order())

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


def test_proves_nothing_with_an_order_that_cannot_be_read() -> None:
    for reply in (replied(404, a_problem("INVALID_RESOURCE_ID")), replied(200, {}), replied(500)):
        assert isinstance(find_refund(reply, a_refund_order()), Unknown)
    assert isinstance(find_refund(replied(200, {"id": ORDER_ID, "status": "COMPLETED"}), a_refund_order()), Unknown)


@pytest.mark.parametrize(
    "body",
    [an_order("CREATED"), captured(), captured(a_capture("PENDING", "ECHECK")), authorized(an_authorization())],
)
def test_was_written_against_answers_that_paypal_may_give(body: Json) -> None:
    """The samples above are not ours to invent: each fits what is published."""
    assert faults_of_reply(show_order(API, ORDER_ID), replied(200, body)) == []


def test_declines_a_create_that_wants_the_payer_who_has_not_been_asked_yet() -> None:
    assert isinstance(read_created(replied(422, a_problem("INSTRUMENT_DECLINED")), VIEW), Declined)
