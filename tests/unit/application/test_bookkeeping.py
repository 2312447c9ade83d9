"""What each move of money does to the books."""

from dataclasses import replace

import pytest

from tests.books import balanced, holding
from tests.process import Process, World
from tests.unit.application.begun import begun
from zerofee.adapters.memory.clock import START
from zerofee.domain.attempt import AttemptKind
from zerofee.domain.booking import InsufficientBalance
from zerofee.domain.change_set import ChangeSet, Insert, Update
from zerofee.domain.failure import FailureCode
from zerofee.domain.fee import FeeRule
from zerofee.domain.ids import FeeRuleId
from zerofee.domain.ledger import FEES, UNAPPLIED, Source
from zerofee.domain.maturing import SETTLEMENT_DELAY
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.new_withdrawal import new_withdrawal
from zerofee.domain.next_action import UssdPush
from zerofee.domain.outcome import ActionRequired, Authorized, Declined, Paid
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.refunding import REFUND_FOUND, NewRefund
from zerofee.domain.settling import SECOND_CHARGE
from zerofee.testing.builders import SCOPE, XOF, a_charge, an_order
from zerofee.testing.scripted_provider import Lost

NO = Declined(FailureCode.DECLINED)
DAY_S = 86_400


async def with_fees(world: World, basis_points: int, fixed_minor: int = 0) -> None:
    rule = FeeRule(
        id=FeeRuleId("fee_1"),
        scope=SCOPE,
        method=MOBILE_MONEY,
        currency=XOF,
        basis_points=basis_points,
        fixed_minor=fixed_minor,
        created_at=START,
    )
    await world.store.commit(ChangeSet((Insert(rule),)))


async def settling_after(world: World, days: int) -> None:
    for connection in await world.store.reads.connections(SCOPE):
        changed = replace(connection, settings={SETTLEMENT_DELAY: str(days)}, version=connection.version + 1)
        await world.store.commit(ChangeSet((Update(changed),)))


async def holds(world: World, available: int = 0, *, pending: int = 0, reserved: int = 0, debt: int = 0) -> bool:
    return await balanced(world.store.ledger) == {
        XOF: holding(available, pending=pending, reserved=reserved, debt=debt)
    }


async def heard_again(process: Process, payment: Payment, kind: AttemptKind, outcome: Paid | Declined) -> None:
    """Ask about an attempt that had ended, and hear something else."""
    for attempt in await process.world.attempts(payment):
        if attempt.kind is kind:
            known = await process.record_outcome.read(SCOPE, attempt.id)
            await process.record_outcome(known, outcome, asked=True, until=None)


class TestPayment:
    async def test_is_credited_when_it_is_paid_and_not_before(self, world: World, process: Process) -> None:
        payment = await begun(world, process, Authorized)
        assert await balanced(world.store.ledger) == {}

        await process.capture(SCOPE, payment.id, 3000)

        assert await holds(world, 3000)

    async def test_keeps_the_fee_of_the_app(self, world: World, process: Process) -> None:
        await with_fees(world, 250, 10)

        payment = await begun(world, process)

        entries = await world.store.ledger.group(SCOPE, Source.PAYMENT, payment.id)
        assert {entry.account: entry.minor for entry in entries}[FEES] == 135
        assert await holds(world, 5000 - 135)

    async def test_is_booked_once_however_often_it_is_told(self, world: World, process: Process) -> None:
        payment = await begun(world, process)

        await heard_again(process, payment, AttemptKind.CHARGE, Paid(payment.money))

        assert len(await world.store.ledger.group(SCOPE, Source.PAYMENT, payment.id)) == 2

    async def test_is_credited_when_it_is_found_paid_after_its_end(self, world: World, process: Process) -> None:
        payment = await begun(world, process, ActionRequired(UssdPush("Approve it."), "ref"))
        await process.cancel(SCOPE, payment.id)

        await heard_again(process, payment, AttemptKind.CHARGE, Paid(payment.money))

        assert (await world.payment(payment.id)).late
        assert await holds(world, 5000)

    async def test_a_second_charge_is_nobodys_until_a_person_looks(self, world: World, process: Process) -> None:
        """ASK-6."""
        payment = await begun(world, process)
        second = a_charge(
            payment_id=payment.id,
            number=2,
            provider_key="k2",
            connection_id=(await world.attempts(payment))[0].connection_id,
        )
        await world.store.commit(ChangeSet((Insert(second),)))

        await process.record_outcome(
            await process.record_outcome.read(SCOPE, second.id), Paid(payment.money), asked=True, until=None
        )

        assert (await world.payment(payment.id)).attention == SECOND_CHARGE
        entries = await world.store.ledger.group(SCOPE, Source.PAYMENT, payment.id)
        assert [entry.minor for entry in entries if entry.account == UNAPPLIED] == [5000]
        assert await holds(world, 5000)


class TestRefund:
    async def test_sets_the_money_aside_and_lets_it_go(self, world: World, process: Process) -> None:
        payment = await begun(world, process)
        world.provider.will(Lost(Paid))

        await process.refund(SCOPE, payment.id, NewRefund(amount_minor=2000))
        assert await holds(world, 3000, reserved=2000)
        await process.upkeep(30)

        assert await holds(world, 3000)

    async def test_gives_back_what_did_not_go(self, world: World, process: Process) -> None:
        payment = await begun(world, process)
        world.provider.will(NO)

        await process.refund(SCOPE, payment.id, NewRefund())

        assert await holds(world, 5000)

    async def test_is_refused_when_the_wallet_does_not_hold_it(self, world: World, process: Process) -> None:
        """The fee is not given back, so a whole refund needs other money."""
        await with_fees(world, 100)
        payment = await begun(world, process)

        with pytest.raises(InsufficientBalance):
            await process.refund(SCOPE, payment.id, NewRefund())

        assert world.provider.sent("refund") == []
        assert (await world.payment(payment.id)).refunding_minor == 0
        assert await holds(world, 4950)

    async def test_takes_from_its_own_pending_money_first(self, world: World, process: Process) -> None:
        await begun(world, process)
        await settling_after(world, 2)
        late = Process(world)
        payment = await begun(world, late)
        world.provider.will(Lost(Paid))

        await late.refund(SCOPE, payment.id, NewRefund(amount_minor=2000))

        assert await holds(world, 5000, pending=3000, reserved=2000)

    async def test_that_fails_gives_back_to_what_is_pending(self, world: World, process: Process) -> None:
        await settling_after(world, 2)
        payment = await begun(world, process)
        world.provider.will(NO)

        await process.refund(SCOPE, payment.id, NewRefund(amount_minor=2000))

        assert await holds(world, pending=5000)
        await process.upkeep(3 * DAY_S, step_s=DAY_S)
        assert await holds(world, 5000)

    async def test_that_fails_after_the_time_has_come_matures_at_once(self, world: World, process: Process) -> None:
        await settling_after(world, 1)
        payment = await begun(world, process)
        world.provider.will(Lost())
        world.provider.will_say_when_asked(*[Lost()] * 20)
        await process.refund(SCOPE, payment.id, NewRefund(amount_minor=2000))
        await process.upkeep(2 * DAY_S, step_s=DAY_S)
        assert await holds(world, 3000, reserved=2000)

        world.provider.answers_to_asking.clear()
        await process.upkeep(2 * DAY_S, step_s=3600)

        assert await holds(world, 5000)

    async def test_taken_back_by_the_provider_comes_back(self, world: World, process: Process) -> None:
        payment = await begun(world, process)
        await process.refund(SCOPE, payment.id, NewRefund(amount_minor=2000))

        await heard_again(process, payment, AttemptKind.REFUND, NO)

        assert await holds(world, 5000)

    async def test_found_done_is_a_debt_that_what_comes_in_repays(self, world: World, process: Process) -> None:
        """LED-4: the money was given back to the wallet, was withdrawn, and had gone to the payer all the same."""
        payment = await begun(world, process)
        world.provider.will(NO)
        refund: Refund = await process.refund(SCOPE, payment.id, NewRefund())
        await process.withdraw(new_withdrawal(scope=SCOPE, money=Money(4000, XOF), phone="+2250700000000"))

        await heard_again(process, payment, AttemptKind.REFUND, Paid(refund.money))
        assert (await world.payment(payment.id)).attention == REFUND_FOUND
        assert await holds(world, debt=4000)

        await begun(world, process)
        with pytest.raises(InsufficientBalance):
            await process.withdraw(new_withdrawal(scope=SCOPE, money=Money(1001, XOF), phone="+2250700000000"))
        await process.settle_balances.repay()

        assert await holds(world, 1000)


class TestPending:
    async def test_becomes_available_in_time(self, world: World, process: Process) -> None:
        await settling_after(world, 2)
        await begun(world, process)
        assert await holds(world, pending=5000)

        await process.upkeep(DAY_S, step_s=DAY_S)
        assert await holds(world, pending=5000)
        await process.upkeep(2 * DAY_S, step_s=DAY_S)

        assert await holds(world, 5000)

    async def test_cannot_be_withdrawn(self, world: World, process: Process) -> None:
        await settling_after(world, 2)
        await begun(world, process)

        with pytest.raises(InsufficientBalance):
            await process.withdraw(new_withdrawal(scope=SCOPE, money=Money(1, XOF), phone="+2250700000000"))


async def test_a_payment_of_another_method_has_its_own_fee(world: World, process: Process) -> None:
    await with_fees(world, 250)
    world.provider.will(Paid)

    await process.create(an_order(method=CARD))

    assert await holds(world, 5000)
