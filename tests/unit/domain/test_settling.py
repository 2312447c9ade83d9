"""What each outcome makes of a charge and its payment, in every state the charge can be in."""

from datetime import timedelta
from functools import partial

import pytest

from tests.unit.domain.charges import ASKED, LATER, MONEY, PUSH, TOLD, TWO, moment, settled, written
from zerofee.adapters.memory.clock import START
from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptState
from zerofee.domain.change_set import Update
from zerofee.domain.currency import currency
from zerofee.domain.event import EventType
from zerofee.domain.failure import FailureCode
from zerofee.domain.hearing import Moment
from zerofee.domain.ids import AttemptId
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp, Redirect, UssdPush
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
from zerofee.domain.payment_status import FINAL, PaymentStatus
from zerofee.domain.settling import NO_ANSWER, SECOND_CHARGE, settle_charge
from zerofee.testing.builders import XOF, a_charge, a_payment

S, A = PaymentStatus, AttemptState

PAGE = "https://pay.example/checkout/1"

YES: tuple[tuple[Outcome, AttemptState, PaymentStatus], ...] = (
    (Accepted("ref"), A.WAITING, S.PROCESSING),
    (ActionRequired(PUSH, "ref"), A.WAITING, S.REQUIRES_ACTION),
    (Authorized(MONEY, "ref"), A.AUTHORIZED, S.AUTHORIZED),
    (Paid(MONEY, "ref"), A.SUCCEEDED, S.SUCCEEDED),
)
NO: tuple[tuple[Outcome, AttemptState, PaymentStatus, FailureCode | None], ...] = (
    (NotSent("no connection"), A.NOT_SENT, S.FAILED, FailureCode.PROVIDER_UNAVAILABLE),
    (Refused(FailureCode.INVALID_CREDENTIALS), A.REFUSED, S.FAILED, FailureCode.INVALID_CREDENTIALS),
    (Declined(FailureCode.INSUFFICIENT_FUNDS), A.DECLINED, S.FAILED, FailureCode.INSUFFICIENT_FUNDS),
    (Cancelled(), A.CANCELLED, S.CANCELLED, None),
    (Expired(), A.EXPIRED, S.EXPIRED, None),
)
DOUBT: tuple[Outcome, ...] = (Absent(), Unknown("HTTP 502"))
ALL: tuple[Outcome, ...] = (*(row[0] for row in YES), *(row[0] for row in NO), *DOUBT, Proceed("step"))

# Where a payment stands while its charge is in each state.
STANDING = {
    A.SENDING: S.PENDING,
    A.WAITING: S.PROCESSING,
    A.UNKNOWN: S.PROCESSING,
    A.AUTHORIZED: S.AUTHORIZED,
    A.SUCCEEDED: S.SUCCEEDED,
    A.DECLINED: S.FAILED,
    A.REFUSED: S.FAILED,
    A.NOT_SENT: S.FAILED,
    A.ABSENT: S.FAILED,
    A.CANCELLED: S.CANCELLED,
    A.EXPIRED: S.EXPIRED,
}


def standing(state: AttemptState) -> tuple[Payment, Attempt]:
    captured = MONEY.minor if state is A.SUCCEEDED else 0
    return a_payment(status=STANDING[state], captured_minor=captured), a_charge(state=state)


@pytest.mark.parametrize("state", sorted(OPEN_ATTEMPT))
@pytest.mark.parametrize(("outcome", "ends", "status"), YES)
def test_follows_a_yes(state: AttemptState, outcome: Outcome, ends: AttemptState, status: PaymentStatus) -> None:
    payment, charge = standing(state)

    plan = settled(payment, charge, outcome, TOLD)

    assert written(plan).state is ends
    assert written(plan).reference == "ref"
    assert plan.payment.status is status
    assert plan.payment.captured_minor == (5000 if status is S.SUCCEEDED else 0)
    assert plan.payment.next_action == (PUSH if status is S.REQUIRES_ACTION else None)
    assert plan.opened is None


@pytest.mark.parametrize("state", sorted(OPEN_ATTEMPT))
@pytest.mark.parametrize(("outcome", "ends", "status", "code"), NO)
def test_follows_a_no(
    state: AttemptState, outcome: Outcome, ends: AttemptState, status: PaymentStatus, code: FailureCode | None
) -> None:
    payment, charge = standing(state)

    plan = settled(payment, charge, outcome, TOLD)

    assert written(plan).state is ends
    assert written(plan).ask_at is None
    assert written(plan).ended_at == LATER
    assert plan.payment.status is status
    assert (plan.payment.failure.code if plan.payment.failure else None) == code


@pytest.mark.parametrize("outcome", DOUBT)
def test_asks_while_in_doubt(outcome: Outcome) -> None:
    plan = settled(*standing(A.SENDING), outcome, TOLD)

    assert plan.payment.status is S.PROCESSING
    assert written(plan).state is A.UNKNOWN
    assert written(plan).ask_at is not None


@pytest.mark.parametrize("outcome", DOUBT)
def test_goes_on_waiting_when_an_asking_proves_nothing(outcome: Outcome) -> None:
    payment, charge = standing(A.WAITING)

    plan = settled(payment, charge, outcome, moment(asked=True, absence_final_after_s=900))

    assert plan.payment is payment
    assert written(plan).state is A.WAITING
    assert written(plan).asked == 1


@pytest.mark.parametrize("outcome", ALL)
@pytest.mark.parametrize("when", [TOLD, ASKED])
def test_leaves_success_alone(outcome: Outcome, when: Moment) -> None:
    assert settle_charge(*standing(A.SUCCEEDED), outcome, when) is None


@pytest.mark.parametrize("state", sorted(set(A) - OPEN_ATTEMPT - {A.AUTHORIZED, A.SUCCEEDED}))
@pytest.mark.parametrize("outcome", [outcome for outcome in ALL if not isinstance(outcome, Paid)])
def test_leaves_an_end_to_all_but_money(state: AttemptState, outcome: Outcome) -> None:
    assert settle_charge(*standing(state), outcome, TOLD) is None


@pytest.mark.parametrize("state", sorted(set(A) - OPEN_ATTEMPT - {A.AUTHORIZED, A.SUCCEEDED}))
def test_takes_late_money_when_it_was_asked_for(state: AttemptState) -> None:
    plan = settled(*standing(state), Paid(MONEY, "ref"), ASKED)

    assert plan.payment.status is S.SUCCEEDED
    assert plan.payment.late
    assert plan.payment.captured_minor == 5000
    assert plan.payment.failure is None
    assert [news.type for news in plan.news] == [EventType.PAYMENT_SUCCEEDED]


@pytest.mark.parametrize("state", sorted(set(A) - OPEN_ATTEMPT - {A.AUTHORIZED, A.SUCCEEDED}))
def test_asks_at_once_when_late_money_was_only_told(state: AttemptState) -> None:
    """ASK-5: a late success needs a fresh read from the provider."""
    payment, charge = standing(state)

    plan = settled(payment, charge, Paid(MONEY), TOLD)

    assert plan.payment is payment
    assert written(plan).state is state
    assert written(plan).ask_at == LATER


@pytest.mark.parametrize(("outcome", "status"), [(Cancelled(), S.CANCELLED), (Expired(), S.EXPIRED)])
def test_lets_a_hold_go(outcome: Outcome, status: PaymentStatus) -> None:
    assert settled(*standing(A.AUTHORIZED), outcome, TOLD).payment.status is status


def test_takes_what_is_held() -> None:
    assert settled(*standing(A.AUTHORIZED), Paid(MONEY), TOLD).payment.status is S.SUCCEEDED


def test_loses_a_hold_that_an_asking_finds_declined() -> None:
    plan = settled(*standing(A.AUTHORIZED), Declined(FailureCode.DECLINED), ASKED)

    assert plan.payment.status is S.FAILED
    assert written(plan).state is A.DECLINED


def test_keeps_a_hold_from_a_decline_that_came_late() -> None:
    assert settle_charge(*standing(A.AUTHORIZED), Declined(FailureCode.DECLINED), TOLD) is None


@pytest.mark.parametrize("outcome", [Accepted(), Authorized(MONEY), Absent(), Proceed()])
def test_goes_on_asking_about_a_hold(outcome: Outcome) -> None:
    payment, charge = standing(A.AUTHORIZED)

    plan = settled(payment, charge, outcome, ASKED)

    assert plan.payment is payment
    assert written(plan).asked == 1


class TestMismatch:
    @pytest.mark.parametrize("other", [Money(4999, XOF), Money(5000, currency("USD"))])
    @pytest.mark.parametrize("kind", [Paid, Authorized])
    @pytest.mark.parametrize("state", sorted(OPEN_ATTEMPT))
    def test_is_unknown_and_for_a_person(
        self, state: AttemptState, kind: type[Paid | Authorized], other: Money
    ) -> None:
        """OUT-5."""
        plan = settled(*standing(state), kind(other), TOLD)

        assert plan.payment.status is S.PROCESSING
        assert plan.payment.attention == Mismatch.AMOUNT
        assert plan.payment.captured_minor == 0
        assert Update(plan.payment) in plan.changes

    def test_is_kept_also_where_the_payment_does_not_move(self) -> None:
        payment = a_payment(status=S.PROCESSING)

        plan = settled(payment, a_charge(asked=1), Paid(Money(1, XOF)), TOLD)

        assert plan.payment.attention == Mismatch.AMOUNT
        assert Update(plan.payment) in plan.changes

    @pytest.mark.parametrize("state", [A.AUTHORIZED, A.EXPIRED, A.DECLINED])
    def test_is_noticed_after_the_end(self, state: AttemptState) -> None:
        plan = settled(*standing(state), Paid(Money(1, XOF)), ASKED)

        assert plan.payment.status is STANDING[state]
        assert plan.payment.attention == Mismatch.AMOUNT

    @pytest.mark.parametrize("mismatch", sorted(Mismatch))
    @pytest.mark.parametrize("state", [*sorted(OPEN_ATTEMPT), A.AUTHORIZED, A.EXPIRED])
    def test_is_what_an_adapter_says_that_it_is(self, state: AttemptState, mismatch: Mismatch) -> None:
        """OUT-5: another mode or reference is as much a matter for a person as another amount."""
        plan = settled(*standing(state), Unknown("an answer about something else", mismatch), ASKED)

        assert plan.payment.status is not S.SUCCEEDED
        assert plan.payment.attention == mismatch

    def test_is_over_when_the_right_amount_is_found(self) -> None:
        payment = a_payment(status=S.PROCESSING, attention=Mismatch.AMOUNT)

        assert settled(payment, a_charge(state=A.UNKNOWN), Paid(MONEY), ASKED).payment.attention is None


class TestSecondCharge:
    @pytest.mark.parametrize("state", sorted(set(A) - {A.SUCCEEDED}))
    @pytest.mark.parametrize("when", [TOLD, ASKED])
    def test_is_left_to_a_person(self, state: AttemptState, when: Moment) -> None:
        """ASK-6."""
        payment = a_payment(status=S.SUCCEEDED, captured_minor=5000, charge_id=AttemptId("att_2"))

        plan = settled(payment, a_charge(state=state), Paid(MONEY), when)

        assert plan.payment.status is S.SUCCEEDED
        assert plan.payment.captured_minor == 5000
        assert plan.payment.charge_id == "att_2"
        assert plan.payment.attention == SECOND_CHARGE
        assert Update(plan.payment) in plan.changes
        assert written(plan).state is A.SUCCEEDED

    def test_does_not_fail_what_an_earlier_attempt_has_paid(self) -> None:
        """Money found while another attempt is open pays the payment, so that nobody is asked to pay again."""
        payment = a_payment(status=S.PROCESSING, charge_id=AttemptId("att_2"))

        plan = settled(payment, a_charge(state=A.DECLINED), Paid(MONEY), ASKED)

        assert plan.payment.status is S.SUCCEEDED
        assert plan.payment.charge_id == a_charge().id
        assert not plan.payment.late


class TestHostedPage:
    @pytest.mark.parametrize("state", sorted(OPEN_ATTEMPT))
    @pytest.mark.parametrize("shown", [Redirect(PAGE), PUSH])
    def test_lets_the_customer_choose_again_after_a_no(self, state: AttemptState, shown: Redirect | UssdPush) -> None:
        status = S.PROCESSING if state is A.UNKNOWN else S.REQUIRES_ACTION
        payment = a_payment(status=status, hosted_url=PAGE, next_action=shown)

        plan = settled(payment, a_charge(state=state), Declined(FailureCode.INSUFFICIENT_FUNDS), TOLD)

        assert plan.payment.status is S.REQUIRES_ACTION
        assert plan.payment.next_action == Redirect(PAGE)
        assert plan.payment.failure is not None
        assert Update(plan.payment) in plan.changes

    def test_turns_to_the_next_candidate_while_nothing_was_shown(self) -> None:
        payment = a_payment(status=S.REQUIRES_ACTION, hosted_url=PAGE, next_action=Redirect(PAGE), decision=TWO)

        assert settled(payment, a_charge(), NotSent(""), TOLD).opened is not None


class TestAbsence:
    HEARD = partial(moment, asked=True, absence_final_after_s=30)

    def test_does_not_count_before_it_is_final(self) -> None:
        plan = settled(*standing(A.UNKNOWN), Absent(), self.HEARD(now=START + timedelta(seconds=49)))

        assert written(plan).absent_since is None

    def test_counts_for_the_first_time(self) -> None:
        at = START + timedelta(seconds=50)

        plan = settled(*standing(A.UNKNOWN), Absent(), self.HEARD(now=at))

        assert written(plan).absent_since == at
        assert (written(plan).ask_at or at) >= at + timedelta(seconds=5)

    @pytest.mark.parametrize(("gap_s", "status"), [(4, S.PROCESSING), (5, S.FAILED)])
    def test_counts_for_the_second_time_after_five_seconds(self, gap_s: int, status: PaymentStatus) -> None:
        at = START + timedelta(seconds=50)
        charge = a_charge(state=A.UNKNOWN, absent_since=at)

        plan = settled(a_payment(status=S.PROCESSING), charge, Absent(), self.HEARD(now=at + timedelta(seconds=gap_s)))

        assert plan.payment.status is status

    def test_is_forgotten_when_the_provider_has_it_after_all(self) -> None:
        charge = a_charge(state=A.UNKNOWN, absent_since=START)

        assert written(settled(a_payment(status=S.PROCESSING), charge, Accepted(), ASKED)).absent_since is None


def test_is_for_a_person_when_nothing_is_heard_for_a_week() -> None:
    charge = a_charge(state=A.UNKNOWN, asked=300)

    plan = settled(
        a_payment(status=S.PROCESSING), charge, Unknown("HTTP 500"), moment(now=START + timedelta(days=7), asked=True)
    )

    assert written(plan).ask_at is None
    assert plan.payment.attention == NO_ANSWER
    assert plan.payment.status is S.PROCESSING


def test_asks_no_sooner_than_the_provider_says() -> None:
    plan = settled(*standing(A.SENDING), Accepted(ask_after_s=40), TOLD)

    assert written(plan).ask_at == LATER + timedelta(seconds=40)


def test_shows_a_new_action() -> None:
    payment = a_payment(status=S.REQUIRES_ACTION, next_action=PUSH)
    otp = Otp("Send the code.")

    plan = settled(payment, a_charge(state=A.WAITING, next_action=PUSH), ActionRequired(otp), TOLD)

    assert plan.payment.next_action == otp
    assert [news.type for news in plan.news] == [EventType.PAYMENT_REQUIRES_ACTION]


@pytest.mark.parametrize("state", A)
@pytest.mark.parametrize("outcome", ALL)
@pytest.mark.parametrize("when", [TOLD, ASKED])
def test_gives_the_payment_as_it_will_be_on_disk(state: AttemptState, outcome: Outcome, when: Moment) -> None:
    """PAY-3: whoever is answered sees what was written, and each piece of news comes with its change."""
    payment, charge = standing(state)

    plan = settle_charge(payment, charge, outcome, when)

    if plan is None:
        return
    assert plan.payment is payment or Update(plan.payment) in plan.changes
    assert plan.payment is payment or plan.payment.version == payment.version + 1
    assert [news.subject for news in plan.news] in ([], [plan.payment])
    assert bool(plan.news) is (plan.payment.status is not payment.status)
    assert payment.status not in FINAL or plan.payment.status in {payment.status, S.SUCCEEDED}
