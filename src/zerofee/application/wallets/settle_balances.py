"""What becomes of balances in time: pending money matures, and debts are repaid out of what has come in."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from zerofee.application.bookkeeping import Bookkeeping
from zerofee.domain.booking import posting_of_maturing, posting_of_repaying
from zerofee.domain.change_set import ChangeSet, Conflict, Update
from zerofee.domain.money import Money
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.ledger import Books, Ledger
from zerofee.domain.ports.store import Commit
from zerofee.domain.ports.work import DueCredit, Work

_LEASE: Final = timedelta(seconds=60)
_MOST_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class SettleBalances:
    """Two steps of the worker; a lost race leaves the rest to the next time."""

    work: Work
    ledger: Ledger
    books: Books
    commit: Commit
    bookkeeping: Bookkeeping
    clock: Clock
    ids: Ids

    async def mature(self) -> int:
        """Make available what has been pending long enough; give how many payments there were."""
        now = self.clock.now()
        claimed = await self.work.due_credits(now, now + _LEASE, _MOST_AT_ONCE)
        for due in claimed:
            await self._mature(due)
        return len(claimed)

    async def repay(self) -> int:
        """Repay debts out of what is available; give how many were."""
        repaid = 0
        for balances in await self.books.indebted(_MOST_AT_ONCE):
            posting = posting_of_repaying(balances, self.ids.key())
            if posting is None:
                continue
            try:
                await self.commit(ChangeSet(tuple(self.bookkeeping.posted(posting, self.clock.now()))))
            except Conflict:
                continue
            repaid += 1
        return repaid

    async def _mature(self, due: DueCredit) -> None:
        credit = await self.ledger.pending_credit(due.scope, due.payment_id)
        if credit is None or not credit.left.minor:
            return
        nothing = Money(0, credit.left.currency)
        matured = replace(credit, left=nothing, turns=credit.turns + 1, version=credit.version + 1)
        booked = self.bookkeeping.posted(posting_of_maturing(credit), self.clock.now())
        try:
            await self.commit(ChangeSet((Update(matured), *booked)))
        except Conflict:
            # A refund took of it just now: the rest is due again when the lease ends.
            return
