"""What was left open is asked about until it is known; it is never sent again."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.process import Process, World
from tests.unit.application.begun import begun
from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.failure import FailureCode
from zerofee.domain.next_action import UssdPush
from zerofee.domain.outcome import (
    ActionRequired,
    Authorized,
    Declined,
    NotSent,
    Paid,
    Proceed,
    Refused,
)
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.refund import RefundStatus
from zerofee.domain.refunding import NewRefund
from zerofee.testing.builders import SCOPE, a_claim, an_order
from zerofee.testing.scripted_provider import Answer, Faulty, Line, Lost

S, A = PaymentStatus, AttemptState

PUSH = UssdPush("Approve it.")


async def charge_of(world: World, payment: Payment) -> Attempt:
    return (await world.attempts(payment))[0]


class TestUnknown:
    async def test_adopts_what_the_provider_has(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Lost(Paid))

        await process.upkeep(10)

        assert (await world.payment(payment.id)).status is S.SUCCEEDED
        assert world.provider.sent("charge") == []
        assert len(world.provider.taken()) == 1
        assert world.second.called == []

    async def test_fails_when_absence_is_proven(self, world: World, process: Process) -> None:
        """ASK-3 and OUT-2: heard twice, and no other provider is tried."""
        payment = await begun(world, process, Lost())

        await process.upkeep(120)

        payment = await world.payment(payment.id)
        assert payment.status is S.FAILED
        assert payment.failure is not None
        assert (payment.failure.code, payment.failure.retryable) == (FailureCode.TIMED_OUT, True)
        assert world.second.called == []

    async def test_does_not_believe_an_absence_that_is_too_early(self, world: World, process: Process) -> None:
        world.provider.capabilities = replace(world.provider.capabilities, absence_final_after_s=900)
        payment = await begun(world, process, Lost())

        await process.upkeep(600)

        assert (await world.payment(payment.id)).status is S.PROCESSING
        assert len(world.provider.sent("ask")) > 2

    @pytest.mark.parametrize(
        "line", [Lost(), Faulty(ValueError("no JSON")), NotSent("down"), Refused(FailureCode.INVALID_CREDENTIALS)]
    )
    async def test_learns_nothing_from_an_asking_that_failed(
        self, world: World, process: Process, line: Line, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.CRITICAL)
        payment = await begun(world, process, Lost())
        world.provider.will_say_when_asked(*[line] * 50)

        await process.upkeep(300)

        charge = await charge_of(world, payment)
        assert (await world.payment(payment.id)).status is S.PROCESSING
        assert charge.state is A.UNKNOWN
        assert charge.absent_since is None

    async def test_is_asked_less_and_less_and_then_left_to_a_person(self, world: World, process: Process) -> None:
        """ASK-2, P3."""
        payment = await begun(world, process, Lost())
        world.provider.will_say_when_asked(*[Lost()] * 1000)

        await process.upkeep(8 * 24 * 3600, step_s=300)

        payment = await world.payment(payment.id)
        assert (payment.status, payment.attention) == (S.PROCESSING, "no_answer")
        assert (await charge_of(world, payment)).ask_at is None
        assert len(world.provider.sent("ask")) < 300

    async def test_goes_on_with_the_next_step_when_the_customer_has_done_theirs(
        self, world: World, process: Process
    ) -> None:
        payment = await begun(world, process, ActionRequired(PUSH, "ref"))
        world.provider.will_say_when_asked(Proceed("ref", {"approved": "yes"}))

        await process.upkeep(10)

        assert (await world.payment(payment.id)).status is S.SUCCEEDED
        assert len(world.provider.taken()) == 1

    async def test_comes_back_to_a_step_that_did_not_leave_us(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(PUSH, "ref"))
        world.provider.will_say_when_asked(Proceed("ref"), Proceed("ref"))
        world.provider.will(NotSent("down"), Paid)

        await process.upkeep(60)

        assert (await world.payment(payment.id)).status is S.SUCCEEDED
        assert world.provider.sent("charge") == [(await charge_of(world, payment)).provider_key] * 2

    async def test_one_that_cannot_be_asked_about_does_not_keep_the_others(
        self, world: World, process: Process, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.CRITICAL)
        first = await begun(world, process, Lost(Paid))
        second = await begun(world, process, Lost(Paid))
        world.provider.will_say_when_asked(Faulty(RuntimeError("a bug")))

        await process.upkeep(5)

        statuses = {(await world.payment(payment.id)).status for payment in (first, second)}
        assert statuses == {S.PROCESSING, S.SUCCEEDED}

    async def test_is_unknown_while_its_connection_does_not_open(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Lost(Paid))
        world.providers.shut.add((await charge_of(world, payment)).connection_id)

        await process.upkeep(10)
        assert (await world.payment(payment.id)).status is S.PROCESSING
        world.providers.shut.clear()
        await process.upkeep(60)

        assert (await world.payment(payment.id)).status is S.SUCCEEDED


class TestOrphans:
    """The process dies between its two commits: the attempt is `sending`, and nobody will hear the answer."""

    async def orphaned(self, world: World, happened: Answer | None) -> Payment:
        process = Process(world)
        world.provider.will(Lost(happened))
        payment = await process.create(an_order(), a_claim())
        stored = await charge_of(world, payment)
        # What T2 wrote is taken back, as if the process had died before it.
        shop = world.store.reads._shop
        born = replace(stored, state=A.SENDING, asked=0, note=None, ask_at=stored.deadline_at + timedelta(seconds=2))
        shop.attempts.replace((SCOPE, stored.id), replace(born, version=1), [])
        shop.payments.replace((SCOPE, payment.id), replace(payment, status=S.PENDING, news=1, version=1), [])
        shop.events.remove((SCOPE, (await world.events(payment.id))[-1].id))
        claim = shop.claims.rows[a_claim().id]
        shop.claims.replace(claim.id, replace(claim, answer=None, finished_at=None), [])
        return await world.payment(payment.id)

    @pytest.mark.parametrize(("happened", "status"), [(Paid, S.SUCCEEDED), (None, S.PROCESSING)])
    async def test_are_asked_about_once_and_answered(
        self, world: World, happened: Answer | None, status: PaymentStatus
    ) -> None:
        """PAY-12: the client's retry is told the truth, or `processing`, and never to wait for ever."""
        payment = await self.orphaned(world, happened)
        process = Process(world, boot_id="boot-2")
        world.clock.advance(11)
        await world.store.work.beat("boot-2", world.clock.now())

        assert await process.recover.orphans() == 1

        kept = await world.store.reads.claim(SCOPE, a_claim().id)
        payment = await world.payment(payment.id)
        assert payment.status is status
        assert kept is not None
        assert kept.answer is not None
        assert kept.answer.body == f"{payment.id} {payment.status} {payment.version}".encode()
        assert world.provider.sent("ask") == world.provider.sent("charge")
        assert await process.recover.orphans() == 0

    async def test_of_a_living_process_are_none(self, world: World) -> None:
        await self.orphaned(world, Paid)
        await world.store.work.beat("boot-1", world.clock.now())

        assert await Process(world, boot_id="boot-2").recover.orphans() == 0

    async def test_are_never_failed_over(self) -> None:
        world = await World().furnish(retry_declined=True)
        payment = await self.orphaned(world, None)
        world.clock.advance(11)
        world.provider.will_say_when_asked(Declined(FailureCode.DECLINED, soft=True))

        await Process(world, boot_id="boot-2").recover.orphans()

        assert (await world.payment(payment.id)).status is S.FAILED
        assert world.second.called == []

    async def test_of_our_own_are_asked_about_after_their_deadline(self, world: World) -> None:
        """PAY-7 left it `sending`, and this process lives on."""
        payment = await self.orphaned(world, Paid)

        await Process(world).upkeep(30)

        assert (await world.payment(payment.id)).status is S.SUCCEEDED


class TestOperations:
    async def test_a_lost_capture_is_adopted(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)
        world.provider.will(Lost(Paid))
        await process.capture(SCOPE, payment.id, 1200)

        await process.upkeep(10)

        payment = await world.payment(payment.id)
        assert (payment.status, payment.captured_minor) == (S.SUCCEEDED, 1200)
        assert len(world.provider.sent("capture")) == 1

    async def test_a_capture_that_never_arrived_leaves_the_hold(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)
        world.provider.will(Lost())
        await process.capture(SCOPE, payment.id)

        await process.upkeep(120)

        assert (await world.payment(payment.id)).status is S.AUTHORIZED
        assert (await process.capture(SCOPE, payment.id)).status is S.SUCCEEDED
        assert len(world.provider.taken()) == 1

    @pytest.mark.parametrize(("line", "status"), [(Lost(Paid), RefundStatus.SUCCEEDED), (Lost(), RefundStatus.FAILED)])
    async def test_a_lost_refund_is_asked_about(
        self, world: World, process: Process, line: Line, status: RefundStatus
    ) -> None:
        payment = await begun(world, process, Paid)
        world.provider.will(line)
        refund = await process.refund(SCOPE, payment.id, NewRefund(amount_minor=2000))

        await process.upkeep(120)

        refund = await world.store.reads.refund(SCOPE, refund.id)
        payment = await world.payment(payment.id)
        assert refund.status is status
        assert payment.refunding_minor == 0
        assert payment.refunded_minor == (2000 if status is RefundStatus.SUCCEEDED else 0)
        assert len(world.provider.sent("refund")) == 1
