"""Every change is told of in its own commit; whoever loses a race decides again."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from tests.unit.application.quiet import Quiet
from zerofee.adapters.memory.clock import CountingIds, ToldClock
from zerofee.adapters.memory.store import MemoryStore
from zerofee.application.apps.audited import Audited, ChangedMeanwhile
from zerofee.application.apps.write_apps import WriteApps
from zerofee.application.upkeep.verify_audit import VerifyAudit
from zerofee.domain.audit import Actor, ActorKind, Author
from zerofee.domain.change_set import ChangeSet, Conflict, ConflictKind
from zerofee.domain.ids import UserId
from zerofee.domain.ports.store import StorageUnavailable

AMA = Author(Actor(ActorKind.USER, "usr_ama"), "192.0.2.7")
OWNER = UserId("usr_ama")


@dataclass
class LosingCommit:
    """Loses so many races before it writes; `fault` is raised instead if it is set."""

    store: MemoryStore
    losses: int = 0
    fault: Exception | None = None
    sets: list[ChangeSet] = field(default_factory=list)

    async def __call__(self, changes: ChangeSet) -> None:
        """Lose, fail, or write."""
        self.sets.append(changes)
        if self.fault is not None:
            raise self.fault
        if len(self.sets) <= self.losses:
            raise Conflict(ConflictKind.UNIQUE, "audit_entries")
        await self.store.commit(changes)


def verbs(commit: LosingCommit) -> WriteApps:
    """Make the verbs over a commit."""
    ids = CountingIds()
    return WriteApps(Audited(commit, commit.store.audit, ToldClock(), ids), commit.store.apps, Quiet(), ids)


async def test_writes_the_entry_in_the_commit_of_the_change() -> None:
    commit = LosingCommit(MemoryStore())

    app = await verbs(commit).make(AMA, OWNER, "Shop")

    entry = await commit.store.audit.last(app.id)
    assert entry is not None
    assert (entry.number, entry.author, entry.deed.object_id) == (1, AMA, app.id)
    assert len(commit.sets) == 1


async def test_decides_again_after_a_lost_race() -> None:
    commit = LosingCommit(MemoryStore(), losses=3)

    app = await verbs(commit).make(AMA, OWNER, "Shop")

    assert len(commit.sets) == 4
    assert await commit.store.apps.app(app.id) == app


async def test_gives_up_after_many_lost_races() -> None:
    commit = LosingCommit(MemoryStore(), losses=1000)

    with pytest.raises(ChangedMeanwhile):
        await verbs(commit).make(AMA, OWNER, "Shop")
    assert len(commit.sets) == 50


async def test_a_storage_that_is_away_is_not_asked_again() -> None:
    commit = LosingCommit(MemoryStore(), fault=StorageUnavailable())

    with pytest.raises(StorageUnavailable):
        await verbs(commit).make(AMA, OWNER, "Shop")
    assert len(commit.sets) == 1


async def test_renaming_at_once_loses_no_name_and_no_entry() -> None:
    commit = LosingCommit(MemoryStore())
    write = verbs(commit)
    app = await write.make(AMA, OWNER, "Shop")

    renamed = await asyncio.gather(*(write.rename(AMA, app.id, f"Shop {number}") for number in range(20)))

    assert sorted(one.version for one in renamed) == list(range(2, 22))
    chain = await commit.store.audit.following(app.id, 0, 100)
    names = [change.after for entry in chain for change in entry.deed.changes if change.field == "name"]
    assert names[0] == "Shop"
    assert sorted(map(str, names[1:])) == sorted(f"Shop {number}" for number in range(20))
    assert [entry.deed.changes[0].before for entry in chain[1:]] == names[:-1]


async def test_follows_every_chain_and_says_where_one_is_broken() -> None:
    commit = LosingCommit(MemoryStore())
    write, shelf = verbs(commit), commit.store._shop.audit
    good, bad = [await write.make(AMA, OWNER, name) for name in ("Good", "Bad")]
    for app in (good, bad):
        for number in range(3):
            await write.rename(AMA, app.id, f"{number}")
    key, entry = next((k, e) for k, e in shelf.rows.items() if (e.app_id, e.number) == (bad.id, 3))
    shelf.rows[key] = replace(entry, created_at=entry.created_at + timedelta(seconds=1))

    chains = {chain.app_id: chain async for chain in VerifyAudit(commit.store.apps, commit.store.audit)()}

    assert (chains[good.id].entries, chains[good.id].broken) == (4, None)
    assert chains[bad.id].broken == "entry 3 was changed"
