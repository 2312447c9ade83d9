"""
Withdrawals, killed at every call to a port, and taken up again by another process.

Whatever the moment: nothing is paid out twice, what was paid out has left the wallet and the rest has not, and the
merchant's retry gets one answer.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.books import balanced, holding
from tests.crash.fuse import Died, Fuse, mortal
from tests.process import Process, World
from zerofee.application.once import Replayed
from zerofee.application.rules import WithdrawalRules
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.new_withdrawal import new_withdrawal
from zerofee.domain.outcome import Declined, NotSent, Paid
from zerofee.domain.ports.views import PageOf
from zerofee.domain.withdrawal import WithdrawalStatus
from zerofee.testing.builders import SCOPE, XOF, a_claim, an_order
from zerofee.testing.scripted_provider import Line, Lost

CLAIM = a_claim(operation="POST /v1/withdrawals")
ORDER = new_withdrawal(scope=SCOPE, money=Money(3000, XOF), phone="+2250700000000")
WAITING = WithdrawalRules(delay=timedelta(seconds=10))
S = WithdrawalStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the provider plays, and how it must end; `later`: the worker sends it."""

    line: Line
    ends: WithdrawalStatus
    later: bool = False


# fmt: off
CASES = {
    "paid":          Case(line=Paid, ends=S.SUCCEEDED),
    "declined":      Case(line=Declined(FailureCode.DECLINED), ends=S.FAILED),
    "lost":          Case(line=Lost(Paid), ends=S.SUCCEEDED),
    "never arrived": Case(line=Lost(), ends=S.FAILED),
    "not sent":      Case(line=NotSent("down"), ends=S.SUCCEEDED),
    "later":         Case(line=Paid, ends=S.SUCCEEDED, later=True),
    "later, lost":   Case(line=Lost(Paid), ends=S.SUCCEEDED, later=True),
}
# fmt: on


async def lived(case: Case, fuse: Fuse) -> World:
    """Fill the wallet, and let a process with a fuse withdraw; give the world as it left it."""
    world = await World().furnish()
    before = Process(world, boot_id="boot-0", withdrawals=WAITING)
    await before.create(an_order())
    process = mortal(world, fuse)
    world.provider.will(case.line)
    with suppress(Died):
        if case.later:
            await before.withdraw(ORDER, CLAIM)
            world.clock.advance(11)
            await process.send_withdrawals()
        else:
            await process.withdraw(ORDER, CLAIM)
    return world


def moments() -> Iterator[tuple[str, int]]:
    """List every moment of every case, and one more at which nothing burns."""
    for name, case in CASES.items():
        fuse = Fuse()
        asyncio.run(lived(case, fuse))
        yield from ((name, moment) for moment in range(1, fuse.moments + 2))


@pytest.mark.parametrize(("name", "moment"), list(moments()))
async def test_pays_out_once_or_gives_back(name: str, moment: int) -> None:
    case = CASES[name]
    world = await lived(case, Fuse(burns_at=moment))
    world.provider.script.clear()
    process = Process(world, boot_id="boot-2")
    await process.upkeep(30)
    with suppress(Replayed, DomainError):
        await process.withdraw(ORDER, CLAIM)
    await process.upkeep(180)

    (withdrawal,) = (await world.store.ledger.withdrawals(SCOPE, PageOf())).items
    payouts = await world.store.ledger.payouts(SCOPE, withdrawal.id)
    paid = [booking for booking in world.provider.booked if booking.what == "payout"]

    # Who died before the provider was called has an order that never arrived, or one that is still to be sent.
    assert withdrawal.status in {case.ends, S.SUCCEEDED if paid else S.FAILED}
    assert len(paid) == (withdrawal.status is S.SUCCEEDED)
    assert {booking.provider_key for booking in paid} <= {payout.provider_key for payout in payouts}
    assert await balanced(world.store.ledger) == {XOF: holding(5000 - 3000 * len(paid))}
    claim = await world.store.reads.claim(SCOPE, CLAIM.id)
    assert claim is not None
    assert claim.answer is not None
    events = await world.events(withdrawal.id)
    assert [event.sequence for event in events] == list(range(1, withdrawal.news + 1))
