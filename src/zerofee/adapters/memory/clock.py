"""A clock that is told the time, and ids that count: a run with these can be repeated exactly."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from zerofee.domain.ids import IdKind, IdT, make_id

START: Final = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class ToldClock:
    """Stands still until it is told."""

    def __init__(self, now: datetime = START) -> None:
        """Begin at `now`, an aware datetime in UTC."""
        self._now = now

    def now(self) -> datetime:
        """Give the time it was told last."""
        return self._now

    def set(self, now: datetime) -> None:
        """Set the time, forward or back."""
        self._now = now

    def advance(self, seconds: int) -> datetime:
        """Go on by so many seconds, and give the time then."""
        self._now += timedelta(seconds=seconds)
        return self._now

    def follow(self, told: datetime) -> None:
        """Go on showing what it was told: nobody else tells the time."""

    async def sleep(self, seconds: int) -> None:
        """Let the time pass at once, and give way to other tasks."""
        self.advance(seconds)
        await asyncio.sleep(0)


class CountingIds:
    """Ids and keys numbered from 1, all of them born in the same millisecond; none is secret."""

    def __init__(self, born_at: datetime = START, first: int = 1) -> None:
        """Begin at the number `first`; ids carry the time `born_at`."""
        self._at_ms = (born_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        self._next = first

    def new(self, kind: IdKind[IdT]) -> IdT:
        """Make the next id, of any kind."""
        return make_id(kind, self._at_ms, self._count())

    def key(self) -> str:
        """Make the next key, in the form of a UUID of version 4."""
        return str(UUID(int=self._count(), version=4))

    def _count(self) -> int:
        number, self._next = self._next, self._next + 1
        return number
