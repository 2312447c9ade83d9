"""What each outcome makes of a capture, a cancel, an expiry or a one-time code, said directly and found by asking."""

from datetime import timedelta
from functools import partial

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.asking import AskRules
from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptKind, AttemptState
from zerofee.domain.change_set import Update
from zerofee.domain.failure import FailureCode
from zerofee.domain.hearing import Moment
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp
from zerofee.domain.operating import settle_operation
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
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.plan import Plan
from zerofee.domain.settling import NO_ANSWER
from zerofee.testing.builders import XOF, a_charge, a_draft, a_payment, an_operation

S, A, K = PaymentStatus, AttemptState, AttemptKind

MONEY = Money(5000, XOF)
OTP = Otp("Send the code.")
LATER = START + timedelta(seconds=60)
moment = partial(Moment, now=LATER, rules=AskRules(), absence_final_after_s=0)
TOLD = moment(next_try=a_draft())
ASKED = moment(asked=True, next_try=a_draft())
UNSUPPORTED = Refused(FailureCode.UNSUPPORTED)
NO = Declined(FailureCode.DECLINED)

# Where payment and charge stand when each kind of operation begins.
BEFORE: dict[AttemptKind, tuple[Payment, Attempt]] = {
    K.CAPTURE: (a_payment(status=S.AUTHORIZED), a_charge(state=A.AUTHORIZED)),
    K.CANCEL: (a_payment(status=S.AUTHORIZED), a_charge(state=A.AUTHORIZED)),
    K.EXPIRE: (a_payment(status=S.PROCESSING), a_charge(state=A.WAITING)),
    K.AUTHENTICATE: (
        a_payment(status=S.REQUIRES_ACTION, next_action=OTP),
        a_charge(state=A.WAITING, next_action=OTP),
    ),
}

# fmt: off
DIRECTLY: tuple[tuple[AttemptKind, Outcome, AttemptState, PaymentStatus, AttemptState | None], ...] = (
    # operation      said                    operation    payment             charge (None: not written)
    (K.CAPTURE,      Paid(MONEY),            A.SUCCEEDED, S.SUCCEEDED,        A.SUCCEEDED),
    (K.CAPTURE,      Accepted(),             A.WAITING,   S.PROCESSING,       None),
    (K.CAPTURE,      NotSent("down"),        A.NOT_SENT,  S.AUTHORIZED,       None),
    (K.CAPTURE,      UNSUPPORTED,            A.REFUSED,   S.AUTHORIZED,       None),
    (K.CAPTURE,      NO,                     A.DECLINED,  S.AUTHORIZED,       None),
    (K.CAPTURE,      Unknown("HTTP 502"),    A.UNKNOWN,   S.PROCESSING,       None),
    (K.CAPTURE,      Cancelled(),            A.DECLINED,  S.CANCELLED,        A.CANCELLED),
    (K.CAPTURE,      Expired(),              A.DECLINED,  S.EXPIRED,          A.EXPIRED),
    (K.CAPTURE,      Authorized(MONEY),      A.UNKNOWN,   S.PROCESSING,       None),
    (K.CAPTURE,      Proceed(),              A.UNKNOWN,   S.PROCESSING,       None),
    (K.CANCEL,       Cancelled(),            A.SUCCEEDED, S.CANCELLED,        A.CANCELLED),
    (K.CANCEL,       Expired(),              A.SUCCEEDED, S.EXPIRED,          A.EXPIRED),
    (K.CANCEL,       Paid(MONEY),            A.DECLINED,  S.SUCCEEDED,        A.SUCCEEDED),
    (K.CANCEL,       Accepted(),             A.WAITING,   S.PROCESSING,       None),
    (K.CANCEL,       UNSUPPORTED,            A.REFUSED,   S.AUTHORIZED,       None),
    (K.CANCEL,       Unknown("HTTP 502"),    A.UNKNOWN,   S.PROCESSING,       None),
    (K.EXPIRE,       Cancelled(),            A.SUCCEEDED, S.EXPIRED,          A.EXPIRED),
    (K.EXPIRE,       Paid(MONEY),            A.DECLINED,  S.SUCCEEDED,        A.SUCCEEDED),
    (K.EXPIRE,       UNSUPPORTED,            A.REFUSED,   S.EXPIRED,          A.EXPIRED),
    (K.EXPIRE,       NO,                     A.DECLINED,  S.EXPIRED,          A.EXPIRED),
    (K.EXPIRE,       NotSent("down"),        A.NOT_SENT,  S.PROCESSING,       None),
    (K.EXPIRE,       Unknown("HTTP 502"),    A.UNKNOWN,   S.PROCESSING,       None),
    (K.AUTHENTICATE, Paid(MONEY),            A.SUCCEEDED, S.SUCCEEDED,        A.SUCCEEDED),
    (K.AUTHENTICATE, Authorized(MONEY),      A.SUCCEEDED, S.AUTHORIZED,       A.AUTHORIZED),
    (K.AUTHENTICATE, Accepted(),             A.SUCCEEDED, S.PROCESSING,       A.WAITING),
    (K.AUTHENTICATE, ActionRequired(OTP),    A.DECLINED,  S.REQUIRES_ACTION,  A.WAITING),
    (K.AUTHENTICATE, NO,                     A.DECLINED,  S.FAILED,           A.DECLINED),
    (K.AUTHENTICATE, UNSUPPORTED,            A.REFUSED,   S.REQUIRES_ACTION,  None),
    (K.AUTHENTICATE, NotSent("down"),        A.NOT_SENT,  S.REQUIRES_ACTION,  None),
    (K.AUTHENTICATE, Unknown("HTTP 502"),    A.UNKNOWN,   S.PROCESSING,       None),
    (K.AUTHENTICATE, Proceed("ref"),         A.SUCCEEDED, S.REQUIRES_ACTION,  A.SENDING),
)
FOUND: tuple[tuple[AttemptKind, Outcome, AttemptState, PaymentStatus, AttemptState | None], ...] = (
    (K.CAPTURE,      Paid(MONEY),            A.SUCCEEDED, S.SUCCEEDED,        A.SUCCEEDED),
    (K.CAPTURE,      Accepted(),             A.WAITING,   S.PROCESSING,       None),
    (K.CAPTURE,      Authorized(MONEY),      A.UNKNOWN,   S.PROCESSING,       None),
    (K.CAPTURE,      NO,                     A.DECLINED,  S.FAILED,           A.DECLINED),
    (K.CAPTURE,      Absent(),               A.UNKNOWN,   S.PROCESSING,       None),
    (K.CAPTURE,      Cancelled(),            A.DECLINED,  S.CANCELLED,        A.CANCELLED),
    (K.CANCEL,       Cancelled(),            A.SUCCEEDED, S.CANCELLED,        A.CANCELLED),
    (K.CANCEL,       Authorized(MONEY),      A.UNKNOWN,   S.PROCESSING,       None),
    (K.CANCEL,       Accepted(),             A.UNKNOWN,   S.PROCESSING,       None),
    (K.CANCEL,       Paid(MONEY),            A.DECLINED,  S.SUCCEEDED,        A.SUCCEEDED),
    (K.EXPIRE,       NO,                     A.DECLINED,  S.FAILED,           A.DECLINED),
    (K.EXPIRE,       ActionRequired(OTP),    A.UNKNOWN,   S.PROCESSING,       None),
    (K.AUTHENTICATE, ActionRequired(OTP),    A.UNKNOWN,   S.PROCESSING,       None),
    (K.AUTHENTICATE, Accepted(),             A.SUCCEEDED, S.PROCESSING,       A.WAITING),
    (K.AUTHENTICATE, NO,                     A.DECLINED,  S.FAILED,           A.DECLINED),
)
# fmt: on


def settled(kind: AttemptKind, outcome: Outcome, when: Moment) -> tuple[Plan, dict[str, Attempt]]:
    payment, charge = BEFORE[kind]
    return settle(payment, charge, an_operation(kind=kind), outcome, when)


def settle(
    payment: Payment, charge: Attempt, operation: Attempt, outcome: Outcome, when: Moment
) -> tuple[Plan, dict[str, Attempt]]:
    """Settle, and give the attempts that were written by what they are: `operation` or `charge`."""
    plan = settle_operation(payment, charge, operation, outcome, when)
    assert plan is not None
    attempts = [c.value for c in plan.changes if isinstance(c, Update) and isinstance(c.value, Attempt)]
    return plan, {"charge" if attempt.kind is K.CHARGE else "operation": attempt for attempt in attempts}


@pytest.mark.parametrize(("kind", "outcome", "operation", "status", "charge"), DIRECTLY)
def test_follows_what_is_said(
    kind: AttemptKind, outcome: Outcome, operation: AttemptState, status: PaymentStatus, charge: AttemptState | None
) -> None:
    plan, written = settled(kind, outcome, TOLD)

    assert written["operation"].state is operation
    assert plan.payment.status is status
    assert (written["charge"].state if "charge" in written else None) == charge


@pytest.mark.parametrize(("kind", "outcome", "operation", "status", "charge"), FOUND)
def test_follows_what_is_found_by_asking(
    kind: AttemptKind, outcome: Outcome, operation: AttemptState, status: PaymentStatus, charge: AttemptState | None
) -> None:
    plan, written = settled(kind, outcome, ASKED)

    assert written["operation"].state is operation
    assert plan.payment.status is status
    assert (written["charge"].state if "charge" in written else None) == charge


@pytest.mark.parametrize("state", sorted(set(A) - OPEN_ATTEMPT))
def test_leaves_an_operation_that_is_over(state: AttemptState) -> None:
    operation = an_operation(state=state)

    assert settle_operation(*BEFORE[K.CAPTURE], operation, Paid(MONEY), TOLD) is None


def test_takes_a_part_and_no_more() -> None:
    operation = an_operation(money=Money(2000, XOF))

    plan, _ = settle(*BEFORE[K.CAPTURE], operation, Paid(Money(2000, XOF)), TOLD)

    assert plan.payment.captured_minor == 2000


def test_does_not_believe_a_capture_of_another_amount() -> None:
    plan, written = settle(*BEFORE[K.CAPTURE], an_operation(money=Money(2000, XOF)), Paid(MONEY), TOLD)

    assert plan.payment.captured_minor == 0
    assert plan.payment.attention == Mismatch.AMOUNT
    assert written["operation"].state is A.UNKNOWN


def test_writes_the_end_of_the_operation_before_the_charge_is_in_flight_again() -> None:
    """The store allows one attempt in flight per payment, at each moment of a commit."""
    plan, written = settled(K.AUTHENTICATE, Proceed("ref"), TOLD)

    attempts = [c.value for c in plan.changes if isinstance(c, Update) and isinstance(c.value, Attempt)]
    assert attempts == [written["operation"], written["charge"]]
    assert plan.opened == written["charge"]


def test_counts_codes_that_were_wrong() -> None:
    plan, written = settled(K.AUTHENTICATE, ActionRequired(OTP), TOLD)

    assert written["charge"].tries == 1
    assert written["operation"].failure is not None
    assert written["operation"].failure.code is FailureCode.AUTHENTICATION_FAILED
    assert plan.payment.next_action == OTP


def test_shows_the_action_again_when_a_lost_code_never_arrived() -> None:
    payment, charge = a_payment(status=S.PROCESSING), a_charge(state=A.WAITING, next_action=OTP)
    operation = an_operation(kind=K.AUTHENTICATE, state=A.UNKNOWN, absent_since=LATER - timedelta(seconds=5))

    plan, written = settle(payment, charge, operation, ActionRequired(OTP), ASKED)

    assert written["operation"].state is A.ABSENT
    assert plan.payment.status is S.REQUIRES_ACTION
    assert plan.payment.next_action == OTP


def test_puts_the_hold_back_when_a_lost_capture_never_arrived() -> None:
    payment = a_payment(status=S.PROCESSING)
    operation = an_operation(state=A.UNKNOWN, absent_since=LATER - timedelta(seconds=5))

    plan, written = settle(payment, a_charge(state=A.AUTHORIZED), operation, Authorized(MONEY), ASKED)

    assert written["operation"].state is A.ABSENT
    assert plan.payment.status is S.AUTHORIZED
    assert plan.payment.failure is not None
    assert plan.payment.failure.code is FailureCode.TIMED_OUT


@pytest.mark.parametrize("outcome", [Absent(), Unknown("HTTP 502"), Authorized(MONEY)])
def test_goes_on_waiting_for_what_the_provider_has_accepted(outcome: Outcome) -> None:
    """A waiting one is not in flight: another operation may have begun meanwhile."""
    payment = a_payment(status=S.PROCESSING)

    _, written = settle(payment, a_charge(state=A.AUTHORIZED), an_operation(state=A.WAITING), outcome, ASKED)

    assert written["operation"].state is A.WAITING


def test_is_for_a_person_when_nothing_is_heard_for_a_week() -> None:
    operation = an_operation(state=A.UNKNOWN, asked=300)

    plan, written = settle(
        a_payment(status=S.PROCESSING),
        a_charge(state=A.AUTHORIZED),
        operation,
        Unknown("HTTP 500"),
        moment(now=START + timedelta(days=7), asked=True),
    )

    assert written["operation"].ask_at is None
    assert plan.payment.attention == NO_ANSWER


@pytest.mark.parametrize("outcome", [UNSUPPORTED, NO, NotSent("down")])
def test_says_no_failure_of_a_payment_that_was_paid_meanwhile(outcome: Outcome) -> None:
    payment = a_payment(status=S.SUCCEEDED, captured_minor=5000)

    plan, written = settle(payment, a_charge(state=A.SUCCEEDED), an_operation(kind=K.CANCEL), outcome, TOLD)

    assert plan.payment.status is S.SUCCEEDED
    assert plan.payment.failure is None
    assert written["operation"].failure is not None


def test_ends_the_operation_when_a_webhook_was_faster() -> None:
    payment, charge = a_payment(status=S.SUCCEEDED, captured_minor=5000), a_charge(state=A.SUCCEEDED)

    plan, written = settle(payment, charge, an_operation(), Paid(MONEY), TOLD)

    assert written["operation"].state is A.SUCCEEDED
    assert plan.payment.captured_minor == 5000
    assert not plan.news
