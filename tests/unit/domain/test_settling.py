"""What each outcome makes of a charge and its payment, in every state the charge can be in."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.asking import AskRules
from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptState
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.currency import currency
from zerofee.domain.event import EventType
from zerofee.domain.failure import FailureCode
from zerofee.domain.hearing import Moment
from zerofee.domain.idempotency import ClaimId
from zerofee.domain.ids import AttemptId, ConnectionId
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
    NotSent,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import FINAL, PaymentStatus
from zerofee.domain.plan import Plan
from zerofee.domain.settling import MISMATCH, NO_ANSWER, SECOND_CHARGE, settle_charge
from zerofee.testing.builders import XOF, a_candidate, a_charge, a_decision, a_draft, a_payment

S, A = PaymentStatus, AttemptState

MONEY = Money(5000, XOF)
PUSH = UssdPush("Approve it on your phone.")
PAGE = "https://pay.example/checkout/1"
LATER = START + timedelta(seconds=60)
moment = partial(Moment, now=LATER, rules=AskRules())
ASKED = moment(asked=True)
TOLD = moment(next_try=a_draft())
TWO = a_decision(candidates=(a_candidate(), a_candidate(connection_id=ConnectionId("con_2"), provider_id="second")))

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


def settled(payment: Payment, charge: Attempt, outcome: Outcome, when: Moment) -> Plan:
    plan = settle_charge(payment, charge, outcome, when)
    assert plan is not None
    return plan


def written(plan: Plan) -> Attempt:
    (attempt,) = [c.value for c in plan.changes if isinstance(c, Update) and isinstance(c.value, Attempt)]
    return attempt


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


class TestFailover:
    @pytest.mark.parametrize("outcome", [NotSent("refused to connect"), Refused(FailureCode.UNSUPPORTED)])
    def test_tries_the_next_candidate_after_a_definite_no(self, outcome: Outcome) -> None:
        payment = a_payment(decision=TWO)

        plan = settled(payment, a_charge(), outcome, TOLD)

        assert plan.opened is not None
        assert plan.opened.connection_id == "con_2"
        assert plan.opened.number == 2
        assert plan.opened.provider_key != a_charge().provider_key
        assert plan.payment.status is S.PENDING
        assert plan.payment.charge_id == plan.opened.id
        assert plan.payment.provider_id == "second"
        assert {type(change) for change in plan.changes} == {Insert, Update}
        assert not plan.news

    def test_hands_the_claim_on(self) -> None:
        charge = a_charge(claim_id=ClaimId("claim"))

        plan = settled(a_payment(decision=TWO), charge, NotSent(""), TOLD)

        assert plan.opened is not None
        assert plan.opened.claim_id == "claim"

    def test_keeps_the_version_of_the_credentials_with_the_attempt(self) -> None:
        two = a_decision(candidates=(a_candidate(), a_candidate(credential_version=7)))

        plan = settled(a_payment(decision=two), a_charge(), NotSent(""), TOLD)

        assert plan.opened is not None
        assert plan.opened.credential_version == 7

    @pytest.mark.parametrize(
        ("soft", "retries", "goes_on"), [(True, True, True), (True, False, False), (False, True, False)]
    )
    def test_goes_on_after_a_soft_decline_where_the_route_allows(
        self, soft: bool, retries: bool, goes_on: bool
    ) -> None:
        two = replace(TWO, candidates=(replace(TWO.candidates[0], retry_declined=retries), TWO.candidates[1]))

        plan = settled(a_payment(decision=two), a_charge(), Declined(FailureCode.DECLINED, soft=soft), TOLD)

        assert (plan.opened is not None) is goes_on

    @pytest.mark.parametrize("state", [A.UNKNOWN, A.WAITING])
    @pytest.mark.parametrize("outcome", [NotSent(""), Refused(FailureCode.UNSUPPORTED), Declined(FailureCode.DECLINED)])
    def test_never_follows_what_was_accepted_or_unknown(self, state: AttemptState, outcome: Outcome) -> None:
        """OUT-2."""
        payment = a_payment(status=S.PROCESSING, decision=TWO)

        assert settled(payment, a_charge(state=state), outcome, TOLD).opened is None

    def test_never_follows_an_asking(self) -> None:
        """An orphan is unknown, though nothing but `sending` is written of it."""
        when = moment(asked=True, next_try=a_draft())
        two = replace(TWO, candidates=(replace(TWO.candidates[0], retry_declined=True), TWO.candidates[1]))

        plan = settled(a_payment(decision=two), a_charge(), Declined(FailureCode.DECLINED, soft=True), when)

        assert plan.opened is None
        assert plan.payment.status is S.FAILED

    def test_never_follows_what_was_unknown_before_its_next_step(self) -> None:
        assert settled(a_payment(decision=TWO), a_charge(asked=1), NotSent(""), TOLD).opened is None

    def test_never_follows_proven_absence(self) -> None:
        charge = a_charge(state=A.UNKNOWN, absent_since=LATER - timedelta(seconds=10))

        plan = settled(
            a_payment(status=S.PROCESSING, decision=TWO), charge, Absent(), moment(asked=True, absence_final_after_s=0)
        )

        assert plan.opened is None
        assert plan.payment.failure is not None
        assert plan.payment.failure.code is FailureCode.TIMED_OUT
        assert plan.payment.failure.retryable

    def test_never_follows_an_action_that_was_shown(self) -> None:
        payment = a_payment(status=S.REQUIRES_ACTION, next_action=PUSH, decision=TWO)

        assert settled(payment, a_charge(state=A.WAITING), Refused(FailureCode.DECLINED), TOLD).opened is None

    def test_ends_when_the_time_is_used_up(self) -> None:
        """PAY-9."""
        plan = settled(a_payment(decision=TWO), a_charge(), Refused(FailureCode.UNSUPPORTED), moment(next_try=None))

        assert plan.opened is None
        assert plan.payment.status is S.FAILED
        assert plan.payment.failure is not None
        assert plan.payment.failure.code is FailureCode.PROVIDER_UNAVAILABLE


class TestSteps:
    def test_sends_the_same_attempt_again_with_what_the_step_returned(self) -> None:
        charge = a_charge(details={"token": "t1"})

        plan = settled(a_payment(), charge, Proceed("ref", {"step": "2"}), TOLD)

        assert plan.opened == written(plan)
        assert plan.opened is not None
        assert plan.opened.id == charge.id
        assert plan.opened.provider_key == charge.provider_key
        assert plan.opened.reference == "ref"
        assert plan.opened.details == {"token": "t1", "step": "2"}
        assert plan.opened.version == 2

    def test_asks_at_once_when_there_is_no_time_for_the_next_step(self) -> None:
        plan = settled(a_payment(), a_charge(), Proceed("ref"), moment(next_try=None))

        assert plan.opened is None
        assert written(plan).state is A.WAITING
        assert written(plan).ask_at == LATER
        assert plan.payment.status is S.PROCESSING

    def test_sends_nothing_more_for_a_payment_that_is_over(self) -> None:
        payment = a_payment(status=S.SUCCEEDED, captured_minor=5000)

        plan = settled(payment, a_charge(state=A.WAITING), Proceed("ref"), TOLD)

        assert plan.opened is None
        assert plan.payment is payment

    def test_counts_absence_anew_after_each_step(self) -> None:
        charge = a_charge(state=A.UNKNOWN, absent_since=START + timedelta(seconds=30))

        plan = settled(a_payment(status=S.PROCESSING), charge, Proceed("ref"), TOLD)

        assert plan.opened is not None
        assert plan.opened.absent_since is None

    def test_comes_back_to_a_later_step_that_never_left_us(self) -> None:
        """The customer has done theirs: a provider that is down for a moment is no reason to throw it away."""
        payment = a_payment(status=S.REQUIRES_ACTION, next_action=Redirect("https://bank.example"))

        plan = settled(payment, a_charge(reference="ref"), NotSent("no connection"), TOLD)

        assert plan.payment.status is S.PROCESSING
        assert written(plan).state is A.WAITING
        assert written(plan).ask_at is not None


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
        assert plan.payment.attention == MISMATCH
        assert plan.payment.captured_minor == 0
        assert Update(plan.payment) in plan.changes

    def test_is_kept_also_where_the_payment_does_not_move(self) -> None:
        payment = a_payment(status=S.PROCESSING)

        plan = settled(payment, a_charge(asked=1), Paid(Money(1, XOF)), TOLD)

        assert plan.payment.attention == MISMATCH
        assert Update(plan.payment) in plan.changes

    @pytest.mark.parametrize("state", [A.AUTHORIZED, A.EXPIRED, A.DECLINED])
    def test_is_noticed_after_the_end(self, state: AttemptState) -> None:
        plan = settled(*standing(state), Paid(Money(1, XOF)), ASKED)

        assert plan.payment.status is STANDING[state]
        assert plan.payment.attention == MISMATCH

    def test_is_over_when_the_right_amount_is_found(self) -> None:
        payment = a_payment(status=S.PROCESSING, attention=MISMATCH)

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
