"""
A payment's life is any walk of what merchants ask, providers say, and time does.

Whatever the walk: no end is left but by late money, no two things are in flight, money taken and given back stay
within their bounds, and nothing is sent while an outcome is unknown.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from zerofee.adapters.memory.clock import START, CountingIds
from zerofee.domain.asking import AskRules
from zerofee.domain.attempt import IN_FLIGHT, Attempt, AttemptDraft, AttemptKind, AttemptState, Start
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.errors import DomainError
from zerofee.domain.expiring import end_here, is_overdue
from zerofee.domain.failure import FailureCode
from zerofee.domain.hearing import Moment
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, RefundId
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp, UssdPush
from zerofee.domain.opening import (
    Terms,
    open_authenticate,
    open_cancel,
    open_capture,
    open_expiry,
    open_payment,
    refuse_while_in_flight,
)
from zerofee.domain.operating import settle_operation
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
from zerofee.domain.payment_status import FINAL, MOVES, Move, PaymentStatus
from zerofee.domain.plan import Plan
from zerofee.domain.refund import Refund
from zerofee.domain.refunding import NewRefund, open_refund, settle_refund
from zerofee.domain.settling import settle_charge
from zerofee.testing.builders import XOF, a_candidate, a_charge, a_decision, a_draft, a_payment, an_order

S, A = PaymentStatus, AttemptState

RULES = AskRules()
MONEY = Money(5000, XOF)
PUSH, OTP = UssdPush("Approve it."), Otp("Send the code.")
CANDIDATES = (
    a_candidate(retry_declined=True),
    a_candidate(connection_id=ConnectionId("con_2")),
    a_candidate(connection_id=ConnectionId("con_3")),
)


def outcomes(money: Money) -> st.SearchStrategy[Outcome]:
    """Give anything that a provider may say of something that is worth `money`."""
    amounts = st.sampled_from([money, money, money, Money(money.minor + 1, XOF)])
    said: list[st.SearchStrategy[Outcome]] = [
        st.builds(NotSent, st.just("down")),
        st.builds(Refused, st.sampled_from(FailureCode)),
        st.builds(Declined, st.sampled_from(FailureCode), soft=st.booleans()),
        st.builds(Proceed, st.just("ref")),
        st.builds(Accepted, st.just("ref"), ask_after_s=st.none() | st.integers(0, 60)),
        st.builds(ActionRequired, st.sampled_from([PUSH, OTP]), st.just("ref")),
        st.builds(Authorized, amounts),
        st.builds(Paid, amounts),
        st.builds(Cancelled),
        st.builds(Expired),
        st.builds(Absent),
        st.builds(Unknown, st.just("HTTP 502")),
    ]
    return st.one_of(said)


class APaymentsLife(RuleBasedStateMachine):
    """Applies plans to a payment, its attempts and its refunds as a store would, guards included."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = CountingIds()
        self.now = START
        self.attempts: dict[AttemptId, Attempt] = {}
        self.refunds: dict[RefundId, Refund] = {}
        terms = Terms(payment_id=self.ids.new(PaymentId), expires_at=START + timedelta(hours=1))
        plan = open_payment(an_order(), a_decision(candidates=CANDIDATES), terms, self.start())
        self.payment = plan.payment
        self.apply(plan)

    def draft(self) -> AttemptDraft:
        return a_draft(
            id=self.ids.new(AttemptId), provider_key=self.ids.key(), deadline_at=self.now + timedelta(seconds=20)
        )

    def start(self) -> Start:
        return Start(draft=self.draft(), now=self.now)

    def apply(self, plan: Plan | None) -> None:
        if plan is None:
            return
        before = self.payment
        for change in plan.changes:
            match change:
                case Insert(Payment() as payment) | Update(Payment() as payment):
                    self.payment = payment
                case Insert(Attempt() as attempt):
                    assert attempt.id not in self.attempts
                    assert attempt.provider_key not in {other.provider_key for other in self.attempts.values()}
                    self.attempts[attempt.id] = attempt
                case Update(Attempt() as attempt):
                    assert attempt.version == self.attempts[attempt.id].version + 1
                    self.attempts[attempt.id] = attempt
                case Insert(Refund() as refund) | Update(Refund() as refund):
                    self.refunds[refund.id] = refund
                case _:
                    pass
        assert plan.payment == self.payment
        assert self.payment.version in {before.version, before.version + 1, 1}
        self.moved(before.status, self.payment.status)

    def moved(self, before: PaymentStatus, after: PaymentStatus) -> None:
        if before is after:
            return
        assert after in {target for (source, _), target in MOVES.items() if source is before}
        if before in FINAL:
            assert after is S.SUCCEEDED
            assert self.payment.late

    def in_flight(self) -> set[AttemptId]:
        return {attempt.id for attempt in self.attempts.values() if attempt.state in IN_FLIGHT}

    @property
    def charge(self) -> Attempt:
        assert self.payment.charge_id is not None
        return self.attempts[self.payment.charge_id]

    def attempt_among(self, data: st.DataObject) -> Attempt:
        return self.attempts[data.draw(st.sampled_from(sorted(self.attempts)))]

    @initialize(first=st.sampled_from([Paid(MONEY), Authorized(MONEY), ActionRequired(OTP, "ref"), None]))
    def charge_is_answered(self, first: Outcome | None) -> None:
        if first is not None:
            self.apply(self.settled(self.charge, first, Moment(now=self.now, rules=RULES)))

    @precondition(lambda self: self.in_flight())
    @rule(expected=st.booleans())
    def what_is_in_flight_is_answered(self, expected: bool) -> None:
        """What it was sent for, or a plain refusal: so that a walk gets somewhere."""
        (attempt_id,) = self.in_flight()
        attempt = self.attempts[attempt_id]
        let_go = attempt.kind in {AttemptKind.CANCEL, AttemptKind.EXPIRE}
        done: Outcome = Cancelled() if let_go else Paid(attempt.money)
        answer = done if expected else Refused(FailureCode.UNSUPPORTED)
        self.apply(self.settled(attempt, answer, Moment(now=self.now, rules=RULES)))

    @rule(data=st.data(), asked=st.booleans(), in_time=st.booleans())
    def provider_says(self, data: st.DataObject, asked: bool, in_time: bool) -> None:
        attempt = self.attempt_among(data)
        outcome = data.draw(outcomes(attempt.money))
        if asked:
            assume(not isinstance(outcome, NotSent | Refused))
        moment = Moment(
            now=self.now,
            rules=RULES,
            next_try=self.draft() if in_time else None,
            asked=asked,
            absence_final_after_s=0,
        )
        before = {other.id for other in self.attempts.values() if other.state is A.UNKNOWN}
        charges = [other for other in self.attempts.values() if other.kind is AttemptKind.CHARGE]
        plan = self.settled(attempt, outcome, moment)
        if plan is not None and plan.opened is not None and self.in_flight() - {attempt.id}:
            # The store refuses a second one in flight, and it is decided again with nothing to be sent.
            plan = self.settled(attempt, outcome, replace(moment, next_try=None))
        self.apply(plan)
        if before:
            now = [other for other in self.attempts.values() if other.kind is AttemptKind.CHARGE]
            assert len(now) == len(charges), "nothing new is tried while an outcome is unknown"

    def settled(self, attempt: Attempt, outcome: Outcome, moment: Moment) -> Plan | None:
        if attempt.refund_id is not None:
            return settle_refund(self.payment, self.refunds[attempt.refund_id], attempt, outcome, moment)
        if attempt.kind is AttemptKind.CHARGE:
            return settle_charge(self.payment, attempt, outcome, moment)
        return settle_operation(self.payment, self.charge, attempt, outcome, moment)

    @rule(minor=st.none() | st.integers(-1, 5001))
    def merchant_captures(self, minor: int | None) -> None:
        self.tried(lambda: open_capture(self.payment, self.charge, minor, self.start()))

    @rule()
    def merchant_cancels(self) -> None:
        self.tried(lambda: open_cancel(self.payment, self.charge, self.start()))

    @rule()
    def customer_sends_a_code(self) -> None:
        self.tried(lambda: open_authenticate(self.payment, self.charge, self.start()))

    @rule(minor=st.none() | st.integers(-1, 5001))
    def merchant_refunds(self, minor: int | None) -> None:
        order, refund_id = NewRefund(amount_minor=minor), self.ids.new(RefundId)
        self.tried(lambda: open_refund(self.payment, self.charge, order, refund_id, self.start()))

    @rule(seconds=st.sampled_from([1, 6, 30, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: is_overdue(self.payment, self.charge, self.now))
    @rule(at_provider=st.booleans())
    def time_is_up(self, at_provider: bool) -> None:
        self.tried(
            lambda: (
                open_expiry(self.payment, self.charge, self.start())
                if at_provider
                else end_here(self.payment, self.charge, Move.EXPIRE, self.now, RULES)
            )
        )

    def tried(self, decide: Callable[[], Plan]) -> None:
        """Decide as `Operate` does: nothing begins while anything is in flight, and a refusal writes nothing."""
        try:
            refuse_while_in_flight(*self.attempts.values())
            plan = decide()
        except DomainError:
            return
        self.apply(plan)

    @invariant()
    def one_thing_is_in_flight_at_most(self) -> None:
        assert len(self.in_flight()) <= 1

    @invariant()
    def money_stays_within_its_bounds(self) -> None:
        payment = self.payment
        assert 0 <= payment.captured_minor <= payment.money.minor
        assert payment.refunded_minor >= 0
        assert payment.refunding_minor >= 0
        assert payment.refunded_minor + payment.refunding_minor <= payment.captured_minor
        assert (payment.captured_minor > 0) is (payment.status is S.SUCCEEDED)

    @invariant()
    def what_is_open_is_asked_about_or_left_to_a_person(self) -> None:
        waits = [a for a in self.attempts.values() if a.state in IN_FLIGHT | {A.WAITING} and a.ask_at is None]
        assert not waits or self.payment.attention is not None

    @invariant()
    def a_next_action_is_there_exactly_when_the_customer_must_act(self) -> None:
        assert (self.payment.next_action is not None) is (self.payment.status is S.REQUIRES_ACTION)


TestAPaymentsLife = APaymentsLife.TestCase
TestAPaymentsLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


# What one provider can tell of one charge in the end; it does not contradict itself, but it may be late and repeat.
STORIES: tuple[tuple[Outcome, ...], ...] = (
    (Accepted("ref"), Paid(MONEY)),
    (Accepted("ref"), ActionRequired(PUSH), Paid(MONEY)),
    (Accepted("ref"), Authorized(MONEY), Paid(MONEY)),
    (Accepted("ref"), ActionRequired(PUSH), Declined(FailureCode.CUSTOMER_REJECTED)),
    (Accepted("ref"), Authorized(MONEY), Cancelled()),
    (Accepted("ref"), Authorized(MONEY), Expired()),
    (Accepted("ref"), Expired()),
    (Unknown("HTTP 502"), Accepted("ref"), Paid(MONEY)),
)


@given(st.sampled_from(STORIES), st.lists(st.integers(0, 3), max_size=6), st.randoms(use_true_random=False))
def test_news_in_any_order_with_repeats_ends_the_same(
    story: tuple[Outcome, ...], repeats: list[int], shuffler: Random
) -> None:
    """STM-2."""
    told = [*story, *(story[place % len(story)] for place in repeats)]
    shuffler.shuffle(told)

    assert ending(told) == ending(list(story))


def test_each_story_ends_the_same_in_all_its_orders() -> None:
    for story in STORIES:
        assert {ending(list(order)) for order in permutations(story)} == {ending(list(story))}


def ending(told: list[Outcome]) -> tuple[PaymentStatus, AttemptState, int]:
    payment, charge = a_payment(), a_charge()
    for outcome in told:
        plan = settle_charge(payment, charge, outcome, Moment(now=START, rules=RULES, asked=True))
        if plan is None:
            continue
        payment = plan.payment
        charges = [c.value for c in plan.changes if isinstance(c, Update) and isinstance(c.value, Attempt)]
        charge = charges[0] if charges else charge
    return payment.status, charge.state, payment.captured_minor
