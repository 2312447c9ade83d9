import secrets
import time
from datetime import UTC, timedelta
from uuid import UUID

import pytest

from zerofee.adapters.memory.cache import MemoryCache
from zerofee.adapters.memory.clock import START, CountingIds, ToldClock
from zerofee.adapters.system import SystemClock, SystemIds
from zerofee.domain.ids import AttemptId, PaymentId, is_id

MS = 1_000_000


def test_the_systems_clock_speaks_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


@pytest.mark.parametrize("ids", [SystemIds(), CountingIds()], ids=["system", "counting"])
def test_ids_sort_by_birth(ids: SystemIds | CountingIds) -> None:
    made = [ids.new(PaymentId) for _ in range(5000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(is_id(PaymentId, found) for found in made)
    assert is_id(AttemptId, ids.new(AttemptId))


def test_ids_sort_by_birth_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([5 * MS, 5 * MS, 3 * MS, 6 * MS, 6 * MS])
    monkeypatch.setattr(time, "time_ns", lambda: next(times))
    ids = SystemIds()

    made = [ids.new(PaymentId) for _ in range(5)]

    assert made == sorted(set(made))


def test_a_millisecond_that_is_full_borrows_from_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first id of the millisecond has the highest chance there is."""
    monkeypatch.setattr(time, "time_ns", lambda: 5 * MS)
    monkeypatch.setattr(secrets, "randbits", lambda bits: (1 << bits) - 1)
    ids = SystemIds()

    first, second, third = (ids.new(PaymentId) for _ in range(3))

    assert first < second < third


def test_no_id_tells_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 5 * MS)
    ids = SystemIds()

    steps = {ids.new(PaymentId)[-6:] for _ in range(100)}

    assert len(steps) > 90


def test_keys_are_uuids_of_version_4() -> None:
    for ids in (SystemIds(), CountingIds()):
        keys = [ids.key() for _ in range(100)]
        assert {UUID(key).version for key in keys} == {4}
        assert len(set(keys)) == 100


async def test_a_told_clock_moves_when_told() -> None:
    clock = ToldClock()
    assert clock.advance(5) == clock.now() == START + timedelta(seconds=5)

    await clock.sleep(60)
    assert clock.now() == START + timedelta(seconds=65)

    clock.set(START)
    assert clock.now() == START


async def test_the_memory_cache_forgets_in_time() -> None:
    clock = ToldClock()
    cache = MemoryCache(clock, most=2)
    await cache.put("a", b"1", ttl_s=10)
    await cache.put("b", b"2", ttl_s=20)

    clock.advance(10)

    assert (await cache.get("a"), await cache.get("b")) == (None, b"2")
    await cache.put("c", b"3", ttl_s=20)
    await cache.put("d", b"4", ttl_s=20)
    assert (await cache.get("b"), await cache.get("c"), await cache.get("d")) == (None, b"3", b"4")
    await cache.forget("c")
    assert await cache.get("c") is None
    assert await cache.healthy()
