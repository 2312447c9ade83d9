"""What only waits ends by time, never what is in flight; and money that comes late is taken all the same."""

import pytest

from tests.process import Process, World
from tests.unit.application.begun import begun, without
from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.capabilities import Operation
from zerofee.domain.failure import FailureCode
from zerofee.domain.next_action import Otp, UssdPush
from zerofee.domain.outcome import (
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Paid,
    Refused,
)
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.settling import SECOND_CHARGE
from zerofee.testing.builders import SCOPE
from zerofee.testing.scripted_provider import Line, Lost

S, A = PaymentStatus, AttemptState

PUSH = UssdPush("Approve it.")


async def charge_of(world: World, payment: Payment) -> Attempt:
    return (await world.attempts(payment))[0]


class TestExpiry:
    async def test_lets_go_at_the_provider_first(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(PUSH))

        await process.upkeep(3600, step_s=60)

        payment = await world.payment(payment.id)
        assert payment.status is S.EXPIRED
        assert len(world.provider.sent("cancel")) == 1
        assert (await charge_of(world, payment)).state is A.EXPIRED

    @pytest.mark.parametrize("line", [ActionRequired(PUSH), Accepted()])
    async def test_ends_here_where_the_provider_has_no_cancel(self, world: World, process: Process, line: Line) -> None:
        payment = await begun(world, process, line)
        without(world, Operation.CANCEL)

        await process.upkeep(3600, step_s=60)

        payment = await world.payment(payment.id)
        assert payment.status is S.EXPIRED
        assert world.provider.sent("cancel") == []
        assert (await charge_of(world, payment)).ask_at is not None

    async def test_ends_here_what_the_provider_will_not_let_go(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(PUSH))
        world.provider.will(Refused(FailureCode.UNSUPPORTED))

        await process.upkeep(3600, step_s=60)

        assert (await world.payment(payment.id)).status is S.EXPIRED

    async def test_finds_that_the_customer_was_faster(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(PUSH))
        world.provider.will(Paid)

        await process.upkeep(3600, step_s=60)

        assert (await world.payment(payment.id)).status is S.SUCCEEDED

    async def test_never_ends_what_is_unknown(self, world: World, process: Process) -> None:
        """ASK-4."""
        payment = await begun(world, process, Lost())
        world.provider.will_say_when_asked(*[Lost()] * 100)

        await process.upkeep(7200, step_s=60)

        assert (await world.payment(payment.id)).status is S.PROCESSING
        assert world.provider.sent("cancel") == []

    @pytest.mark.parametrize("line", [Lost(), Accepted()])
    async def test_never_ends_a_hold_that_is_being_captured(self, world: World, process: Process, line: Line) -> None:
        payment = await begun(world, process, Authorized)
        world.provider.will(line)
        await process.capture(SCOPE, payment.id)
        world.provider.will_say_when_asked(*[Lost()] * 100)

        await process.upkeep(7200, step_s=60)

        assert (await world.payment(payment.id)).status is S.PROCESSING
        assert world.provider.sent("cancel") == []

    async def test_never_ends_a_payment_while_a_code_is_unknown(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(Otp("Send the code.")))
        without(world, Operation.CANCEL)
        world.provider.will(Lost(Paid))
        await process.authenticate(SCOPE, payment.id, "123456")
        world.provider.will_say_when_asked(*[Lost()] * 20)

        await process.upkeep(3600, step_s=60)
        assert (await world.payment(payment.id)).status is S.PROCESSING
        await process.upkeep(7200, step_s=60)

        assert (await world.payment(payment.id)).status is S.SUCCEEDED

    async def test_asks_again_when_the_cancel_itself_was_lost(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(PUSH))
        world.provider.will(Lost(Cancelled()))

        await process.upkeep(3720, step_s=60)

        assert (await world.payment(payment.id)).status is S.EXPIRED
        assert len(world.provider.sent("cancel")) == 1


class TestLateMoney:
    async def test_is_a_late_success(self, world: World, process: Process) -> None:
        """ASK-5: found by asking, after the payment had expired here."""
        payment = await begun(world, process, ActionRequired(PUSH))
        without(world, Operation.CANCEL)
        await process.upkeep(3600, step_s=60)
        world.provider.will_say_when_asked(Paid)

        await process.upkeep(3600, step_s=60)

        payment = await world.payment(payment.id)
        assert (payment.status, payment.late, payment.captured_minor) == (S.SUCCEEDED, True, 5000)
        assert (await world.events(payment.id))[-1].type == "payment.succeeded"

    async def test_that_is_only_told_is_asked_for(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Declined(FailureCode.DECLINED))
        known = await process.record_outcome.read(SCOPE, (await charge_of(world, payment)).id)

        await process.record_outcome(known, Paid(payment.money), asked=False, until=None)

        assert (await world.payment(payment.id)).status is S.FAILED
        world.provider.will_say_when_asked(Paid)
        await process.recover.due()
        assert (await world.payment(payment.id)).status is S.SUCCEEDED

    async def test_of_a_second_attempt_is_left_to_a_person(self, world: World, process: Process) -> None:
        """ASK-6."""
        payment = await begun(world, process, Refused(FailureCode.UNSUPPORTED))
        first, second = await world.attempts(payment)
        known = await process.record_outcome.read(SCOPE, first.id)

        await process.record_outcome(known, Paid(payment.money), asked=True, until=None)

        payment = await world.payment(payment.id)
        assert (payment.status, payment.charge_id) == (S.SUCCEEDED, second.id)
        assert (payment.attention, payment.captured_minor) == (SECOND_CHARGE, 5000)
