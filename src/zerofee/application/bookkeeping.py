"""Moves of money into the ledger's entries and the balances beside them, for the very commit that makes them true."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from zerofee.domain.booking import (
    Fact,
    GoingOut,
    Stage,
    Taken,
    posting_of_finding,
    posting_of_freeing,
    posting_of_reserving,
    posting_of_returning,
    posting_of_sending,
    posting_of_taken,
)
from zerofee.domain.change_set import Change, Insert, Update
from zerofee.domain.fee import fee_of
from zerofee.domain.ids import EntryId
from zerofee.domain.ledger import PENDING, Posting, Source
from zerofee.domain.maturing import PendingCredit, delay_days, matures_at
from zerofee.domain.money import Money
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.ledger import FeeRules, Ledger
from zerofee.domain.ports.store import RoutingTables
from zerofee.domain.refund import Refund


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """
    Writes entries and balances for what a plan says of money.

    Of money that comes in nothing is read but what is remembered; of money that goes out, the ledger is asked. Raises
    `InsufficientBalance` when the wallet does not hold what is to leave it.
    """

    ledger: Ledger
    tables: RoutingTables
    fees: FeeRules
    ids: Ids

    async def __call__(self, facts: tuple[Fact, ...], now: datetime) -> tuple[Change, ...]:
        """Give the changes that belong into the commit of these facts."""
        changes: list[Change] = []
        for fact in facts:
            match fact:
                case Taken():
                    changes += await self._taken(fact, now)
                case GoingOut():
                    changes += await self._going_out(fact, now)
                case never:
                    assert_never(never)
        return tuple(changes)

    def posted(self, posting: Posting, now: datetime) -> Iterator[Change]:
        """Give a group's entries, and the move of the balances that they make."""
        yield from map(Insert, posting.entries(self._entry_ids(), now))
        yield posting.move

    async def _taken(self, taken: Taken, now: datetime) -> Iterator[Change]:
        scope, attempt = taken.payment.scope, taken.attempt
        fee = fee_of(await self.fees.fee_rules(scope), taken.payment.method, taken.money)
        option = (await self.tables.routing(scope)).options.get(attempt.connection_id)
        days = delay_days(option.connection.settings) if option is not None and taken.applied else 0
        posting = posting_of_taken(taken, fee, pending=days > 0)
        return self._with_credit(posting, taken, matures_at(now, days), now)

    def _with_credit(self, posting: Posting, taken: Taken, due_at: datetime, now: datetime) -> Iterator[Change]:
        yield from self.posted(posting, now)
        pending = posting.lines.get(PENDING, 0)
        if pending:
            left = Money(pending, posting.currency)
            payment = taken.payment
            yield Insert(PendingCredit(id=payment.id, scope=payment.scope, left=left, matures_at=due_at))

    async def _going_out(self, out: GoingOut, now: datetime) -> list[Change]:
        scope, currency = out.subject.scope, out.subject.money.currency
        entries = await self.ledger.group(scope, _source(out), out.subject.id)
        kinds = {entry.kind for entry in entries}
        if out.stage in kinds:
            return []
        if out.stage is Stage.RESERVED:
            credit = await self._credit(out)
            balances = await self.ledger.balances(scope, currency)
            return self._booked(posting_of_reserving(out, balances, credit), credit, now)
        if out.stage is Stage.FREED:
            freed = posting_of_freeing(out, entries)
            return [] if freed is None else self._booked((freed,), await self._credit(out), now)
        if out.stage is Stage.SENT and Stage.RESERVED in kinds:
            return self._booked((posting_of_sending(out),), None, now)
        if out.stage is Stage.RETURNED:
            return self._booked((posting_of_returning(out),), None, now)
        # It left without being reserved, or after that was freed.
        balances = await self.ledger.balances(scope, currency)
        return self._booked((posting_of_finding(out, balances),), None, now)

    def _booked(self, postings: tuple[Posting, ...], credit: PendingCredit | None, now: datetime) -> list[Change]:
        changes = [change for posting in postings for change in self.posted(posting, now)]
        pending = sum(posting.lines.get(PENDING, 0) for posting in postings)
        if credit is not None and pending:
            left = credit.left + Money(pending, credit.left.currency)
            changes.append(Update(replace(credit, left=left, version=credit.version + 1)))
        return changes

    async def _credit(self, out: GoingOut) -> PendingCredit | None:
        if not isinstance(out.subject, Refund):
            return None
        return await self.ledger.pending_credit(out.subject.scope, out.subject.payment_id)

    def _entry_ids(self) -> Iterator[EntryId]:
        while True:
            yield self.ids.new(EntryId)


def _source(out: GoingOut) -> Source:
    return Source.REFUND if isinstance(out.subject, Refund) else Source.WITHDRAWAL
