"""Money goes back once, never more than was taken, and what is reserved is freed by evidence alone."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.asking import AskRules
from zerofee.domain.attempt import Attempt, AttemptKind, AttemptState, Start
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.event import EventType
from zerofee.domain.failure import FailureCode
from zerofee.domain.hearing import Moment
from zerofee.domain.money import AmountInvalid, Money
from zerofee.domain.next_action import Display
from zerofee.domain.opening import AmountTooLarge, WrongStatus
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    Mismatch,
    NotSent,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.plan import Plan
from zerofee.domain.refund import RefundStatus
from zerofee.domain.refunding import REFUND_FOUND, NewRefund, open_refund, settle_refund
from zerofee.domain.settling import NO_ANSWER
from zerofee.testing.builders import REFUND_ID, XOF, a_charge, a_claim, a_draft, a_payment, a_refund, an_operation

S, A, R = PaymentStatus, AttemptState, RefundStatus

HALF = Money(2500, XOF)
LATER = START + timedelta(seconds=60)
BEGIN = Start(draft=a_draft(), now=LATER)
CHARGE = a_charge(state=A.SUCCEEDED, reference="ref", credential_version=3)
PAID = a_payment(status=S.SUCCEEDED, captured_minor=5000)
RESERVED = replace(PAID, refunding_minor=2500)
DONE = replace(PAID, refunded_minor=2500)
REFUND = a_refund(money=HALF)
moment = partial(Moment, now=LATER, rules=AskRules(), absence_final_after_s=0)
TOLD, ASKED = moment(), moment(asked=True)
an_attempt = partial(an_operation, kind=AttemptKind.REFUND, money=HALF, refund_id=REFUND_ID)


def settled(attempt: Attempt, outcome: Outcome, when: Moment = TOLD) -> Plan:
    plan = settle_refund(RESERVED, REFUND, attempt, outcome, when)
    assert plan is not None
    return plan


def written(plan: Plan) -> Attempt:
    (attempt,) = [c.value for c in plan.changes if isinstance(c, Update) and isinstance(c.value, Attempt)]
    return attempt


def test_reserves_before_anything_is_sent() -> None:
    start = replace(BEGIN, claim=a_claim())

    plan = open_refund(PAID, CHARGE, NewRefund(amount_minor=2500, reason="gone", metadata={"a": "b"}), REFUND_ID, start)

    assert plan.payment.refunding_minor == 2500
    assert plan.payment.refundable_minor == 2500
    assert plan.refund is not None
    assert (plan.refund.money, plan.refund.status, plan.refund.reason) == (HALF, R.PENDING, "gone")
    assert plan.opened is not None
    assert plan.opened.kind is AttemptKind.REFUND
    assert plan.opened.refund_id == REFUND_ID
    assert plan.opened.credential_version == 3
    assert plan.opened.claim_id == a_claim().id
    assert Insert(a_claim()) in plan.changes
    assert [news.type for news in plan.news] == [EventType.REFUND_CREATED]


@pytest.mark.parametrize(("payment", "left"), [(PAID, 5000), (RESERVED, 2500), (DONE, 2500)])
def test_gives_back_all_that_is_left(payment: object, left: int) -> None:
    assert isinstance(payment, type(PAID))

    plan = open_refund(payment, CHARGE, NewRefund(), REFUND_ID, BEGIN)

    assert plan.refund is not None
    assert plan.refund.money.minor == left


@pytest.mark.parametrize("minor", [0, -1, 10**12])
def test_refuses_what_is_no_amount(minor: int) -> None:
    with pytest.raises(AmountInvalid):
        open_refund(PAID, CHARGE, NewRefund(amount_minor=minor), REFUND_ID, BEGIN)


def test_refuses_more_than_is_left() -> None:
    with pytest.raises(AmountTooLarge, match="at most 2500 XOF") as refused:
        open_refund(RESERVED, CHARGE, NewRefund(amount_minor=2501), REFUND_ID, BEGIN)

    assert refused.value.field == "amount"


def test_refuses_when_nothing_is_left() -> None:
    with pytest.raises(AmountTooLarge):
        open_refund(replace(PAID, refunded_minor=5000), CHARGE, NewRefund(), REFUND_ID, BEGIN)


@pytest.mark.parametrize("status", sorted(set(S) - {S.SUCCEEDED}))
def test_refuses_what_was_not_paid(status: PaymentStatus) -> None:
    with pytest.raises(WrongStatus, match=status):
        open_refund(a_payment(status=status), CHARGE, NewRefund(), REFUND_ID, BEGIN)


@pytest.mark.parametrize("state", [A.SENDING, A.WAITING, A.UNKNOWN])
def test_books_what_has_gone_back(state: AttemptState) -> None:
    plan = settled(an_attempt(state=state), Paid(HALF, "r1"))

    assert (plan.payment.refunding_minor, plan.payment.refunded_minor) == (0, 2500)
    assert plan.refund is not None
    assert plan.refund.status is R.SUCCEEDED
    assert written(plan).state is A.SUCCEEDED
    assert written(plan).reference == "r1"
    assert [news.type for news in plan.news] == [EventType.REFUND_SUCCEEDED, EventType.PAYMENT_REFUNDED]


@pytest.mark.parametrize("state", [A.SENDING, A.WAITING, A.UNKNOWN])
@pytest.mark.parametrize(
    ("outcome", "ends", "status", "code"),
    [
        (NotSent("down"), A.NOT_SENT, R.FAILED, FailureCode.PROVIDER_UNAVAILABLE),
        (Refused(FailureCode.UNSUPPORTED), A.REFUSED, R.FAILED, FailureCode.UNSUPPORTED),
        (Declined(FailureCode.DECLINED), A.DECLINED, R.FAILED, FailureCode.DECLINED),
        (Cancelled(), A.CANCELLED, R.CANCELLED, None),
        (Expired(), A.CANCELLED, R.CANCELLED, None),
    ],
)
def test_frees_what_was_reserved_after_a_definite_no(
    state: AttemptState, outcome: Outcome, ends: AttemptState, status: RefundStatus, code: FailureCode | None
) -> None:
    plan = settled(an_attempt(state=state), outcome)

    assert (plan.payment.refunding_minor, plan.payment.refunded_minor) == (0, 0)
    assert plan.refund is not None
    assert plan.refund.status is status
    assert (plan.refund.failure.code if plan.refund.failure else None) == code
    assert written(plan).state is ends
    assert [news.type for news in plan.news] == [f"refund.{status}"]


@pytest.mark.parametrize(
    "outcome",
    [Accepted("r1"), Proceed("r1"), ActionRequired(Display("wait"), "r1"), Authorized(HALF, "r1")],
)
def test_waits_for_what_the_provider_has(outcome: Outcome) -> None:
    plan = settled(an_attempt(), outcome)

    assert plan.payment is RESERVED
    assert written(plan).state is A.WAITING
    assert written(plan).reference == "r1"
    assert plan.refund is REFUND


@pytest.mark.parametrize("outcome", [Unknown("HTTP 500"), Absent()])
@pytest.mark.parametrize(("state", "stays"), [(A.SENDING, A.UNKNOWN), (A.UNKNOWN, A.UNKNOWN), (A.WAITING, A.WAITING)])
def test_keeps_the_reserve_while_in_doubt(outcome: Outcome, state: AttemptState, stays: AttemptState) -> None:
    plan = settled(an_attempt(state=state), outcome, ASKED)

    assert plan.payment.refunding_minor == 2500
    assert written(plan).state is stays


def test_frees_the_reserve_when_absence_is_proven() -> None:
    attempt = an_attempt(state=A.UNKNOWN, absent_since=LATER - timedelta(seconds=5))

    plan = settled(attempt, Absent(), ASKED)

    assert plan.payment.refunding_minor == 0
    assert plan.refund is not None
    assert plan.refund.failure is not None
    assert plan.refund.failure.code is FailureCode.TIMED_OUT


def test_does_not_believe_another_amount() -> None:
    plan = settled(an_attempt(), Paid(Money(5000, XOF)))

    assert plan.payment.attention == Mismatch.AMOUNT
    assert plan.payment.refunded_minor == 0
    assert written(plan).state is A.UNKNOWN


def test_is_for_a_person_when_nothing_is_heard_for_a_week() -> None:
    attempt = an_attempt(state=A.UNKNOWN, asked=300)

    plan = settled(attempt, Unknown("HTTP 500"), moment(now=START + timedelta(days=7), asked=True))

    assert plan.payment.attention == NO_ANSWER


def test_fails_after_all_when_the_provider_takes_it_back() -> None:
    refund = replace(REFUND, status=R.SUCCEEDED)

    plan = settle_refund(DONE, refund, an_attempt(state=A.SUCCEEDED), Declined(FailureCode.DECLINED), ASKED)

    assert plan is not None
    assert plan.payment.refunded_minor == 0
    assert plan.refund is not None
    assert plan.refund.status is R.FAILED


def test_stands_when_a_no_is_only_told() -> None:
    refund = replace(REFUND, status=R.SUCCEEDED)

    assert settle_refund(DONE, refund, an_attempt(state=A.SUCCEEDED), Declined(FailureCode.DECLINED), TOLD) is None


@pytest.mark.parametrize("status", [R.FAILED, R.CANCELLED])
def test_is_for_a_person_when_found_done_after_it_had_failed(status: RefundStatus) -> None:
    refund = replace(REFUND, status=status)

    plan = settle_refund(PAID, refund, an_attempt(state=A.ABSENT), Paid(HALF), ASKED)

    assert plan is not None
    assert plan.payment.attention == REFUND_FOUND
    assert plan.payment.refunded_minor == 0
    assert settle_refund(plan.payment, refund, an_attempt(state=A.ABSENT), Paid(HALF), ASKED) is None


def test_shows_a_person_an_answer_about_something_else() -> None:
    plan = settled(an_attempt(), Unknown("of the other mode", Mismatch.MODE), ASKED)

    assert plan.payment.attention == Mismatch.MODE


@pytest.mark.parametrize("outcome", [Paid(HALF), Accepted(), Absent(), Unknown("")])
def test_leaves_a_refund_that_is_done(outcome: Outcome) -> None:
    refund = replace(REFUND, status=R.SUCCEEDED)

    assert settle_refund(DONE, refund, an_attempt(state=A.SUCCEEDED), outcome, ASKED) is None
