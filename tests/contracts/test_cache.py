"""Every cache keeps every promise: a new one joins by one word of `tests.caches`."""

from collections.abc import AsyncIterator

import pytest

from tests.caches import KINDS, opened
from zerofee.testing.cache_contract import CacheContract, LimitsContract, TimedCaching


@pytest.fixture(params=KINDS)
async def caching(request: pytest.FixtureRequest) -> AsyncIterator[TimedCaching]:
    async with opened(request.param, lambda: request.getfixturevalue("empty_redis_url")) as caching:
        yield caching


class TestCache(CacheContract):
    pass


class TestLimits(LimitsContract):
    pass
