"""Everything sealed comes under the newest key, in steps that can be stopped, while old and new are read."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from zerofee.adapters.crypto.envelope import Envelopes
from zerofee.adapters.crypto.vault import EnvelopeVault
from zerofee.adapters.memory.clock import CountingIds, ToldClock
from zerofee.adapters.memory.store import MemoryStore
from zerofee.application.apps.audited import Audited
from zerofee.application.upkeep.rotate_keys import UNREADABLE, Rewrapped, RotateKeys
from zerofee.domain.audit import Actor, ActorKind, Author
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.connection import Connection
from zerofee.domain.ids import ConnectionId
from zerofee.domain.ports.vault import Secret
from zerofee.testing.builders import APP_ID, a_connection, an_app

OPERATOR = Author(Actor(ActorKind.CLI))
OLD, NEW = Secret("an old key of thirty-two bytes or more"), Secret("a new key of thirty-two bytes or more")
MANY = 120


def vault(*keys: Secret) -> EnvelopeVault:
    """Make a vault with these keys, the newest first."""
    return EnvelopeVault(Envelopes(keys))


def rotation(store: MemoryStore, *keys: Secret) -> RotateKeys:
    """Make the verb with these keys."""
    audited = Audited(store.commit, store.audit, ToldClock(), CountingIds())
    return RotateKeys(store.apps, store.apps, audited, vault(*keys))


@pytest.fixture
async def store() -> MemoryStore:
    """Return a store with connections sealed under the old key, and one that needs no credentials."""
    store = MemoryStore()
    connections = [a_connection(id=ConnectionId(f"con_{number:026d}")) for number in range(MANY)]
    sealed = [replace(c, sealed=vault(OLD).seal(c, {"key": Secret(c.id)})) for c in connections]
    await store.commit(ChangeSet((Insert(an_app()), *map(Insert, sealed), Insert(a_connection()))))
    return store


async def everything(store: MemoryStore) -> Sequence[Connection]:
    """Return every connection that is sealed."""
    return [c for c in await store.apps.connections_after(None, 1000) if c.sealed]


async def run(rotate: RotateKeys) -> list[Rewrapped]:
    """Rotate all of it."""
    return [batch async for batch in rotate.batches(OPERATOR)]


async def test_seals_everything_under_the_newest_key(store: MemoryStore) -> None:
    rotate = rotation(store, NEW, OLD)
    old_id = vault(OLD).key_id((await everything(store))[0])
    assert await rotate.left_under() == {old_id: MANY}

    batches = await run(rotate)

    assert sum(batch.changed for batch in batches) == MANY
    (new_id,) = (await rotate.left_under()).keys()
    assert new_id != old_id
    assert await rotate.left_under() == {new_id: MANY}
    for connection in await everything(store):
        # The old key can be dropped now.
        assert vault(NEW).open(connection)["key"].reveal() == connection.id
        assert (connection.credential_version, connection.version) == (1, 2)


async def test_can_be_stopped_and_begun_again(store: MemoryStore) -> None:
    rotate = rotation(store, NEW, OLD)
    async for batch in rotate.batches(OPERATOR):
        assert 0 < batch.changed < MANY
        break
    assert len(await rotate.left_under()) == 2
    for connection in await everything(store):
        assert vault(NEW, OLD).open(connection)["key"].reveal() == connection.id

    await run(rotate)

    assert len(await rotate.left_under()) == 1
    assert sum(batch.changed for batch in await run(rotate)) == 0


async def test_tells_of_what_does_not_open_and_goes_on(store: MemoryStore) -> None:
    lost = a_connection(id=ConnectionId("con_lost"))
    lost = replace(lost, sealed=vault(Secret("a key that nobody has any more ......")).seal(lost, {"a": Secret("b")}))
    junk = a_connection(id=ConnectionId("con_junk"), sealed=b"junk")
    await store.commit(ChangeSet((Insert(lost), Insert(junk))))
    rotate = rotation(store, NEW, OLD)

    batches = await run(rotate)

    assert {c.id for batch in batches for c in batch.broken} == {"con_lost", "con_junk"}
    assert sum(batch.changed for batch in batches) == MANY
    assert (await rotate.left_under())[UNREADABLE] == 1


async def test_is_told_of_in_the_audit_log_with_nothing_secret(store: MemoryStore) -> None:
    await run(rotation(store, NEW, OLD))

    chain = await store.audit.following(APP_ID, 0, 1000)
    assert [entry.number for entry in chain] == list(range(1, MANY + 1))
    assert {(entry.deed.action.value, entry.author.actor.kind.value) for entry in chain} == {
        ("connection.rewrapped", "cli")
    }
    assert all(entry.deed.changes == () for entry in chain)
