"""Plans into change sets: each piece of news becomes an event in the very commit that causes it."""

from dataclasses import dataclass
from datetime import datetime

from zerofee.domain.change_set import Change, ChangeSet, Insert
from zerofee.domain.event import Event
from zerofee.domain.ids import EventId
from zerofee.domain.plan import News, Plan
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.showing import Showing


@dataclass(frozen=True, slots=True)
class Publishing:
    """Writes what happened beside what changed."""

    showing: Showing
    ids: Ids

    def __call__(self, plan: Plan, now: datetime, *more: Change) -> ChangeSet:
        """Make the change set of a plan: its changes, an event for each piece of news, and `more`."""
        events = (Insert(self._event(news, now)) for news in plan.news)
        return ChangeSet((*plan.changes, *events, *more))

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
