from dataclasses import replace
from typing import Final

import pytest

from tests.providers.paypal.samples import (
    APPROVED,
    AUTHORIZATION_ID,
    AUTHORIZE,
    CAPTURE,
    CAPTURE_ID,
    CREATE,
    EUR,
    KNOWN,
    NOW,
    ORDER,
    ORDER_ID,
    PAYER,
    SHOW,
    SHOW_CAPTURE,
    TOKEN,
    Answer,
    Hand,
    a_capture,
    a_line,
    a_problem,
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
from zerofee.domain.method import CARD
from zerofee.domain.money import Money
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Declined,
    NotSent,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.wish import CaptureMode

TO_APPROVE: Final = ActionRequired(Redirect(f"{PAYER}/checkoutnow?token={ORDER_ID}"), ORDER_ID, ask_after_s=10)
PAID: Final = Paid(Money(1234, EUR), ORDER_ID, {"capture_id": CAPTURE_ID})
LOST: Final = Silence("ReadTimeout")
UNREACHED: Final = Silence("ConnectError", sent=False)


async def test_takes_a_payment_from_the_order_to_the_money() -> None:
    line = a_line(
        {
            CREATE: replied(201, an_order()),
            SHOW: [replied(200, an_order()), replied(200, an_order("APPROVED"))],
            CAPTURE: replied(201, captured()),
        }
    )
    paypal = opened(line)

    created = await paypal.charge(ORDER)
    waiting = await paypal.ask(KNOWN)
    approved = await paypal.ask(KNOWN)
    assert isinstance(approved, Proceed)
    paid = await paypal.charge(replace(KNOWN, details=approved.details))

    assert (created, waiting, paid) == (TO_APPROVE, TO_APPROVE, PAID)
    assert line.paths() == [CREATE, SHOW, SHOW, CAPTURE]
    identities = [call.headers["PayPal-Request-Id"] for call in line.calls if "PayPal-Request-Id" in call.headers]
    assert len(set(identities)) == 2


async def test_never_captures_what_has_not_been_seen_approved() -> None:
    """A charge sent again without the mark only looks."""
    line = a_line({SHOW: replied(200, an_order())})

    assert await opened(line).charge(KNOWN) == TO_APPROVE
    assert line.paths() == [SHOW]


async def test_moves_no_money_by_asking() -> None:
    line = a_line({SHOW: replied(200, an_order("APPROVED")), CREATE: replied(200, an_order())})
    paypal = opened(line)

    await paypal.ask(APPROVED)
    await paypal.ask(ORDER)

    assert line.paths() == [SHOW, CREATE]


async def test_holds_the_money_of_a_payment_that_is_captured_later() -> None:
    order = an_order("COMPLETED", {"authorizations": [an_authorization()]})
    line = a_line({AUTHORIZE: replied(201, order)})

    outcome = await opened(line).charge(replace(APPROVED, capture=CaptureMode.MANUAL))

    assert outcome == Authorized(Money(1234, EUR), ORDER_ID, {"authorization_id": AUTHORIZATION_ID})


async def test_resends_a_lost_capture_under_the_same_id() -> None:
    """Whatever happened in between, PayPal gives back what came of the first."""
    line = a_line({CAPTURE: [LOST, replied(200, captured())]})
    paypal = opened(line)

    first, second = await paypal.charge(APPROVED), await paypal.charge(APPROVED)

    assert (first, second) == (Unknown("ReadTimeout"), PAID)
    one, other = line.sent("/capture")
    assert one == other


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (UNREACHED, NotSent("ConnectError")),
        (LOST, Unknown("ReadTimeout")),
        (replied(500), Unknown("HTTP 500")),
        (replied(200, {}), Unknown),
        (replied(422, a_problem("INVALID_CURRENCY_CODE")), Refused),
        (replied(422, a_problem("PAYEE_ACCOUNT_RESTRICTED")), Refused),
        (replied(422, a_problem("PAYER_CANNOT_PAY")), Declined),
        (replied(403, {"name": "NOT_AUTHORIZED"}), Refused),
        (replied(429), Refused),
        (replied(409, a_problem("PREVIOUS_REQUEST_IN_PROGRESS")), Unknown),
    ],
)
async def test_tells_apart_how_a_create_can_fail(answer: Answer, outcome: object) -> None:
    read = await opened(a_line({CREATE: answer})).charge(ORDER)

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (UNREACHED, Accepted(ORDER_ID, ask_after_s=5)),
        (replied(429), Accepted(ORDER_ID)),
        (LOST, Unknown("ReadTimeout")),
        (replied(503), Unknown("HTTP 503")),
        (replied(422, a_problem("TRANSACTION_REFUSED")), Declined),
        (replied(422, a_problem("ORDER_COMPLETION_IN_PROGRESS")), Unknown),
        (replied(422, a_problem("PAYEE_BLOCKED_TRANSACTION")), Declined),
        (replied(403, a_problem("PERMISSION_DENIED", "NOT_AUTHORIZED")), Refused),
    ],
)
async def test_does_not_give_up_an_approval_because_the_way_was_shut(answer: Answer, outcome: object) -> None:
    read = await opened(a_line({CAPTURE: answer})).charge(APPROVED)

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))


async def test_keeps_an_approval_when_no_token_can_be_had() -> None:
    line = a_line({TOKEN: replied(503)})

    assert await opened(line).charge(APPROVED) == Accepted(ORDER_ID, ask_after_s=5)
    assert line.paths() == []


async def test_adopts_what_was_captured_before() -> None:
    """Return page and webhook capture at the same time: the loser reads what the winner did."""
    line = a_line({CAPTURE: replied(422, a_problem("ORDER_ALREADY_CAPTURED")), SHOW: replied(200, captured())})

    assert await opened(line).charge(APPROVED) == PAID


async def test_does_not_capture_round_and_round() -> None:
    """An order that says both captured and approved is left to the next asking, with its pauses."""
    line = a_line(
        {CAPTURE: replied(422, a_problem("ORDER_ALREADY_CAPTURED")), SHOW: replied(200, an_order("APPROVED"))}
    )

    assert isinstance(await opened(line).charge(APPROVED), Unknown)


async def test_captures_again_under_a_new_id_after_a_decline() -> None:
    clock = Hand()
    line = a_line(
        {
            CAPTURE: [replied(422, a_problem("INSTRUMENT_DECLINED")), replied(201, captured())],
            SHOW: replied(200, an_order("APPROVED")),
        }
    )
    paypal = opened(line, clock)

    declined = await paypal.charge(APPROVED)
    assert isinstance(declined, ActionRequired)
    order = replace(APPROVED, details={**APPROVED.details, **declined.details})
    too_soon = await paypal.ask(order)
    clock.move(seconds=60)
    approved = await paypal.ask(order)
    assert isinstance(approved, Proceed)
    paid = await paypal.charge(replace(order, details={**order.details, **approved.details}))

    assert isinstance(too_soon, ActionRequired)
    assert paid == PAID
    one, other = line.sent("/capture")
    assert one.headers["PayPal-Request-Id"] != other.headers["PayPal-Request-Id"]


async def test_asks_by_replaying_a_create_that_was_never_answered() -> None:
    line = a_line({CREATE: [LOST, replied(200, an_order())]})
    paypal = opened(line, clock := Hand())

    lost = await paypal.charge(ORDER)
    clock.move(hours=2, minutes=59)
    found = await paypal.ask(ORDER)

    assert (lost, found) == (Unknown("ReadTimeout"), TO_APPROVE)
    one, other = line.sent("/v2/checkout/orders")
    assert one == other


async def test_replays_no_create_that_paypal_may_have_forgotten() -> None:
    """The payer was never shown where to approve, so nothing can have come of it."""
    line = a_line()

    assert await opened(line, Hand(NOW)).ask(replace(ORDER, sent_at=NOW.replace(hour=9))) == Absent()
    assert line.paths() == []


@pytest.mark.parametrize(
    "answer", [LOST, UNREACHED, replied(500), replied(403), replied(422, a_problem("DECIMAL_PRECISION")), replied(429)]
)
async def test_proves_nothing_by_an_asking_that_failed(answer: Answer) -> None:
    paypal = opened(a_line({CREATE: answer, SHOW: answer}))

    assert isinstance(await paypal.ask(ORDER), Unknown)
    assert isinstance(await paypal.ask(KNOWN), Unknown)


async def test_reads_the_capture_when_the_order_is_kept_no_longer() -> None:
    """An eCheck takes days, and an order is found for hours."""
    pending = replace(APPROVED, details={"approved": "1", "capture_id": CAPTURE_ID})
    gone = replied(404, a_problem("INVALID_RESOURCE_ID", "RESOURCE_NOT_FOUND"))
    line = a_line({SHOW: gone, SHOW_CAPTURE: replied(200, a_capture())})

    assert await opened(line).ask(pending) == PAID


@pytest.mark.parametrize(
    "order",
    [replace(ORDER, method=CARD), replace(ORDER, money=Money(1000, Currency("XOF")))],
)
async def test_refuses_what_it_does_not_declare_without_a_call(order: object) -> None:
    line = a_line()

    outcome = await opened(line).charge(order)  # type: ignore[arg-type]

    assert isinstance(outcome, Refused)
    assert outcome.code is FailureCode.UNSUPPORTED
    assert line.calls == []


async def test_refuses_an_amount_that_paypal_cannot_count() -> None:
    line = a_line()

    outcome = await opened(line).charge(replace(ORDER, money=Money(105050, Currency("HUF"))))

    assert isinstance(outcome, Refused)
    assert "multiple of 100" in outcome.message
    assert line.paths() == []


async def test_knows_no_one_time_codes() -> None:
    outcome = await opened(a_line()).authenticate(an_operation(), "123456")

    assert isinstance(outcome, Refused)
    assert outcome.code is FailureCode.UNSUPPORTED
