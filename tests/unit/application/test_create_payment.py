"""A payment is written down, tried in its order, and never tried again where money may have moved."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.process import SECOND, Process, World
from tests.unit.application.watched_commit import BOOKED, WatchedCommit, kinds
from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.capabilities import Flow
from zerofee.domain.failure import FailureCode
from zerofee.domain.method import CARD
from zerofee.domain.money import Money
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.next_action import Redirect, UssdPush
from zerofee.domain.outcome import Accepted, ActionRequired, Declined, NotSent, Outcome, Paid, Proceed, Refused
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.provider import ChargeOrder
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.testing.builders import SCOPE, XOF, a_claim, an_order
from zerofee.testing.scripted_provider import Faulty, Line, Lost, Order

S, A = PaymentStatus, AttemptState

PUSH = UssdPush("Approve it on your phone.")
REFUSED = Refused(FailureCode.UNSUPPORTED)
SOFT = Declined(FailureCode.DECLINED, soft=True)


async def test_gives_the_payment_as_it_is_on_disk(world: World, process: Process) -> None:
    payment = await process.create(an_order())

    assert payment.status is S.SUCCEEDED
    assert payment == await world.payment(payment.id)
    assert [event.type for event in await world.events(payment.id)] == ["payment.created", "payment.succeeded"]
    assert [event.sequence for event in await world.events(payment.id)] == [1, 2]


@pytest.mark.parametrize(
    ("line", "status", "state"),
    [
        (Paid, S.SUCCEEDED, A.SUCCEEDED),
        (Accepted(), S.PROCESSING, A.WAITING),
        (ActionRequired(PUSH), S.REQUIRES_ACTION, A.WAITING),
        (Declined(FailureCode.INSUFFICIENT_FUNDS), S.FAILED, A.DECLINED),
        (Lost(), S.PROCESSING, A.UNKNOWN),
        (Lost(Paid), S.PROCESSING, A.UNKNOWN),
        (Faulty(KeyError("status")), S.PROCESSING, A.UNKNOWN),
        (Faulty(TimeoutError()), S.PROCESSING, A.UNKNOWN),
        (Paid(Money(4999, XOF)), S.PROCESSING, A.UNKNOWN),
    ],
)
async def test_stops_at_the_first_that_is_not_a_definite_no(
    world: World, process: Process, line: Line, status: PaymentStatus, state: AttemptState
) -> None:
    """OUT-1, OUT-2, OUT-5."""
    world.provider.will(line)

    payment = await process.create(an_order())

    (attempt,) = await world.attempts(payment)
    assert (payment.status, attempt.state) == (status, state)
    assert world.second.called == []


async def test_is_on_disk_before_a_byte_is_sent(world: World) -> None:
    """PAY-1: claim, payment, candidates, attempt and event are one commit, and that commit is first."""
    commit = WatchedCommit(world.store.commit)

    async def look(order: Order) -> None:
        assert isinstance(order, ChargeOrder)
        attempt = await world.store.reads.attempt(SCOPE, order.attempt_id)
        found.append((attempt.state, attempt.provider_key == order.provider_key, len(commit.sets)))

    found: list[tuple[AttemptState, bool, int]] = []
    world.provider.during = look

    payment = await Process(world, commit=commit).create(an_order(), a_claim())

    assert found == [(A.SENDING, True, 1)]
    assert world.provider.sent("charge") == [(await world.attempts(payment))[0].provider_key]
    assert kinds(commit.sets[0]) == {"insert Claim", "insert Payment", "insert Attempt", "insert Event"}
    assert kinds(commit.sets[1]) == {"update Payment", "update Attempt", "insert Event", "finish", *BOOKED}
    assert len(commit.sets) == 2


class TestFailover:
    @pytest.mark.parametrize("line", [NotSent("refused to connect"), REFUSED])
    async def test_tries_the_next_one(self, world: World, process: Process, line: Outcome) -> None:
        world.provider.will(line)

        payment = await process.create(an_order())

        first, second = await world.attempts(payment)
        assert payment.status is S.SUCCEEDED
        assert payment.provider_id == SECOND
        assert first.provider_key != second.provider_key
        assert [booking.provider_key for booking in world.second.taken()] == [second.provider_key]

    async def test_is_one_commit(self, world: World) -> None:
        """PAY-4: attempt n is over and attempt n + 1 is `sending` in the same set."""
        commit = WatchedCommit(world.store.commit)
        world.provider.will(REFUSED)

        await Process(world, commit=commit).create(an_order())

        assert kinds(commit.sets[1]) == {"update Payment", "update Attempt", "insert Attempt"}
        assert len(commit.sets) == 3

    async def test_ends_when_nobody_is_left(self, world: World, process: Process) -> None:
        world.provider.will(REFUSED)
        world.second.will(NotSent("no connection"))

        payment = await process.create(an_order())

        assert payment.status is S.FAILED
        assert payment.failure is not None
        assert payment.failure.code is FailureCode.PROVIDER_UNAVAILABLE

    async def test_needs_the_routes_leave_after_a_soft_decline(self) -> None:
        world = await World().furnish(retry_declined=True)
        world.provider.will(SOFT)

        assert (await Process(world).create(an_order())).status is S.SUCCEEDED
        assert world.second.taken()

    async def test_goes_no_further_without_it(self, world: World, process: Process) -> None:
        world.provider.will(SOFT)

        assert (await process.create(an_order())).status is S.FAILED
        assert world.second.called == []

    async def test_skips_a_connection_that_does_not_open(self, world: World, process: Process) -> None:
        table = await world.store.reads.connections(SCOPE)
        world.providers.shut.update(c.id for c in table if c.provider_id == "scripted")

        payment = await process.create(an_order())

        assert payment.provider_id == SECOND
        assert world.provider.called == []

    async def test_begins_nothing_that_the_budget_has_no_time_for(self, world: World, process: Process) -> None:
        """PAY-9: less than one call's deadline is left."""
        world.provider.during = lambda _: world.clock.sleep(11)
        world.provider.will(REFUSED)

        payment = await process.create(an_order())

        assert payment.status is S.FAILED
        assert payment.failure is not None
        assert payment.failure.code is FailureCode.PROVIDER_UNAVAILABLE
        assert world.second.called == []


class TestSteps:
    async def test_commits_what_each_step_returned_before_the_next(self, world: World) -> None:
        """PAY-5."""
        commit = WatchedCommit(world.store.commit)
        orders: list[ChargeOrder] = []

        async def look(order: Order) -> None:
            assert isinstance(order, ChargeOrder)
            orders.append(order)
            stored.append(await world.store.reads.attempt(SCOPE, order.attempt_id))

        stored: list[Attempt] = []
        world.provider.during = look
        world.provider.will(Proceed("ref", {"token": "t"}), Proceed(None, {"step": "2"}), Paid)

        payment = await Process(world, commit=commit).create(an_order())

        assert payment.status is S.SUCCEEDED
        assert [order.reference for order in orders] == [None, "ref", "ref"]
        assert [(s.reference, s.details) for s in stored] == [(o.reference, o.details) for o in orders]
        assert orders[2].details == {"token": "t", "step": "2"}
        assert {order.provider_key for order in orders} == {orders[0].provider_key}
        assert len(world.provider.taken()) == 1

    async def test_gives_each_step_the_time_of_its_own_provider(self, world: World, process: Process) -> None:
        world.second.capabilities = replace(world.second.capabilities, call_timeout_s=5)
        deadlines: list[timedelta] = []

        async def look(order: Order) -> None:
            assert isinstance(order, ChargeOrder)
            attempt = await world.store.reads.attempt(SCOPE, order.attempt_id)
            deadlines.append(attempt.deadline_at - world.clock.now())

        world.provider.during = look
        world.provider.will(Proceed("ref"), Paid)

        await process.create(an_order())

        assert deadlines == [timedelta(seconds=20)] * 2

    async def test_fails_over_after_a_no_to_a_later_step(self, world: World, process: Process) -> None:
        world.provider.will(Proceed("ref"), REFUSED)

        assert (await process.create(an_order())).provider_id == SECOND


class TestWithoutACandidate:
    async def test_fails_and_exists(self, world: World, process: Process) -> None:
        for provider in (world.provider, world.second):
            provider.capabilities = replace(provider.capabilities, flows=(Flow(method=CARD),))

        payment = await process.create(an_order(), a_claim())

        assert payment == await world.payment(payment.id)
        assert payment.status is S.FAILED
        assert payment.failure is not None
        assert payment.failure.code is FailureCode.NO_ROUTE
        kept = await world.store.reads.claim(SCOPE, a_claim().id)
        assert kept is not None
        assert kept.answer is not None
        assert kept.answer.status == 201


class TestWrongOrders:
    async def test_need_no_method_for_the_page_is_where_it_is_chosen(self, world: World, process: Process) -> None:
        payment = await process.create(an_order(method=None))

        assert payment.next_action == Redirect(payment.hosted_url or "")
        assert world.provider.called == []

    async def test_name_a_provider_that_is_installed(self, world: World, process: Process) -> None:
        with pytest.raises(InvalidField) as refused:
            await process.create(an_order(provider_id="nobody"))

        assert refused.value.field == "provider"
        assert world.provider.called == []

    async def test_may_pin_one(self, world: World, process: Process) -> None:
        assert (await process.create(an_order(provider_id=SECOND))).provider_id == SECOND


class TestStorageAway:
    async def test_before_the_call_nothing_is_sent(self, world: World) -> None:
        commit = WatchedCommit(world.store.commit, away=lambda _: True)

        with pytest.raises(StorageUnavailable):
            await Process(world, commit=commit).create(an_order())

        assert world.provider.called == []

    async def test_for_a_moment_after_the_call_is_waited_for(self, world: World) -> None:
        """PAY-7: for at most ten seconds."""
        commit = WatchedCommit(world.store.commit, away=lambda number: 2 <= number <= 5)

        payment = await Process(world, commit=commit).create(an_order())

        assert payment.status is S.SUCCEEDED
        assert world.provider.sent("charge") == world.provider.sent("charge")[:1]

    async def test_for_long_after_the_call_says_nothing_and_is_recovered(self, world: World) -> None:
        commit = WatchedCommit(world.store.commit, away=lambda number: number >= 2)
        process = Process(world, commit=commit)

        with pytest.raises(StorageUnavailable):
            await process.create(an_order(), a_claim())

        (attempt,) = list(world.store.reads._shop.attempts)
        assert attempt.state is A.SENDING
        assert attempt.of_payment is not None
        commit.away = lambda _: False
        await process.upkeep(60)
        assert (await world.payment(attempt.of_payment)).status is S.SUCCEEDED
        assert len(world.provider.taken()) == 1

    async def test_is_found_written_when_only_the_acknowledgement_was_lost(self, world: World) -> None:
        commit = WatchedCommit(world.store.commit, away=lambda number: number == 2, after_effect=True)

        payment = await Process(world, commit=commit).create(an_order())

        assert payment.status is S.SUCCEEDED
        assert len(world.provider.sent("charge")) == 1


class TestLostRace:
    async def test_is_decided_again_and_never_sent_again(self, world: World) -> None:
        """PAY-6: a webhook was faster, and its end stands."""
        commit = WatchedCommit(world.store.commit)
        process = Process(world, commit=commit)

        async def webhook() -> None:
            other = Process(world, boot_id="boot-2")
            (attempt,) = list(world.store.reads._shop.attempts)
            known = await other.record_outcome.read(SCOPE, attempt.id)
            await other.record_outcome(known, Paid(attempt.money), asked=True, until=None)

        commit.before[2] = webhook
        world.provider.will(Lost(Paid))

        payment = await process.create(an_order())

        assert payment.status is S.SUCCEEDED
        assert len(world.provider.sent("charge")) == 1
        assert [event.type for event in await world.events(payment.id)] == ["payment.created", "payment.succeeded"]

    async def test_moves_on_from_what_the_faster_one_said(self, world: World) -> None:
        commit = WatchedCommit(world.store.commit)
        process = Process(world, commit=commit)

        async def webhook() -> None:
            other = Process(world, boot_id="boot-2")
            (attempt,) = list(world.store.reads._shop.attempts)
            known = await other.record_outcome.read(SCOPE, attempt.id)
            await other.record_outcome(known, Accepted("ref"), asked=True, until=None)

        commit.before[2] = webhook

        payment = await process.create(an_order())

        (attempt,) = await world.attempts(payment)
        assert payment.status is S.SUCCEEDED
        assert attempt.reference == "ref"


class TestACallerWhoGoes:
    async def test_cancels_neither_the_call_nor_its_record(self, world: World, process: Process) -> None:
        """PAY-8."""
        called, answered = asyncio.Event(), asyncio.Event()

        async def think(_: Order) -> None:
            called.set()
            await answered.wait()

        world.provider.during = think
        request = asyncio.create_task(process.create(an_order()))
        await called.wait()

        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert not await process.send_attempt.drain(0)
        answered.set()

        assert await process.send_attempt.drain(5)
        (payment,) = list(world.store.reads._shop.payments)
        assert payment.status is S.SUCCEEDED
