"""What is written down before any provider hears of it, and what is refused before anything is written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.attempt import Attempt, AttemptKind, AttemptState, Start, order_digest
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.errors import DomainError
from zerofee.domain.event import EventType
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import AmountInvalid, Money
from zerofee.domain.next_action import Otp, Redirect
from zerofee.domain.opening import (
    AmountTooLarge,
    OperationInFlight,
    OutcomeUnknown,
    Terms,
    WrongStatus,
    open_authenticate,
    open_cancel,
    open_capture,
    open_expiry,
    open_payment,
    refuse_while_in_flight,
)
from zerofee.domain.payment_status import FINAL, OPEN, PaymentStatus
from zerofee.testing.builders import (
    PAYMENT_ID,
    XOF,
    a_candidate,
    a_charge,
    a_claim,
    a_decision,
    a_draft,
    a_payment,
    an_order,
)

S, A = PaymentStatus, AttemptState

BEGIN = Start(draft=a_draft(), now=START, claim=a_claim())
TERMS = Terms(payment_id=PAYMENT_ID, expires_at=START + timedelta(days=1))
HELD = a_charge(state=A.AUTHORIZED, reference="ref", credential_version=3)
OTP = Otp("Send the code.")


class TestAPayment:
    def test_is_written_with_its_claim_and_its_first_attempt(self) -> None:
        decision = a_decision(candidates=(a_candidate(credential_version=2),))

        plan = open_payment(an_order(reference="order 7"), decision, TERMS, BEGIN)

        attempt = plan.opened
        assert attempt is not None
        assert plan.changes == (Insert(a_claim()), Insert(plan.payment), Insert(attempt))
        assert (plan.payment.status, plan.payment.version, plan.payment.reference) == (S.PENDING, 1, "order 7")
        assert plan.payment.decision == decision
        assert plan.payment.charge_id == attempt.id
        assert (attempt.state, attempt.number, attempt.version) == (A.SENDING, 1, 1)
        assert attempt.boot_id == a_draft().boot_id
        assert attempt.provider_key == a_draft().provider_key
        assert attempt.credential_version == 2
        assert attempt.claim_id == a_claim().id
        assert attempt.deadline_at == a_draft().deadline_at
        assert attempt.ask_at is not None
        assert attempt.ask_at > attempt.deadline_at
        assert [(n.type, n.sequence, n.subject) for n in plan.news] == [(EventType.PAYMENT_CREATED, 1, plan.payment)]

    def test_fails_at_once_without_a_candidate(self) -> None:
        decision = a_decision(candidates=(), why="None can take this payment.")

        plan = open_payment(an_order(), decision, TERMS, BEGIN)

        assert plan.opened is None
        assert plan.payment.status is S.FAILED
        assert plan.payment.failure is not None
        assert plan.payment.failure.code is FailureCode.NO_ROUTE
        assert plan.payment.failure.message == "None can take this payment."
        assert [(n.type, n.sequence) for n in plan.news] == [
            (EventType.PAYMENT_CREATED, 1),
            (EventType.PAYMENT_FAILED, 2),
        ]

    def test_waits_on_its_page(self) -> None:
        plan = open_payment(
            an_order(method=None), a_decision(), replace(TERMS, hosted_url="https://z.example/c/1"), BEGIN
        )

        assert plan.opened is None
        assert plan.payment.status is S.REQUIRES_ACTION
        assert plan.payment.next_action == Redirect("https://z.example/c/1")
        assert plan.payment.attempts == 0


class TestACapture:
    @pytest.mark.parametrize(("wanted", "taken"), [(None, 5000), (5000, 5000), (1, 1)])
    def test_takes_all_or_what_is_asked(self, wanted: int | None, taken: int) -> None:
        plan = open_capture(a_payment(status=S.AUTHORIZED), HELD, wanted, BEGIN)

        assert plan.opened is not None
        assert plan.opened.kind is AttemptKind.CAPTURE
        assert plan.opened.money == Money(taken, XOF)
        assert plan.opened.number == 2
        assert plan.opened.credential_version == 3
        assert plan.changes == (Insert(a_claim()), Update(plan.payment), Insert(plan.opened))
        assert (plan.payment.attempts, plan.payment.version) == (2, 2)

    @pytest.mark.parametrize(("wanted", "why"), [(5001, AmountTooLarge), (0, AmountInvalid), (-5, AmountInvalid)])
    def test_refuses_more_than_is_held_and_less_than_one(self, wanted: int, why: type[DomainError]) -> None:
        with pytest.raises(why):
            open_capture(a_payment(status=S.AUTHORIZED), HELD, wanted, BEGIN)

    @pytest.mark.parametrize("status", sorted(set(S) - {S.AUTHORIZED}))
    def test_refuses_what_is_not_held(self, status: PaymentStatus) -> None:
        with pytest.raises(WrongStatus, match="authorized"):
            open_capture(a_payment(status=status), HELD, None, BEGIN)


@pytest.mark.parametrize(("begin", "kind"), [(open_cancel, AttemptKind.CANCEL), (open_expiry, AttemptKind.EXPIRE)])
class TestLettingGo:
    @pytest.mark.parametrize("status", sorted(OPEN))
    def test_begins_while_the_payment_is_open(self, begin: type, kind: AttemptKind, status: PaymentStatus) -> None:
        plan = begin(a_payment(status=status), a_charge(state=A.WAITING), BEGIN)

        assert plan.opened.kind is kind

    @pytest.mark.parametrize("status", sorted(FINAL))
    def test_refuses_what_has_ended(self, begin: type, kind: AttemptKind, status: PaymentStatus) -> None:
        with pytest.raises(WrongStatus, match="must be open"):
            begin(a_payment(status=status), a_charge(state=A.WAITING), BEGIN)


class TestAuthentication:
    def test_begins_while_a_code_is_awaited(self) -> None:
        payment = a_payment(status=S.REQUIRES_ACTION, next_action=OTP)

        plan = open_authenticate(payment, a_charge(state=A.WAITING, next_action=OTP), BEGIN)

        assert plan.opened is not None
        assert plan.opened.kind is AttemptKind.AUTHENTICATE

    @pytest.mark.parametrize(
        ("status", "action"),
        [(S.PROCESSING, OTP), (S.REQUIRES_ACTION, Redirect("https://bank.example")), (S.REQUIRES_ACTION, None)],
    )
    def test_refuses_a_code_that_nobody_awaits(self, status: PaymentStatus, action: Otp | Redirect | None) -> None:
        with pytest.raises(WrongStatus, match="one-time code"):
            open_authenticate(a_payment(status=status), a_charge(state=A.WAITING, next_action=action), BEGIN)


@pytest.mark.parametrize(("state", "why"), [(A.SENDING, OperationInFlight), (A.UNKNOWN, OutcomeUnknown)])
class TestOneThingAtATime:
    def test_holds_for_the_charge(self, state: AttemptState, why: type[DomainError]) -> None:
        payment, charge = a_payment(status=S.PROCESSING), a_charge(state=state, next_action=OTP)

        for begin in (open_cancel, open_expiry, open_authenticate):
            with pytest.raises(why):
                begin(payment, charge, BEGIN)
        with pytest.raises(why):
            open_capture(payment, charge, None, BEGIN)

    def test_holds_for_any_attempt(self, state: AttemptState, why: type[DomainError]) -> None:
        with pytest.raises(why):
            refuse_while_in_flight(HELD, a_charge(state=state))


def test_nothing_is_in_flight_when_all_have_ended_or_wait() -> None:
    refuse_while_in_flight(*(a_charge(state=state) for state in sorted(set(A) - {A.SENDING, A.UNKNOWN})))


def test_digests_everything_that_is_sent() -> None:
    def digest(attempt: Attempt, *facts: str | None) -> str:
        return order_digest(attempt.kind, attempt.money, attempt.provider_key, *facts)

    charge = a_charge()
    others = [
        digest(replace(charge, kind=AttemptKind.CAPTURE)),
        digest(replace(charge, money=Money(5001, XOF))),
        digest(replace(charge, provider_key="another")),
        digest(charge, "card"),
        digest(charge, "card", None),
    ]

    assert digest(charge) == digest(charge)
    assert len({digest(charge), *others}) == len(others) + 1
