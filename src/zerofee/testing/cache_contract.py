"""What every cache promises, as tests: subclass it where a fixture `caching` gives one, with the time in its hands."""

import asyncio
from collections import Counter
from typing import Protocol

from zerofee.domain.budget import Budget
from zerofee.domain.ports.cache import Cache
from zerofee.domain.ports.limits import Limits

MINUTE = Budget(3, 60)


class TimedCaching(Protocol):
    """A cache under test, for which a test can let time pass."""

    @property
    def cache(self) -> Cache:
        """Give the short memory."""
        ...

    @property
    def limits(self) -> Limits:
        """Give the counters."""
        ...

    async def pass_time(self, seconds: int) -> None:
        """Let `seconds` pass for everything that is kept."""
        ...


class CacheContract:
    """The short memory."""

    async def test_knows_nothing_that_it_was_not_told(self, caching: TimedCaching) -> None:
        assert await caching.cache.get("a") is None

    async def test_gives_back_what_was_kept(self, caching: TimedCaching) -> None:
        await caching.cache.put("a", b"\x00\xff", 60)
        await caching.cache.put("b", b"", 60)

        assert await caching.cache.get("a") == b"\x00\xff"
        assert await caching.cache.get("b") == b""

    async def test_keeps_the_newest_value(self, caching: TimedCaching) -> None:
        await caching.cache.put("a", b"1", 60)
        await caching.cache.put("a", b"2", 60)

        assert await caching.cache.get("a") == b"2"

    async def test_forgets_what_it_is_told_to_forget(self, caching: TimedCaching) -> None:
        await caching.cache.put("a", b"1", 60)

        await caching.cache.forget("a")
        await caching.cache.forget("never kept")

        assert await caching.cache.get("a") is None

    async def test_forgets_by_itself_in_time(self, caching: TimedCaching) -> None:
        await caching.cache.put("short", b"1", 10)
        await caching.cache.put("long", b"1", 60)

        await caching.pass_time(11)

        assert await caching.cache.get("short") is None
        assert await caching.cache.get("long") == b"1"

    async def test_is_healthy(self, caching: TimedCaching) -> None:
        assert await caching.cache.healthy()


class LimitsContract:
    """The counters."""

    async def test_allows_as_many_as_the_budget_holds(self, caching: TimedCaching) -> None:
        asked = [await caching.limits.take("a", MINUTE) for _ in range(5)]

        assert [quota.allowed for quota in asked] == [True, True, True, False, False]
        assert [quota.remaining for quota in asked] == [2, 1, 0, 0, 0]
        assert all(quota.budget == MINUTE for quota in asked)

    async def test_allows_exactly_so_many_of_those_who_ask_at_once(self, caching: TimedCaching) -> None:
        names = [name for name in ("a", "b", "c") for _ in range(200)]

        asked = await asyncio.gather(*(caching.limits.take(name, Budget(70, 60)) for name in names))

        assert Counter(name for name, quota in zip(names, asked, strict=True) if quota.allowed) == {
            "a": 70,
            "b": 70,
            "c": 70,
        }

    async def test_says_when_there_is_more(self, caching: TimedCaching) -> None:
        first = await caching.limits.take("a", MINUTE)
        await caching.pass_time(20)
        later = await caching.limits.take("a", MINUTE)

        assert first.more_in_s == 60
        # A clock that runs while the test does may be on either side of the second.
        assert later.more_in_s in {40, 39}

    async def test_slides(self, caching: TimedCaching) -> None:
        """There is no moment at which everything begins anew: each request counts for a whole span from its own."""
        await caching.limits.take("a", MINUTE)
        await caching.pass_time(30)
        for _ in range(2):
            await caching.limits.take("a", MINUTE)

        before = await caching.limits.take("a", MINUTE)
        await caching.pass_time(31)
        after = [await caching.limits.take("a", MINUTE) for _ in range(2)]

        assert not before.allowed
        assert [quota.allowed for quota in after] == [True, False]

    async def test_lets_in_who_waited_as_long_as_was_said(self, caching: TimedCaching) -> None:
        for _ in range(3):
            await caching.limits.take("a", MINUTE)
        refused = await caching.limits.take("a", MINUTE)

        await caching.pass_time(refused.more_in_s)

        assert (await caching.limits.take("a", MINUTE)).allowed

    async def test_does_not_count_what_it_refuses(self, caching: TimedCaching) -> None:
        for _ in range(10):
            await caching.limits.take("a", Budget(1, 60))

        await caching.pass_time(61)

        assert (await caching.limits.take("a", Budget(1, 60))).allowed

    async def test_counts_each_name_by_itself(self, caching: TimedCaching) -> None:
        await caching.limits.take("a", Budget(1, 60))

        assert (await caching.limits.take("b", Budget(1, 60))).allowed
        assert not (await caching.limits.take("a", Budget(1, 60))).allowed

    async def test_a_smaller_budget_holds_at_once(self, caching: TimedCaching) -> None:
        for _ in range(3):
            await caching.limits.take("a", MINUTE)

        smaller = await caching.limits.take("a", Budget(2, 60))
        larger = await caching.limits.take("a", Budget(4, 60))

        assert (smaller.allowed, smaller.remaining) == (False, 0)
        assert (larger.allowed, larger.remaining) == (True, 0)

    async def test_cuts_off_a_whole_window_at_once(self, caching: TimedCaching) -> None:
        many = Budget(3_000, 60)
        await asyncio.gather(*(caching.limits.take("a", many) for _ in range(2_500)))

        await caching.pass_time(61)

        assert (await caching.limits.take("a", many)).remaining == 2_999
