"""What is sent again, and what never is; what the provider hears, and which of it can be lost."""

import asyncio
import logging
from dataclasses import replace

import pytest

from tests.process import Process, World
from tests.unit.application.begun import begun
from zerofee.domain.attempt import AttemptState
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Accepted, Authorized, Declined, NotSent, Paid, Refused
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.refund import RefundStatus
from zerofee.domain.refunding import NewRefund
from zerofee.testing.builders import SCOPE, an_order
from zerofee.testing.scripted_provider import Faulty, Line, Lost, Order

S, A = PaymentStatus, AttemptState

NO = Refused(FailureCode.PROVIDER_UNAVAILABLE)


@pytest.fixture
def patient(world: World) -> World:
    """A world whose first provider takes the same order twice for one."""
    world.provider.capabilities = replace(world.provider.capabilities, idempotent_create=True)
    return world


class TestResending:
    """OUT-3: the same order, at the same provider, under the same key, and only where that is safe."""

    async def test_finds_the_answer_that_was_lost(self, patient: World, process: Process) -> None:
        patient.provider.will(Lost(), Paid)

        payment = await process.create(an_order())

        keys = patient.provider.sent("charge")
        assert payment.status is S.SUCCEEDED
        assert len(keys) == 2
        assert len(set(keys)) == 1

    async def test_sends_the_very_same_order(self, patient: World, process: Process) -> None:
        """OUT-4."""
        orders: list[Order] = []

        async def look(order: Order) -> None:
            orders.append(order)

        patient.provider.during = look
        patient.provider.will(Lost(), Lost(), Accepted())

        await process.create(an_order())

        assert orders == [orders[0]] * 3

    async def test_happens_twice_at_most(self, patient: World, process: Process) -> None:
        patient.provider.will(Lost(), Lost(), Lost(), Paid)

        payment = await process.create(an_order())

        assert payment.status is S.PROCESSING
        assert len(patient.provider.sent("charge")) == 3

    async def test_never_happens_without_the_providers_word(self, world: World, process: Process) -> None:
        world.provider.will(Lost(), Paid)

        payment = await process.create(an_order())

        assert payment.status is S.PROCESSING
        assert len(world.provider.sent("charge")) == 1

    async def test_ends_with_the_calls_deadline(self, patient: World, process: Process) -> None:
        patient.provider.during = lambda _: patient.clock.sleep(20)
        patient.provider.will(Lost(), Paid)

        await process.create(an_order())

        assert len(patient.provider.sent("charge")) == 1

    @pytest.mark.parametrize("heard", [NO, NotSent("down"), Declined(FailureCode.DECLINED, soft=True)])
    async def test_a_no_to_it_does_not_undo_the_first(self, patient: World, process: Process, heard: Line) -> None:
        """OUT-2: the first may have moved money, whatever is said of the second."""
        patient.provider.will(Lost(Paid), heard, heard)

        payment = await process.create(an_order())

        assert payment.status is S.PROCESSING
        assert patient.second.called == []

    async def test_does_not_follow_a_fault_of_our_own(
        self, patient: World, process: Process, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.CRITICAL)
        patient.provider.will(Faulty(KeyError("status")), Paid)

        await process.create(an_order())

        assert len(patient.provider.sent("charge")) == 1

    async def test_finds_a_refunds_answer_too(self, patient: World, process: Process) -> None:
        payment = await begun(patient, process)
        patient.provider.will(Lost(), Paid)

        refund = await process.refund(SCOPE, payment.id, NewRefund())

        assert refund.status is RefundStatus.SUCCEEDED
        assert len(patient.provider.sent("refund")) == 2

    async def test_leaves_out_what_is_no_creation(self, patient: World, process: Process) -> None:
        payment = await begun(patient, process, Authorized)
        patient.provider.will(Lost(), Paid)

        await process.capture(SCOPE, payment.id)

        assert len(patient.provider.sent("capture")) == 1

    async def test_leaves_out_an_order_that_is_not_the_one_written_down(self, patient: World, process: Process) -> None:
        """OUT-4: the digest was taken before the first byte was sent."""
        patient.provider.will(Lost())
        payment = await process.create(an_order())
        known = await process.record_outcome.read(SCOPE, (await patient.attempts(payment))[0].id)
        patient.provider.called.clear()
        patient.provider.will(Lost(), Paid)

        await process.send_attempt(replace(known, attempt=replace(known.attempt, digest="other")))

        assert len(patient.provider.sent("charge")) == 1


class TestKeys:
    async def test_are_new_for_each_attempt_and_never_the_merchants(self, world: World, process: Process) -> None:
        """OUT-4: two payments of one merchant reference, one of which is tried twice, are three keys."""
        world.provider.will(NO)

        payments = [await process.create(an_order(reference="order-7")) for _ in range(2)]

        keys = [attempt.provider_key for payment in payments for attempt in await world.attempts(payment)]
        assert len(keys) == len(set(keys)) == 3
        assert not any("order-7" in key for key in keys)


class TestShutdown:
    async def test_leaves_a_call_that_was_cut_to_the_next_process(self, world: World, process: Process) -> None:
        """PAY-8: a cancellation that comes all the same is unknown: nothing is said of it, and it is asked about."""
        called = asyncio.Event()

        async def hang(_: Order) -> None:
            called.set()
            await asyncio.Event().wait()

        world.provider.during = hang
        request = asyncio.create_task(process.create(an_order()))
        await called.wait()
        for task in list(process.send_attempt.underway):
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request

        (attempt,) = list(world.store.reads._shop.attempts)
        assert attempt.state is A.SENDING
        await Process(world, boot_id="boot-2").upkeep(120)
        assert [payment.status for payment in world.store.reads._shop.payments] == [S.FAILED]
        assert world.provider.taken() == []


class TestBreaker:
    """CAL-2: what fails too often is left alone for some seconds, and the next candidate is tried instead."""

    async def broken(self, world: World, process: Process) -> None:
        """Let twenty payments find the first provider gone."""
        world.provider.will(*[NotSent("no connection")] * 20)
        for _ in range(20):
            await process.create(an_order())
        world.provider.called.clear()

    async def test_routes_to_the_other_first_and_says_why(self, world: World, process: Process) -> None:
        await self.broken(world, process)

        payment = await process.create(an_order())

        assert payment.status is S.SUCCEEDED
        assert [candidate.provider_id for candidate in payment.decision.candidates] == ["second", "scripted"]
        assert "closed off" in payment.decision.candidates[1].why
        assert world.provider.called == []

    async def test_sends_nothing_that_way(self, world: World, process: Process) -> None:
        await self.broken(world, process)

        payment = await process.create(an_order(provider_id="scripted"))

        (attempt,) = await world.attempts(payment)
        assert (payment.status, attempt.state) == (S.FAILED, A.NOT_SENT)
        assert world.provider.called == []

    async def test_tries_it_again_after_a_while(self, world: World, process: Process) -> None:
        await self.broken(world, process)
        world.clock.advance(16)

        payment = await process.create(an_order())

        assert payment.provider_id == "scripted"
        assert (await process.create(an_order())).provider_id == "scripted"

    async def test_is_not_opened_by_declines(self, world: World, process: Process) -> None:
        world.provider.will(*[Declined(FailureCode.INSUFFICIENT_FUNDS)] * 40)
        for _ in range(40):
            await process.create(an_order())

        assert (await process.create(an_order())).provider_id == "scripted"

    async def test_leaves_asking_free(self, world: World, process: Process) -> None:
        """What was charged is still found out while nothing new is sent."""
        world.provider.will(Lost(Paid))
        payment = await process.create(an_order())
        await self.broken(world, process)

        await process.upkeep(10)

        assert (await world.payment(payment.id)).status is S.SUCCEEDED


class TestRates:
    """What was paid, and what was not, is noted once for the connection that it went through."""

    async def test_learn_from_answers_and_from_asking(self, world: World, process: Process) -> None:
        world.provider.will(Paid, Declined(FailureCode.DECLINED), Lost(Paid), Authorized)
        for _ in range(4):
            await process.create(an_order())

        await process.upkeep(30)

        known = process.send_attempt.noting.watch.health(c.id for c in await world.store.reads.connections(SCOPE))
        assert {(way.operator, health.paid, health.ended) for way, health in known.items()} == {
            (None, 3, 4),
            ("orange", 3, 4),
        }

    async def test_count_a_failover_against_the_first(self, world: World, process: Process) -> None:
        world.provider.will(NO)
        payment = await process.create(an_order())

        first, second = (attempt.connection_id for attempt in await world.attempts(payment))
        known = process.send_attempt.noting.watch.health([first, second])
        assert {(way.connection_id, health.paid) for way, health in known.items()} == {(first, 0), (second, 1)}
