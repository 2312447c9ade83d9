import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.books import balanced, holding
from tests.process import SECOND, Process, World
from tests.unit.application.begun import begun, without
from zerofee.application.rules import WithdrawalRules
from zerofee.domain.booking import InsufficientBalance
from zerofee.domain.capabilities import Operation
from zerofee.domain.change_set import ChangeSet, Update
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import AttemptId
from zerofee.domain.money import Money
from zerofee.domain.new_withdrawal import NewWithdrawal, new_withdrawal
from zerofee.domain.outcome import Accepted, Declined, NotSent, Outcome, Paid, Refused
from zerofee.domain.paying_out import PAYOUT_FOUND
from zerofee.domain.ports.provider import PayoutOrder
from zerofee.domain.withdrawal import Withdrawal, WithdrawalStatus, WithdrawalStatusConflict
from zerofee.domain.withdrawing import NoPayoutConnection, WithdrawalLimit, WithdrawalLimitExceeded
from zerofee.testing.builders import SCOPE, XOF
from zerofee.testing.scripted_provider import Faulty, Line, Lost, Order

S = WithdrawalStatus
NO = Declined(FailureCode.DECLINED)


def an_order(minor: int = 3000, phone: str = "+2250700000000") -> NewWithdrawal:
    return new_withdrawal(scope=SCOPE, money=Money(minor, XOF), phone=phone)


async def read(world: World, withdrawal: Withdrawal) -> Withdrawal:
    return await world.store.ledger.withdrawal(SCOPE, withdrawal.id)


async def payout_of(world: World, withdrawal: Withdrawal) -> AttemptId:
    return (await world.store.ledger.payouts(SCOPE, withdrawal.id))[-1].id


async def holds(world: World, available: int, *, reserved: int = 0, debt: int = 0) -> bool:
    return await balanced(world.store.ledger) == {XOF: holding(available, reserved=reserved, debt=debt)}


@pytest.fixture
async def filled(world: World, process: Process) -> World:
    """A world whose app has 5,000 XOF."""
    await begun(world, process)
    return world


async def test_is_reserved_before_a_byte_is_sent(filled: World, process: Process) -> None:
    async def look(order: Order) -> None:
        assert isinstance(order, PayoutOrder)
        assert (order.phone, order.country, order.operator) == ("+2250700000000", "CI", "orange")
        assert await holds(filled, 2000, reserved=3000)

    filled.provider.during = look

    withdrawal = await process.withdraw(an_order())

    assert withdrawal.status is S.SUCCEEDED
    assert len(filled.provider.sent("payout")) == 1
    assert await holds(filled, 2000)


@pytest.mark.parametrize("line", [NO, Refused(FailureCode.INVALID_REQUEST)])
async def test_is_given_back_after_a_definite_no(filled: World, process: Process, line: Outcome) -> None:
    filled.provider.will(line)

    withdrawal = await process.withdraw(an_order())

    assert withdrawal.status is S.FAILED
    assert withdrawal.failure is not None
    assert await holds(filled, 5000)


@pytest.mark.parametrize("line", [Lost(Paid), Lost(), Faulty(RuntimeError("bug")), Accepted("ref")])
async def test_stays_reserved_while_its_end_is_not_known(filled: World, process: Process, line: Line) -> None:
    filled.provider.will(line)

    withdrawal = await process.withdraw(an_order())

    assert withdrawal.status is S.PROCESSING
    assert await holds(filled, 2000, reserved=3000)


@pytest.mark.parametrize(("line", "status", "left"), [(Lost(Paid), S.SUCCEEDED, 2000), (Lost(), S.FAILED, 5000)])
async def test_is_asked_about_and_never_sent_again(
    filled: World, process: Process, line: Line, status: S, left: int
) -> None:
    filled.provider.will(line)
    withdrawal = await process.withdraw(an_order())

    await process.upkeep(120)

    assert (await read(filled, withdrawal)).status is status
    assert len(filled.provider.sent("payout")) == 1
    assert await holds(filled, left)


async def test_another_amount_is_no_success(filled: World, process: Process) -> None:
    filled.provider.will(Paid(Money(2999, XOF)))

    withdrawal = await process.withdraw(an_order())

    assert withdrawal.status is S.PROCESSING
    assert withdrawal.attention == "amount_mismatch"


async def test_what_was_not_sent_is_tried_again_under_another_key(filled: World, process: Process) -> None:
    filled.provider.will(NotSent("down"))
    withdrawal = await process.withdraw(an_order())
    assert (withdrawal.status, withdrawal.send_at) == (S.PENDING, filled.clock.now() + timedelta(minutes=1))

    await process.upkeep(70)

    keys = filled.provider.sent("payout")
    assert len(set(keys)) == len(keys) == 2
    assert (await read(filled, withdrawal)).status is S.SUCCEEDED


async def test_is_given_up_after_a_day_of_trying(filled: World, process: Process) -> None:
    filled.provider.will(*[NotSent("down")] * 60)
    withdrawal = await process.withdraw(an_order())

    await process.upkeep(30 * 3600, step_s=1800)

    assert (await read(filled, withdrawal)).status is S.FAILED
    assert await holds(filled, 5000)


async def test_waits_as_the_operator_says_and_can_be_cancelled_until_then(filled: World) -> None:
    process = Process(filled, withdrawals=WithdrawalRules(delay=timedelta(hours=1)))
    withdrawal = await process.withdraw(an_order())
    assert filled.provider.sent("payout") == []
    assert await holds(filled, 2000, reserved=3000)

    cancelled = await process.cancel_withdrawal(SCOPE, withdrawal.id)
    await process.upkeep(7200, step_s=600)

    assert cancelled.status is S.CANCELLED
    assert filled.provider.sent("payout") == []
    assert await holds(filled, 5000)


async def test_is_sent_when_its_time_has_come(filled: World) -> None:
    process = Process(filled, withdrawals=WithdrawalRules(delay=timedelta(hours=1)))
    withdrawal = await process.withdraw(an_order())

    await process.upkeep(3600, step_s=600)

    assert (await read(filled, withdrawal)).status is S.SUCCEEDED
    with pytest.raises(WithdrawalStatusConflict):
        await process.cancel_withdrawal(SCOPE, withdrawal.id)


async def test_is_not_cancelled_while_it_is_sent(filled: World, process: Process) -> None:
    made: list[Withdrawal] = []

    async def cancel(_: Order) -> None:
        (withdrawal,) = filled.store.reads._shop.withdrawals
        made.append(withdrawal)
        with pytest.raises(WithdrawalStatusConflict):
            await process.cancel_withdrawal(SCOPE, withdrawal.id)

    filled.provider.during = cancel

    assert (await process.withdraw(an_order())).id == made[0].id
    assert await holds(filled, 2000)


async def test_what_was_given_back_and_found_paid_is_a_debt(filled: World, process: Process) -> None:
    filled.provider.will(NO)
    withdrawal = await process.withdraw(an_order())
    await process.withdraw(an_order(4000))

    known = await process.recover.record_payout.read(SCOPE, await payout_of(filled, withdrawal))
    for _ in range(2):
        await process.recover.record_payout(known, Paid(withdrawal.money), asked=True)

    found = await read(filled, withdrawal)
    assert (found.status, found.attention) == (S.FAILED, PAYOUT_FOUND)
    assert await holds(filled, 0, debt=2000)


async def test_what_the_provider_took_back_comes_back(filled: World, process: Process) -> None:
    withdrawal = await process.withdraw(an_order())

    known = await process.recover.record_payout.read(SCOPE, await payout_of(filled, withdrawal))
    await process.recover.record_payout(known, NO, asked=True)

    assert (await read(filled, withdrawal)).status is S.FAILED
    assert await holds(filled, 5000)


async def test_forty_at_once_take_what_is_there_and_no_more(filled: World, process: Process) -> None:
    results = await asyncio.gather(*(process.withdraw(an_order(700)) for _ in range(40)), return_exceptions=True)

    done = [result for result in results if isinstance(result, Withdrawal)]
    assert len(done) == 7
    assert all(isinstance(result, InsufficientBalance | Withdrawal) for result in results)
    assert await holds(filled, 5000 - 7 * 700)


class TestLimits:
    RULES = WithdrawalRules(limits={XOF: WithdrawalLimit(once_minor=1000, day_minor=2000)})

    async def test_bounds_what_leaves_at_once(self, filled: World) -> None:
        with pytest.raises(WithdrawalLimitExceeded):
            await Process(filled, withdrawals=self.RULES).withdraw(an_order(1001))

        assert await holds(filled, 5000)

    async def test_bounds_what_leaves_within_a_day_however_many_ask_at_once(self, filled: World) -> None:
        process = Process(filled, withdrawals=self.RULES)

        results = await asyncio.gather(*(process.withdraw(an_order(300)) for _ in range(20)), return_exceptions=True)

        assert len([result for result in results if isinstance(result, Withdrawal)]) == 6
        assert {type(r) for r in results if isinstance(r, DomainError)} == {WithdrawalLimitExceeded}
        filled.clock.advance(86_401)
        assert (await process.withdraw(an_order(1000))).status is S.SUCCEEDED

    async def test_what_was_given_back_does_not_count(self, filled: World) -> None:
        process = Process(filled, withdrawals=self.RULES)
        filled.provider.will(NO, NO)

        for _ in range(4):
            await process.withdraw(an_order(1000))

        assert await holds(filled, 3000)


class TestWay:
    async def test_needs_a_provider_that_pays_out(self, filled: World, process: Process) -> None:
        without(filled, Operation.PAYOUT)
        filled.second.capabilities = replace(filled.provider.capabilities, provider_id=SECOND)

        with pytest.raises(NoPayoutConnection):
            await Process(filled).withdraw(an_order())

    async def test_goes_through_no_connection_that_is_switched_off(self, filled: World) -> None:
        for connection in await filled.store.reads.connections(SCOPE):
            off = replace(connection, active=False, version=connection.version + 1)
            await filled.store.commit(ChangeSet((Update(off),)))

        with pytest.raises(NoPayoutConnection):
            await Process(filled).withdraw(an_order())
