"""
Whatever happens to an app's money, and whatever happens at the same time: the books are right after each step.

Each group of entries sums to zero, each balance is what its entries add up to, and nothing falls below zero.
"""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.books import balanced, holding
from tests.process import Process, World
from tests.servers import Postgres
from tests.stores import KINDS, opened
from zerofee.adapters.memory.clock import START
from zerofee.adapters.memory.store import MemoryStore
from zerofee.domain.change_set import ChangeSet, Insert, Update
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.fee import FeeRule
from zerofee.domain.ids import FeeRuleId, PaymentId, WithdrawalId
from zerofee.domain.ledger import FEES
from zerofee.domain.maturing import SETTLEMENT_DELAY
from zerofee.domain.money import Money
from zerofee.domain.new_withdrawal import new_withdrawal
from zerofee.domain.next_action import UssdPush
from zerofee.domain.outcome import Accepted, ActionRequired, Declined, NotSent, Paid
from zerofee.domain.ports.views import PageOf, PaymentFilter
from zerofee.domain.refunding import NewRefund
from zerofee.domain.withdrawal import COUNTS, WithdrawalStatus
from zerofee.testing.builders import SCOPE, XOF, an_order
from zerofee.testing.scripted_provider import Line, Lost

EXAMPLES = {"memory": 40, "sqlite": 6, "postgres": 4}
FEE = FeeRule(id=FeeRuleId("fee_1"), scope=SCOPE, currency=XOF, basis_points=275, fixed_minor=3, created_at=START)
PUSH = ActionRequired(UssdPush("Approve it."), "ref")
NO = Declined(FailureCode.DECLINED)

amounts = st.integers(1, 400)
places = st.integers(0, 5)
heard: st.SearchStrategy[Line] = st.sampled_from([Paid, Paid, NO, Lost(Paid), Lost(), NotSent("down"), Accepted("ref")])


@dataclass(frozen=True)
class Charge:
    minor: int
    line: Line


@dataclass(frozen=True)
class LateCharge:
    """The payer approves after the payment was given up."""

    minor: int


@dataclass(frozen=True)
class GoBack:
    place: int
    minor: int
    line: Line


@dataclass(frozen=True)
class Out:
    minor: int
    line: Line


@dataclass(frozen=True)
class GiveUp:
    place: int


@dataclass(frozen=True)
class Wait:
    seconds: int


Step = Charge | LateCharge | GoBack | Out | GiveUp | Wait
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Charge, amounts, heard),
    st.builds(LateCharge, amounts),
    st.builds(GoBack, places, amounts, heard),
    st.builds(Out, amounts, heard),
    st.builds(GiveUp, places),
    st.builds(Wait, st.sampled_from([1, 30, 120, 90_000])),
)
walks = st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=12)


class Walk:
    """Goes through steps, those of one round at the same time, and looks into the books after each round."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.process = Process(world)

    async def go(self, rounds: list[list[Step]]) -> None:
        for steps in rounds:
            await asyncio.gather(*map(self.take, steps))
            await self.look()
        await self.process.upkeep(600, step_s=60)
        await self.look()

    async def take(self, step: Step) -> None:
        """Take a step; what is refused has not happened."""
        with suppress(DomainError):
            match step:
                case Charge(minor, line):
                    self.world.provider.will(line)
                    await self.process.create(an_order(money=Money(minor, XOF)))
                case LateCharge(minor):
                    await self.late(minor)
                case GoBack(place, minor, line):
                    self.world.provider.will(line)
                    await self.process.refund(SCOPE, await self.paid(place), NewRefund(amount_minor=minor))
                case Out(minor, line):
                    self.world.provider.will(line)
                    money = Money(minor, XOF)
                    await self.process.withdraw(new_withdrawal(scope=SCOPE, money=money, phone="+2250700000000"))
                case GiveUp(place):
                    await self.process.cancel_withdrawal(SCOPE, await self.out(place))
                case Wait(seconds):
                    await self.process.upkeep(seconds, step_s=max(seconds // 3, 1))

    async def late(self, minor: int) -> None:
        self.world.provider.will(PUSH)
        payment = await self.process.create(an_order(money=Money(minor, XOF)))
        with suppress(DomainError):
            await self.process.cancel(SCOPE, payment.id)
        for attempt in await self.world.store.reads.attempts(SCOPE, payment.id):
            known = await self.process.record_outcome.read(SCOPE, attempt.id)
            await self.process.record_outcome(known, Paid(payment.money), asked=True, until=None)

    async def paid(self, place: int) -> PaymentId:
        listed = await self.world.store.views.payments(SCOPE, PaymentFilter(), PageOf(limit=6))
        return listed.items[place].id if place < len(listed.items) else PaymentId("pay_none")

    async def out(self, place: int) -> WithdrawalId:
        listed = await self.world.store.ledger.withdrawals(SCOPE, PageOf(limit=6))
        return listed.items[place].id if place < len(listed.items) else WithdrawalId("wdr_none")

    async def look(self) -> None:
        """Prove the books, and that they tell what became of each payment, refund and withdrawal."""
        ledger = self.world.store.ledger
        held = (await balanced(ledger)).get(XOF, holding())
        kept = (await ledger.check(held)).folded.get(FEES, 0)
        payments = (await self.world.store.views.payments(SCOPE, PaymentFilter(), PageOf(limit=100))).items
        out = (await ledger.withdrawals(SCOPE, PageOf(limit=100))).items
        gone = sum(w.money.minor for w in out if w.status is WithdrawalStatus.SUCCEEDED)
        going = sum(w.money.minor for w in out if w.status in COUNTS and w.status is not WithdrawalStatus.SUCCEEDED)

        assert held.reserved_minor == sum(payment.refunding_minor for payment in payments) + going
        mine = held.available_minor + held.pending_minor + held.reserved_minor - held.debt_minor
        assert mine == sum(p.captured_minor - p.refunded_minor for p in payments) - kept - gone


async def walked(
    kind: str, run_folder: Path, postgres: Callable[[], Postgres], delayed: bool, rounds: list[list[Step]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(kind, run_folder, Path(folder), postgres) as store:
            # The world wants no more of its storage than every storage has.
            world = World(store=cast("MemoryStore", store))
            await world.furnish()
            changes: list[Insert | Update] = [Insert(FEE)]
            if delayed:
                table = await store.reads.connections(SCOPE)
                changes += [Update(replace(c, settings={SETTLEMENT_DELAY: "1"}, version=2)) for c in table]
            await store.commit(ChangeSet(tuple(changes)))
            await Walk(world).go(rounds)


@pytest.mark.parametrize("kind", KINDS)
def test_the_books_are_right_whatever_happens(kind: str, run_folder: Path, request: pytest.FixtureRequest) -> None:
    def postgres() -> Postgres:
        found: Postgres = request.getfixturevalue("postgres")
        return found

    @settings(max_examples=EXAMPLES[kind], deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.booleans(), walks)
    def walk(delayed: bool, rounds: list[list[Step]]) -> None:
        asyncio.run(walked(kind, run_folder, postgres, delayed, rounds))

    walk()
