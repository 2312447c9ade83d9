"""Plans into change sets: news becomes events, and moved money entries, in the very commit that causes them."""

from dataclasses import dataclass
from datetime import datetime

from zerofee.application.bookkeeping import Bookkeeping
from zerofee.domain.change_set import Change, ChangeSet, Insert
from zerofee.domain.event import Event
from zerofee.domain.ids import EventId
from zerofee.domain.plan import News, PayoutPlan, Plan
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.showing import Showing


@dataclass(frozen=True, slots=True)
class Publishing:
    """Writes what happened beside what changed."""

    showing: Showing
    ids: Ids
    bookkeeping: Bookkeeping

    async def __call__(self, plan: Plan | PayoutPlan, now: datetime, *more: Change) -> ChangeSet:
        """
        Make the change set of a plan: its changes, an event for each piece of news, the ledger's part, and `more`.

        Raises `InsufficientBalance` when money is to leave that the wallet does not hold.
        """
        events = (Insert(self._event(news, now)) for news in plan.news)
        booked = await self.bookkeeping(plan.facts, now) if plan.facts else ()
        return ChangeSet((*plan.changes, *events, *booked, *more))

    def _event(self, news: News, now: datetime) -> Event:
        return Event(
            id=self.ids.new(EventId),
            scope=news.subject.scope,
            type=news.type,
            subject_id=news.subject.id,
            sequence=news.sequence,
            data=self.showing.show(news.subject),
            created_at=now,
        )
