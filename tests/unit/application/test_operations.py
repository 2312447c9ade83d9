"""Capture, cancel, authenticate and refund: one thing at a time, asked of the provider, recorded as it was heard."""

import asyncio

import pytest

from tests.process import Process, World
from tests.unit.application.begun import begun, without
from tests.unit.application.watched_commit import BOOKED, WatchedCommit, kinds
from zerofee.application.payments.charged import Unsupported
from zerofee.domain.attempt import AttemptState
from zerofee.domain.capabilities import Operation
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import PaymentId
from zerofee.domain.money import AmountInvalid, Money
from zerofee.domain.next_action import Otp, UssdPush
from zerofee.domain.opening import AmountTooLarge, OperationInFlight, OutcomeUnknown, WrongStatus
from zerofee.domain.outcome import (
    Accepted,
    ActionRequired,
    Authorized,
    Declined,
    Outcome,
    Paid,
    Proceed,
    Refused,
)
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.provider import ChargeOrder
from zerofee.domain.ports.store import NotFound
from zerofee.testing.builders import PAYMENT_ID, SCOPE, XOF, a_claim, an_order
from zerofee.testing.scripted_provider import Answer, Lost, Order

S, A = PaymentStatus, AttemptState

OTP = Otp("Send the code.")
REFUSED = Refused(FailureCode.UNSUPPORTED)


class TestCapture:
    @pytest.mark.parametrize(("wanted", "taken"), [(None, 5000), (5000, 5000), (1200, 1200)])
    async def test_takes_what_is_held(self, world: World, process: Process, wanted: int | None, taken: int) -> None:
        payment = await begun(world, process, Authorized)

        payment = await process.capture(SCOPE, payment.id, wanted)

        assert (payment.status, payment.captured_minor) == (S.SUCCEEDED, taken)
        assert payment == await world.payment(payment.id)
        assert [booking.money for booking in world.provider.taken()] == [Money(taken, XOF)]

    async def test_is_on_disk_before_it_is_sent(self, world: World, process: Process) -> None:
        """PAY-10."""
        payment = await begun(world, process, Authorized)
        commit = WatchedCommit(world.store.commit)

        await Process(world, commit=commit).capture(SCOPE, payment.id, claim=a_claim(operation="capture"))

        assert kinds(commit.sets[0]) == {"insert Claim", "update Payment", "insert Attempt"}
        assert kinds(commit.sets[1]) == {"update Payment", "update Attempt", "insert Event", "finish", *BOOKED}

    async def test_leaves_the_hold_when_it_is_refused(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)
        world.provider.will(REFUSED)

        payment = await process.capture(SCOPE, payment.id)

        assert payment.status is S.AUTHORIZED
        assert payment.failure is not None
        assert (await process.capture(SCOPE, payment.id)).status is S.SUCCEEDED

    async def test_refuses_more_than_is_held(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)

        with pytest.raises(AmountTooLarge):
            await process.capture(SCOPE, payment.id, 5001)
        with pytest.raises(AmountInvalid):
            await process.capture(SCOPE, payment.id, 0)
        assert world.provider.called == []

    async def test_needs_a_provider_that_takes_parts(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)
        without(world, Operation.PARTIAL_CAPTURE)

        with pytest.raises(Unsupported):
            await process.capture(SCOPE, payment.id, 4999)
        assert (await process.capture(SCOPE, payment.id, 5000)).status is S.SUCCEEDED


class TestCancel:
    async def test_lets_a_hold_go(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)

        assert (await process.cancel(SCOPE, payment.id)).status is S.CANCELLED
        assert world.provider.taken() == []

    async def test_is_too_late_when_the_customer_was_faster(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(UssdPush("Approve it.")))
        world.provider.will(Paid)

        assert (await process.cancel(SCOPE, payment.id)).status is S.SUCCEEDED

    async def test_ends_here_what_the_provider_cannot_cancel(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(UssdPush("Approve it.")))
        without(world, Operation.CANCEL)
        claim = a_claim(operation="cancel")

        payment = await process.cancel(SCOPE, payment.id, claim)

        (charge,) = await world.attempts(payment)
        kept = await world.store.reads.claim(SCOPE, claim.id)
        assert payment.status is S.CANCELLED
        assert charge.ask_at is not None
        assert world.provider.called == []
        assert kept is not None
        assert kept.answer is not None
        assert kept.answer.status == 200

    @pytest.mark.parametrize("answer", [Authorized, Accepted()])
    async def test_refuses_what_only_the_provider_could_let_go(
        self, world: World, process: Process, answer: Answer
    ) -> None:
        payment = await begun(world, process, answer)
        without(world, Operation.CANCEL)

        with pytest.raises(Unsupported):
            await process.cancel(SCOPE, payment.id)

    @pytest.mark.parametrize("answer", [Paid, Declined(FailureCode.DECLINED)])
    async def test_refuses_what_has_ended(self, world: World, process: Process, answer: Answer) -> None:
        payment = await begun(world, process, answer)

        with pytest.raises(WrongStatus):
            await process.cancel(SCOPE, payment.id)

    async def test_refuses_while_the_outcome_is_unknown(self, world: World, process: Process) -> None:
        """ASK-4."""
        world.provider.will(Lost())
        payment = await process.create(an_order())

        with pytest.raises(OutcomeUnknown):
            await process.cancel(SCOPE, payment.id)
        assert world.provider.sent("cancel") == []

    async def test_refuses_while_a_capture_is_unknown(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)
        world.provider.will(Lost(Paid))
        await process.capture(SCOPE, payment.id)

        with pytest.raises(OutcomeUnknown):
            await process.cancel(SCOPE, payment.id)
        assert world.provider.sent("cancel") == []


class TestAuthenticate:
    async def test_pays_by_the_right_code(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(OTP))

        assert (await process.authenticate(SCOPE, payment.id, "123456")).status is S.SUCCEEDED

    async def test_may_be_tried_again_after_a_wrong_one(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(OTP))
        world.provider.will(ActionRequired(OTP), ActionRequired(OTP), Declined(FailureCode.AUTHENTICATION_FAILED))

        for tries in (1, 2):
            payment = await process.authenticate(SCOPE, payment.id, "000000")
            assert payment.status is S.REQUIRES_ACTION
            assert (await world.attempts(payment))[0].tries == tries
        payment = await process.authenticate(SCOPE, payment.id, "000000")

        assert payment.status is S.FAILED
        assert payment.failure is not None
        assert payment.failure.code is FailureCode.AUTHENTICATION_FAILED

    async def test_refuses_a_code_that_nobody_awaits(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(UssdPush("Approve it.")))

        with pytest.raises(WrongStatus):
            await process.authenticate(SCOPE, payment.id, "123456")

    async def test_goes_on_with_the_charge_where_the_code_was_one_step(self, world: World, process: Process) -> None:
        """PAY-5: the charge is sent with what the step returned, never from the start."""
        payment = await begun(world, process, ActionRequired(OTP, "first"))
        orders: list[Order] = []

        async def look(order: Order) -> None:
            orders.append(order)

        world.provider.during = look
        world.provider.will(Proceed("second", {"token": "t"}), Paid)
        claim = a_claim(operation="authenticate")

        payment = await process.authenticate(SCOPE, payment.id, "123456", claim)

        charge = orders[1]
        kept = await world.store.reads.claim(SCOPE, claim.id)
        assert payment.status is S.SUCCEEDED
        assert isinstance(charge, ChargeOrder)
        assert (charge.reference, charge.details) == ("second", {"token": "t"})
        assert len(world.provider.taken()) == 1
        assert kept is not None
        assert kept.answer is not None

    async def test_keeps_a_cancel_away(self, world: World, process: Process) -> None:
        """PAY-11, also where the cancel would need no call."""
        payment = await begun(world, process, ActionRequired(OTP))
        without(world, Operation.CANCEL)

        async def meanwhile(_: Order) -> None:
            with pytest.raises(OperationInFlight):
                await process.cancel(SCOPE, payment.id)

        world.provider.during = meanwhile

        assert (await process.authenticate(SCOPE, payment.id, "123456")).status is S.SUCCEEDED


class TestOneThingAtATime:
    async def test_is_told_apart_from_an_unknown_outcome(self, world: World, process: Process) -> None:
        """PAY-11: a second operation is refused while the first is on its way."""
        payment = await begun(world, process, Authorized)
        refusals: list[type[DomainError]] = []

        async def meanwhile(_: Order) -> None:
            for verb in (process.cancel(SCOPE, payment.id), process.capture(SCOPE, payment.id)):
                try:
                    await verb
                except DomainError as refusal:
                    refusals.append(type(refusal))

        world.provider.during = meanwhile

        payment = await process.capture(SCOPE, payment.id)

        assert refusals == [OperationInFlight, OperationInFlight]
        assert payment.status is S.SUCCEEDED
        assert len(world.provider.taken()) == 1

    async def test_holds_for_two_that_read_the_same(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)

        results = await asyncio.gather(*(process.capture(SCOPE, payment.id) for _ in range(10)), return_exceptions=True)

        captured = [result for result in results if isinstance(result, Payment)]
        assert len(captured) == 1
        assert all(isinstance(r, Payment | OperationInFlight | WrongStatus) for r in results)
        assert len(world.provider.taken()) == 1

    async def test_sends_no_further_step_while_something_else_is_in_flight(
        self, world: World, process: Process
    ) -> None:
        """An asking finds the customer's step done, just while the payment is being let go."""
        payment = await begun(world, process, ActionRequired(UssdPush("Approve it."), "ref"))

        async def meanwhile(_: Order) -> None:
            charge = (await world.attempts(payment))[0]
            world.provider.will_say_when_asked(Proceed("ref"))
            await process.recover.ask(await process.record_outcome.read(SCOPE, charge.id))

        world.provider.during = meanwhile

        assert (await process.cancel(SCOPE, payment.id)).status is S.CANCELLED
        assert world.provider.sent("charge") == []

    async def test_is_decided_again_after_a_lost_race(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)
        commit = WatchedCommit(world.store.commit)

        async def faster() -> None:
            (charge,) = await world.attempts(payment)
            known = await process.record_outcome.read(SCOPE, charge.id)
            await process.record_outcome(known, Paid(charge.money), asked=True, until=None)

        commit.before[1] = faster

        with pytest.raises(WrongStatus):
            await Process(world, commit=commit).capture(SCOPE, payment.id)
        assert world.provider.called == []


@pytest.mark.parametrize("payment_id", [PAYMENT_ID, PaymentId("nonsense")])
async def test_finds_no_payment_that_is_not_there(process: Process, payment_id: PaymentId) -> None:
    with pytest.raises(NotFound):
        await process.capture(SCOPE, payment_id)


@pytest.mark.parametrize("outcome", [Paid(Money(1, XOF)), Paid(Money(5001, XOF))])
async def test_believes_no_capture_of_another_amount(world: World, process: Process, outcome: Outcome) -> None:
    payment = await begun(world, process, Authorized)
    world.provider.will(outcome)

    payment = await process.capture(SCOPE, payment.id)

    assert payment.status is S.PROCESSING
    assert payment.attention == "amount_mismatch"
