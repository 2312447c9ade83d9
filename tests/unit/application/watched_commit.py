"""A commit that remembers what it was given, and in which other things happen just before it writes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from zerofee.domain.change_set import Change, ChangeSet, Finish, Insert, Update
from zerofee.domain.ports.store import Commit, StorageUnavailable

BOOKED = ("insert Entry", "BalanceMove")
"""What is there too when money has moved."""

Before = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class WatchedCommit:
    """Passes sets on to `commit`. `before` runs ahead of the calls it is numbered with, `away` refuses calls."""

    commit: Commit
    before: dict[int, Before] = field(default_factory=dict)
    away: Callable[[int], bool] = lambda _: False
    after_effect: bool = False
    sets: list[ChangeSet] = field(default_factory=list)

    async def __call__(self, changes: ChangeSet) -> None:
        self.sets.append(changes)
        number = len(self.sets)
        if number in self.before:
            await self.before[number]()
        if self.away(number):
            if self.after_effect:
                await self.commit(changes)
            raise StorageUnavailable
        await self.commit(changes)


def kinds(changes: ChangeSet) -> set[str]:
    """Say what a set does, in words: `insert Payment`, `update Attempt`, `finish`."""
    return {_words(change) for change in changes}


def _words(change: Change) -> str:
    match change:
        case Insert(value):
            return f"insert {type(value).__name__}"
        case Update(value):
            return f"update {type(value).__name__}"
        case Finish():
            return "finish"
        case _:
            return type(change).__name__
