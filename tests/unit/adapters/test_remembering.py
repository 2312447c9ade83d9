import asyncio

import pytest

from zerofee.adapters.memory.store import MemoryStore
from zerofee.adapters.remembering import Remembered, RememberedKeys
from zerofee.domain.change_set import ChangeSet, Insert, Update
from zerofee.testing.builders import an_api_key, an_app


class Shelf:
    """What is loaded from: it counts, can be held up, and can fail."""

    def __init__(self) -> None:
        self.loads = 0
        self.now = 0.0
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False

    async def load(self, key: str) -> str:
        self.loads += 1
        said = f"{key} {self.loads}"
        await self.open.wait()
        if self.broken:
            raise OSError("the shelf is away")
        return said

    def stopwatch(self) -> float:
        return self.now


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def remembered(shelf: Shelf) -> Remembered[str, str]:
    return Remembered(shelf.load, ttl_s=2, most=3, stopwatch=shelf.stopwatch)


async def test_loads_once_until_it_is_too_old(shelf: Shelf, remembered: Remembered[str, str]) -> None:
    assert [await remembered.get("a") for _ in range(3)] == ["a 1"] * 3

    shelf.now = 2
    assert await remembered.get("a") == "a 2"


async def test_who_asks_together_waits_for_one_loading(shelf: Shelf, remembered: Remembered[str, str]) -> None:
    assert await asyncio.gather(*(remembered.get("a") for _ in range(9))) == ["a 1"] * 9


async def test_one_who_goes_away_takes_nothing_from_the_others(shelf: Shelf, remembered: Remembered[str, str]) -> None:
    shelf.open.clear()
    first, second = (asyncio.ensure_future(remembered.get("a")) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()
    shelf.open.set()

    assert await second == "a 1"


async def test_forgetting_reaches_what_is_being_loaded(shelf: Shelf, remembered: Remembered[str, str]) -> None:
    """What was read before the change must not be given to who asks after it."""
    shelf.open.clear()
    before = asyncio.ensure_future(remembered.get("a"))
    await asyncio.sleep(0)
    remembered.forget("a")
    after = asyncio.ensure_future(remembered.get("a"))
    shelf.open.set()

    assert (await before, await after, await remembered.get("a")) == ("a 1", "a 2", "a 2")


async def test_a_failure_is_not_remembered(shelf: Shelf, remembered: Remembered[str, str]) -> None:
    shelf.broken = True
    with pytest.raises(OSError, match="away"):
        await remembered.get("a")

    shelf.broken = False
    assert await remembered.get("a") == "a 2"


async def test_the_oldest_make_way(shelf: Shelf, remembered: Remembered[str, str]) -> None:
    for key in "abcd":
        await remembered.get(key)

    assert await remembered.get("b") == "b 2"
    assert await remembered.get("a") == "a 5"


async def test_a_revoked_key_is_seen_at_once_where_it_was_revoked() -> None:
    store = MemoryStore()
    await store.commit(ChangeSet((Insert(an_app()), Insert(an_api_key()))))
    keys = RememberedKeys(store.keys, ttl_s=5, stopwatch=lambda: 0)
    assert await keys.key(an_api_key().digest) == an_api_key()
    revoked = an_api_key(version=2, revoked_at=an_api_key().created_at)
    await store.commit(ChangeSet((Update(revoked),)))
    assert await keys.key(revoked.digest) == an_api_key()

    keys.forget(revoked.digest)

    assert await keys.key(revoked.digest) == revoked


async def test_a_guess_is_not_remembered() -> None:
    """A new key works at once, whoever had asked for it before it was made."""
    store = MemoryStore()
    keys = RememberedKeys(store.keys)
    assert await keys.key(an_api_key().digest) is None

    await store.commit(ChangeSet((Insert(an_app()), Insert(an_api_key()))))

    assert await keys.key(an_api_key().digest) == an_api_key()
