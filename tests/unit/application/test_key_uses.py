"""A key's last use is noted by each request, and written for all keys in one commit."""

from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.application.apps.key_uses import KeyUses
from zerofee.domain.change_set import ChangeSet, KeyUsed
from zerofee.domain.ids import KeyId
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.testing.builders import SCOPE, an_api_key

LATER = START + timedelta(seconds=9)


class Storage:
    """Keeps what is committed, or is away."""

    def __init__(self) -> None:
        self.sets: list[ChangeSet] = []
        self.away = False

    async def __call__(self, changes: ChangeSet) -> None:
        if self.away:
            raise StorageUnavailable
        self.sets.append(changes)


async def test_writes_the_last_use_of_each_key_at_once() -> None:
    storage = Storage()
    uses = KeyUses(storage)
    other = an_api_key(id=KeyId("key_other"))
    for key, at in ((an_api_key(), START), (other, START), (an_api_key(), LATER)):
        uses.note(key, at)

    assert await uses.write() == 2
    assert await uses.write() == 0

    assert [set(changes) for changes in storage.sets] == [
        {KeyUsed(SCOPE, an_api_key().id, LATER), KeyUsed(SCOPE, other.id, START)}
    ]


async def test_keeps_what_could_not_be_written_and_what_came_since() -> None:
    storage = Storage()
    uses = KeyUses(storage)
    other = an_api_key(id=KeyId("key_other"))
    uses.note(an_api_key(), START)
    uses.note(other, START)
    storage.away = True
    with pytest.raises(StorageUnavailable):
        await uses.write()
    storage.away = False
    uses.note(other, LATER)

    assert await uses.write() == 2

    assert set(storage.sets[0]) == {KeyUsed(SCOPE, an_api_key().id, START), KeyUsed(SCOPE, other.id, LATER)}
