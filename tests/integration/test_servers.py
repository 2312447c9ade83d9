from pathlib import Path
from uuid import uuid4

import pytest
import redis.asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.servers import Postgres, apart, own_postgres, own_redis, redis_url


async def ask(url: str, statement: str) -> object:
    """Run one statement on an engine of its own, and return the first value of its answer, if it has one."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            answer = await connection.execute(text(statement))
            return answer.scalar() if answer.returns_rows else None
    finally:
        await engine.dispose()


async def test_postgres_answers(empty_postgres_url: str) -> None:
    assert await ask(empty_postgres_url, "SELECT 40 + 2") == 42


@pytest.mark.parametrize("test", ["first", "second"])
async def test_no_test_sees_the_tables_of_another(empty_postgres_url: str, test: str) -> None:
    await ask(empty_postgres_url, "CREATE TABLE mine (id int)")

    assert await ask(empty_postgres_url, "SELECT count(*) FROM mine") == 0


def test_a_template_is_made_once_and_copied_whole(postgres: Postgres) -> None:
    name = f"seeds_{uuid4().hex}"
    made: list[str] = []

    def migrate(url: str) -> None:
        made.append(url)
        apart(ask(url, "CREATE TABLE seeds AS SELECT 7 AS seed"))

    copies = [postgres.create(postgres.template(name, migrate)) for _ in range(2)]

    assert [apart(ask(postgres.url(copy), "SELECT seed FROM seeds")) for copy in copies] == [7, 7]
    assert len(made) == 1
    for copy in copies:
        postgres.drop(copy)


async def test_the_wheel_brings_a_postgres_that_can_be_durable(run_folder: Path) -> None:
    """The shared server forgoes fsync, so that tests are fast; who tests its settings runs one that does not."""
    with own_postgres(run_folder, durable=True, from_wheel=True) as url:
        assert await ask(url, "SHOW fsync") == "on"
        assert await ask(url, "SHOW synchronous_commit") == "on"


async def test_redis_answers(empty_redis_url: str) -> None:
    async with redis.asyncio.Redis.from_url(empty_redis_url) as server:
        await server.set("answer", 42)

        assert await server.get("answer") == b"42"
        assert await server.dbsize() == 1


async def test_redis_databases_do_not_mix(empty_redis_url: str, run_folder: Path) -> None:
    async with (
        redis.asyncio.Redis.from_url(empty_redis_url) as mine,
        redis.asyncio.Redis.from_url(redis_url(run_folder, database=15)) as other,
    ):
        await mine.set("mine", 1)

        assert await other.exists("mine") == 0


async def test_the_wheel_brings_a_redis_that_can_be_stopped(run_folder: Path) -> None:
    with own_redis(run_folder, from_wheel=True) as (url, stop):
        async with redis.asyncio.Redis.from_url(url) as server:
            assert await server.ping()

        stop()

        async with redis.asyncio.Redis.from_url(url, retry=None) as server:
            with pytest.raises(redis.ConnectionError):
                await server.ping()
