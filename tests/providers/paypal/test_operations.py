import json
from dataclasses import replace
from typing import Final

import pytest

from tests.providers.paypal.samples import (
    APPROVED,
    AUTHORIZATION_ID,
    CAPTURE_HELD,
    CAPTURE_ID,
    EUR,
    HELD,
    KNOWN,
    ORDER,
    ORDER_ID,
    REFUND,
    REFUND_ID,
    SHOW,
    SHOW_REFUND,
    VOID,
    Answer,
    a_capture,
    a_line,
    a_problem,
    a_refund,
    a_refund_order,
    amount,
    an_authorization,
    an_operation,
    an_order,
    captured,
    opened,
    replied,
)
from zerofee.adapters.http.exchange import Silence
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    Cancelled,
    Declined,
    Expired,
    NotSent,
    Paid,
    Refused,
    Unknown,
)
from zerofee.domain.wish import CaptureMode

PAID: Final = Paid(Money(1234, EUR), ORDER_ID, {"capture_id": CAPTURE_ID})
REFUNDED: Final = Paid(Money(1234, EUR), REFUND_ID)
LOST: Final = Silence("ReadTimeout")
UNREACHED: Final = Silence("ConnectError", sent=False)


def held(status: str = "CREATED", *captures: dict[str, object]) -> dict[str, object]:
    return an_order("COMPLETED", {"authorizations": [an_authorization(status)], "captures": list(captures)})


async def test_captures_a_part_and_lets_the_rest_go() -> None:
    line = a_line({CAPTURE_HELD: replied(201, a_capture(amount=amount("2.00")))})

    outcome = await opened(line).capture(an_operation(minor=200))

    assert outcome == replace(PAID, money=Money(200, EUR))
    body = json.loads(line.sent("/capture")[0].body)
    assert body == {"amount": amount("2.00"), "final_capture": True}


async def test_finds_what_is_held_when_its_id_was_lost() -> None:
    line = a_line({SHOW: replied(200, held()), CAPTURE_HELD: replied(201, a_capture())})
    forgetful = replace(HELD, details={})

    assert await opened(line).capture(an_operation(forgetful)) == PAID
    assert line.paths() == [SHOW, CAPTURE_HELD]


@pytest.mark.parametrize(
    ("answer", "shown", "outcome"),
    [
        (UNREACHED, held(), NotSent("ConnectError")),
        (LOST, held(), Unknown("ReadTimeout")),
        (replied(422, a_problem("AUTHORIZATION_ALREADY_CAPTURED")), held("CAPTURED", a_capture()), PAID),
        (replied(422, a_problem("AUTHORIZATION_VOIDED")), held("VOIDED"), Cancelled(ORDER_ID)),
        (replied(422, a_problem("AUTHORIZATION_EXPIRED")), held(), Expired()),
        (replied(422, a_problem("AUTHORIZATION_ALREADY_CAPTURED")), held(), Unknown),
        (replied(422, a_problem("MAX_CAPTURE_AMOUNT_EXCEEDED")), held(), Refused),
        (replied(422, a_problem("TRANSACTION_REFUSED")), held(), Declined),
        (replied(404, a_problem("INVALID_RESOURCE_ID", "RESOURCE_NOT_FOUND")), held(), Unknown),
    ],
)
async def test_tells_apart_how_a_capture_can_end(answer: Answer, shown: dict[str, object], outcome: object) -> None:
    read = await opened(a_line({CAPTURE_HELD: answer, SHOW: replied(200, shown)})).capture(an_operation())

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


async def test_sends_no_capture_when_it_cannot_see_what_is_held() -> None:
    line = a_line({SHOW: replied(500)})

    assert isinstance(await opened(line).capture(an_operation(replace(HELD, details={}))), NotSent)
    assert line.paths() == [SHOW]


async def test_refuses_a_part_that_paypal_cannot_count() -> None:
    forints = replace(HELD, money=Money(100000, Currency("HUF")))

    outcome = await opened(a_line()).capture(an_operation(forints, 50))

    assert isinstance(outcome, Refused)
    assert outcome.code is FailureCode.INVALID_REQUEST


@pytest.mark.parametrize(
    ("answer", "shown", "outcome"),
    [
        (replied(204), held(), Cancelled(ORDER_ID)),
        (replied(200, an_authorization("VOIDED")), held(), Cancelled(ORDER_ID)),
        (replied(422, a_problem("PREVIOUSLY_VOIDED")), held("VOIDED"), Cancelled(ORDER_ID)),
        (replied(422, a_problem("PREVIOUSLY_CAPTURED")), held("CAPTURED", a_capture()), PAID),
        (replied(422, a_problem("PREVIOUSLY_VOIDED")), held(), Unknown),
        (replied(409, a_problem("PREVIOUS_REQUEST_IN_PROGRESS")), held(), Unknown("HTTP 409")),
        (LOST, held(), Unknown("ReadTimeout")),
        (UNREACHED, held(), NotSent("ConnectError")),
    ],
)
async def test_lets_go_what_is_held(answer: Answer, shown: dict[str, object], outcome: object) -> None:
    read = await opened(a_line({VOID: answer, SHOW: replied(200, shown)})).cancel(an_operation())

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [
        (replied(200, an_order()), Cancelled(ORDER_ID)),
        (replied(200, an_order("APPROVED")), Cancelled(ORDER_ID)),
        (replied(200, captured()), PAID),
        (replied(200, captured(a_capture("PENDING", "ECHECK"))), Accepted(ORDER_ID, {"capture_id": CAPTURE_ID})),
        (replied(500), NotSent),
        (LOST, NotSent),
    ],
)
async def test_lets_an_order_lapse_that_nobody_captured(shown: Answer, outcome: object) -> None:
    """PayPal has no call for it: an order takes no money unless we capture it, and we will not."""
    line = a_line({SHOW: shown})

    read = await opened(line).cancel(an_operation(KNOWN))

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))
    assert line.paths() == [SHOW]


async def test_voids_what_turns_out_to_be_held() -> None:
    line = a_line({SHOW: replied(200, held()), VOID: replied(204)})
    forgetful = replace(HELD, details={})

    assert await opened(line).cancel(an_operation(forgetful)) == Cancelled(ORDER_ID)
    assert line.paths() == [SHOW, VOID]


async def test_lets_go_an_order_whose_id_was_never_heard() -> None:
    line = a_line()

    assert await opened(line).cancel(an_operation(ORDER)) == Cancelled()
    assert line.calls == []


@pytest.mark.parametrize(("minor", "value"), [(1234, "12.34"), (200, "2.00")])
async def test_refunds_all_or_a_part_and_always_says_how_much(minor: int, value: str) -> None:
    line = a_line({REFUND: replied(201, a_refund(amount=amount(value)))})

    outcome = await opened(line).refund(a_refund_order(minor))

    assert outcome == replace(REFUNDED, money=Money(minor, EUR))
    body = json.loads(line.sent("/refund")[0].body)
    assert body == {"amount": amount(value), "custom_id": a_refund_order().attempt_id}


async def test_refunds_under_another_id_each_time_it_is_ordered() -> None:
    line = a_line({REFUND: replied(201, a_refund(amount=amount("2.00")))})
    paypal = opened(line)
    order = a_refund_order(200)

    await paypal.refund(order)
    await paypal.refund(order)
    await paypal.refund(replace(order, provider_key="1e2f3a4b-4b5c-4d6e-8f7a-0b1c2d3e4f5a"))

    first, again, second = (call.headers["PayPal-Request-Id"] for call in line.sent("/refund"))
    assert first == again
    assert first != second


async def test_finds_the_capture_to_refund_in_the_order() -> None:
    line = a_line({SHOW: replied(200, captured()), REFUND: replied(201, a_refund())})

    assert await opened(line).refund(a_refund_order(charge=KNOWN)) == REFUNDED
    assert line.paths() == [SHOW, REFUND]


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [
        (replied(200, captured(a_capture("PENDING"))), Refused),
        (replied(200, an_order("APPROVED")), Refused),
        (replied(404, a_problem("INVALID_RESOURCE_ID")), NotSent),
        (LOST, NotSent),
    ],
)
async def test_refunds_nothing_that_it_cannot_see(shown: Answer, outcome: type) -> None:
    line = a_line({SHOW: shown})

    assert isinstance(await opened(line).refund(a_refund_order(charge=KNOWN)), outcome)
    assert line.paths() == [SHOW]


@pytest.mark.parametrize(
    ("issue", "code"),
    [
        ("REFUND_AMOUNT_EXCEEDED", FailureCode.INVALID_REQUEST),
        ("PENDING_CAPTURE", FailureCode.PROVIDER_UNAVAILABLE),
        ("REFUND_FAILED_INSUFFICIENT_FUNDS", FailureCode.INSUFFICIENT_FUNDS),
        ("REFUND_TIME_LIMIT_EXCEEDED", FailureCode.DECLINED),
        ("CAPTURE_FULLY_REFUNDED", FailureCode.INVALID_REQUEST),
        ("PARTIAL_REFUND_NOT_ALLOWED", FailureCode.UNSUPPORTED),
        ("MAX_NUMBER_OF_REFUNDS_EXCEEDED", FailureCode.LIMIT_EXCEEDED),
    ],
)
async def test_says_why_a_refund_was_not_made(issue: str, code: FailureCode) -> None:
    line = a_line({REFUND: replied(422, a_problem(issue)), SHOW: replied(200, captured(a_capture("REFUNDED")))})

    outcome = await opened(line).refund(a_refund_order())

    assert isinstance(outcome, Refused | Declined)
    assert (outcome.code, outcome.provider_code) == (code, issue)


async def test_adopts_a_refund_that_had_been_made_before() -> None:
    ours = a_refund(custom_id=a_refund_order().attempt_id)
    shown = an_order("COMPLETED", {"captures": [a_capture("REFUNDED")], "refunds": [ours]})
    line = a_line({REFUND: replied(422, a_problem("CAPTURE_FULLY_REFUNDED")), SHOW: replied(200, shown)})

    assert await opened(line).refund(a_refund_order()) == REFUNDED


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (replied(200, a_refund()), REFUNDED),
        (replied(200, a_refund("FAILED")), Declined),
        (replied(404, a_problem("INVALID_RESOURCE_ID")), Unknown),
        (replied(500), Unknown),
        (UNREACHED, Unknown),
    ],
)
async def test_asks_about_a_refund_by_its_id(answer: Answer, outcome: object) -> None:
    read = await opened(a_line({SHOW_REFUND: answer})).ask_refund(a_refund_order(reference=REFUND_ID))

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


async def test_asks_about_a_refund_without_an_id_in_its_order_and_moves_nothing() -> None:
    line = a_line({SHOW: replied(200, captured())})

    assert await opened(line).ask_refund(a_refund_order()) == Absent()
    assert line.paths() == [SHOW]


async def test_does_not_know_a_refund_of_a_charge_without_an_order() -> None:
    assert isinstance(await opened(a_line()).ask_refund(a_refund_order(charge=ORDER)), Unknown)


async def test_marks_a_pending_capture_of_what_is_held_as_at_work() -> None:
    line = a_line({CAPTURE_HELD: replied(201, a_capture("PENDING", "PENDING_REVIEW"))})

    assert await opened(line).capture(an_operation()) == Accepted(ORDER_ID, {"capture_id": CAPTURE_ID})


async def test_captures_nothing_of_a_charge_that_is_no_longer_held() -> None:
    line = a_line({SHOW: replied(200, captured())})

    assert await opened(line).capture(an_operation(replace(APPROVED, capture=CaptureMode.MANUAL))) == PAID
    assert AUTHORIZATION_ID not in str(line.paths())
