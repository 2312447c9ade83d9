"""A change and the entry that tells of it, in one commit."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from zerofee.domain.audit import Author, Deed, next_entry
from zerofee.domain.change_set import Change, ChangeSet, Conflict, ConflictKind, Insert
from zerofee.domain.errors import DomainError
from zerofee.domain.ids import AppId, AuditId
from zerofee.domain.ports.audit import AuditLog
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.store import Commit

T = TypeVar("T")

# All who change one app at once write to one chain, and one of them is written at a time.
_MOST_TRIES: Final = 50


class ChangedMeanwhile(DomainError):
    """Others were changing the same app all the time; nothing was done."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Others are changing this app at the same time. Try again.")


@dataclass(frozen=True, slots=True)
class Decided(Generic[T]):
    """What to write, what to tell of it, and what comes of it; without a `deed` nothing is written."""

    result: T
    deed: Deed | None = None
    changes: tuple[Change, ...] = ()


Decide = Callable[[datetime], Awaitable[Decided[T]]]


@dataclass(frozen=True, slots=True)
class Audited:
    """Commits what was decided for an app together with its audit entry."""

    commit: Commit
    log: AuditLog
    clock: Clock
    ids: Ids

    async def __call__(self, author: Author, app_id: AppId, decide: Decide[T]) -> T:
        """
        Decide and commit; a lost race is decided again.

        Raises what `decide` raises, `ChangedMeanwhile` when too many races were lost, and the `Conflict` of a thing
        that cannot be deleted because something refers to it.
        """
        for _ in range(_MOST_TRIES):
            now = self.clock.now()
            decided = await decide(now)
            if decided.deed is None:
                return decided.result
            # The end of the chain is read after what was decided upon: so an entry's place in it is the deed's.
            last = await self.log.last(app_id)
            entry = next_entry(last, app_id, self.ids.new(AuditId), author, decided.deed, now)
            try:
                await self.commit(ChangeSet((*decided.changes, Insert(entry))))
            except Conflict as conflict:
                if conflict.kind is ConflictKind.REFERRED:
                    raise
                continue
            return decided.result
        raise ChangedMeanwhile
