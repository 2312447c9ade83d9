"""What several processes do together over one Redis."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from tests.caches import PATIENT_S
from zerofee.adapters.forgetting import ToldForgetting
from zerofee.adapters.memory.store import MemoryStore
from zerofee.adapters.remembered_endpoints import RememberedEndpoints
from zerofee.adapters.remembering import RememberedKeys
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.domain.app import ApiKey
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.connection import Connection
from zerofee.domain.ordering import Strategy
from zerofee.domain.routing import Route
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.caches import SharedCaching
from zerofee.testing.builders import APP_ID, SCOPE, a_connection, a_route, an_api_key, capabilities

FOR_EVER_S = 10**9
"""Nothing is forgotten in this time unless somebody says so."""
PROCESSES, ASKED, MOST = 2, 400, 250
ASKING = f"""
import asyncio, json, sys
from zerofee.domain.budget import Budget
from zerofee.entrypoints.caches import SharedCaching

async def main():
    caching = SharedCaching(sys.argv[1], {PATIENT_S})
    await caching.start(lambda _: None)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    asked = await asyncio.gather(*(caching.limits.take("shared", Budget({MOST}, 3600)) for _ in range({ASKED})))
    await caching.close()
    print(json.dumps([quota.remaining for quota in asked if quota.allowed]), flush=True)

asyncio.run(main())
"""


async def test_processes_that_ask_at_once_are_allowed_exactly_the_budget_between_them(empty_redis_url: str) -> None:
    pipe = asyncio.subprocess.PIPE
    asking = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", ASKING, empty_redis_url, stdin=pipe, stdout=pipe)
        for _ in range(PROCESSES)
    ]
    for process in asking:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"

    told = await asyncio.gather(*(process.communicate(b"go\n") for process in asking))

    allowed = [json.loads(said) for said, _ in told]
    assert sorted(remaining for each in allowed for remaining in each) == list(range(MOST))


@dataclass
class Database:
    """What all processes read, as they would from one database."""

    stored: ApiKey = field(default_factory=an_api_key)
    stored_routes: tuple[Route, ...] = (a_route(),)
    reads: int = 0

    async def key(self, digest: str) -> ApiKey | None:
        """Find the key."""
        self.reads += 1
        return self.stored if digest == self.stored.digest else None

    async def routes(self, scope: Scope) -> tuple[Route, ...]:
        """List the routes."""
        return self.stored_routes if scope == SCOPE else ()

    async def strategy(self, scope: Scope) -> Strategy:
        """Say how the app puts its routes in order."""
        return Strategy.PRIORITY

    async def connections(self, scope: Scope) -> tuple[Connection, ...]:
        """List the connections."""
        return (a_connection(),)

    def capabilities(self, provider_id: str) -> Capabilities | None:
        """Give what the provider can do."""
        return capabilities()


@dataclass
class Remembering:
    """One process: what it remembers, and how it is told."""

    keys: RememberedKeys
    tables: RememberedRouting
    forgetting: ToldForgetting


@asynccontextmanager
async def remembering(url: str, database: Database) -> AsyncIterator[Remembering]:
    caching = SharedCaching(url, PATIENT_S)
    keys = RememberedKeys(database, FOR_EVER_S)
    tables = RememberedRouting(database, database, FOR_EVER_S)
    forgetting = ToldForgetting(keys, tables, caching.tell, RememberedEndpoints(MemoryStore().outbox))
    await caching.start(forgetting.hear)
    try:
        yield Remembering(keys, tables, forgetting)
    finally:
        await caching.close()


async def until(true: Callable[[], Awaitable[bool]], again: Callable[[], Awaitable[None]]) -> None:
    """Wait for something, saying it again: who listens only from now on has not heard what was said before."""
    while not await true():
        await again()
        await asyncio.sleep(0.01)


async def test_a_key_that_is_revoked_in_one_process_is_refused_by_the_others(empty_redis_url: str) -> None:
    database = Database()
    digest = database.stored.digest
    async with remembering(empty_redis_url, database) as here, remembering(empty_redis_url, database) as there:
        for process in (here, there):
            assert await process.keys.key(digest) == database.stored
        database.stored = replace(database.stored, revoked_at=database.stored.created_at, version=2)
        remembered = await there.keys.key(digest)

        async def refused_there() -> bool:
            return await there.keys.key(digest) == database.stored

        await until(refused_there, lambda: here.forgetting.key_changed(digest))

        assert remembered is not None
        assert remembered.revoked_at is None
        assert await here.keys.key(digest) == database.stored


async def test_a_route_that_is_changed_in_one_process_is_followed_by_the_others(empty_redis_url: str) -> None:
    database = Database()
    async with remembering(empty_redis_url, database) as here, remembering(empty_redis_url, database) as there:
        await there.tables.routing(SCOPE)
        database.stored_routes = ()

        async def followed_there() -> bool:
            return (await there.tables.routing(SCOPE)).routes == ()

        await until(followed_there, lambda: here.forgetting.routing_changed(SCOPE))

        assert (await here.tables.routing(SCOPE)).routes == ()


@pytest.mark.parametrize("news", ["", "key", "key a b", "routing app_1", "routing app_1 moon", "weather fine", "\x00"])
async def test_news_of_another_version_is_passed_over(empty_redis_url: str, news: str) -> None:
    database = Database()
    async with remembering(empty_redis_url, database) as here:
        await here.keys.key(database.stored.digest)

        here.forgetting.hear(news)
        await here.keys.key(database.stored.digest)

    assert database.reads == 1


async def test_only_what_was_changed_is_forgotten(empty_redis_url: str) -> None:
    database = Database()
    async with remembering(empty_redis_url, database) as here:
        first = await here.tables.routing(SCOPE)
        await here.forgetting.routing_changed(Scope(APP_ID, Environment.LIVE))

        assert await here.tables.routing(SCOPE) is first
