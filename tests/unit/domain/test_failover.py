"""When another provider is tried, when the next step of a flow is sent, and when neither may be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.domain.charges import LATER, PUSH, TOLD, TWO, moment, settled, written
from zerofee.adapters.memory.clock import START
from zerofee.domain.attempt import AttemptState
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.failure import FailureCode
from zerofee.domain.idempotency import ClaimId
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import (
    Absent,
    Declined,
    NotSent,
    Outcome,
    Proceed,
    Refused,
)
from zerofee.domain.payment_status import PaymentStatus
from zerofee.testing.builders import a_candidate, a_charge, a_decision, a_draft, a_payment

S, A = PaymentStatus, AttemptState


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
