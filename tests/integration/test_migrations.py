"""The migrations go up and down on both engines, keep what was there, and end where `tables.py` says."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.stores import sqlite_url
from zerofee.adapters.sql.migrating import is_at_head, migrate, scripts
from zerofee.adapters.sql.schema import METADATA
from zerofee.adapters.sql.store import SqlStore
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.testing.builders import SCOPE, a_connection, a_route, an_app

T = TypeVar("T")

REVISIONS = [script.revision for script in ScriptDirectory.from_config(scripts()).walk_revisions()][::-1]

SQLITE_SCHEMA = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
POSTGRES_SCHEMA = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT table_name || '.' || column_name, concat_ws(' ', data_type, collation_name, is_nullable)
    FROM information_schema.columns WHERE table_schema = 'public'
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database with nothing in it, on each engine."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "shop.db")
    empty: str = request.getfixturevalue("empty_postgres_url")
    return empty


async def ask(url: str, work: Callable[[Connection], T]) -> T:
    """Run `work` on a connection of its own, and commit."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def schema(connection: Connection) -> dict[str, str]:
    """Return everything the engine knows of the schema, as it writes it down itself."""
    query = SQLITE_SCHEMA if connection.dialect.name == "sqlite" else POSTGRES_SCHEMA
    rows = connection.execute(text(query)).all()
    return {name: " ".join(sql.split()) for name, sql in rows if not name.startswith("alembic")}


async def test_each_step_goes_up_down_and_up(url: str) -> None:
    for down, up in pairwise(["base", *REVISIONS]):
        before = await ask(url, schema)
        await migrate(url, up)
        assert await ask(url, schema) != before

        await migrate(url, down)

        assert await ask(url, schema) == before
        await migrate(url, up)
    assert await is_at_head(url)


async def test_goes_down_to_nothing(url: str) -> None:
    await migrate(url)
    await migrate(url, "base")

    assert await ask(url, lambda c: inspect(c).get_table_names()) == ["alembic_version"]
    assert not await is_at_head(url)


async def test_ends_where_the_tables_say(url: str, tmp_path: Path) -> None:
    """Compared as the engine itself writes it: columns, types, collations, checks, keys, indexes and conditions."""
    await migrate(url)
    migrated = await ask(url, schema)
    assert await ask(url, lambda c: compare_metadata(MigrationContext.configure(c), METADATA)) == []
    await migrate(url, "base")

    await ask(url, METADATA.create_all)

    assert tidy(migrated) == tidy(await ask(url, schema))


def tidy(found: dict[str, str]) -> dict[str, list[str]]:
    """Forget the order in which a table's constraints were written."""
    return {name: sorted(re.sub(r" ?\) STRICT$", ", STRICT", sql).split(", ")) for name, sql in found.items()}


async def test_going_up_keeps_what_is_there(url: str) -> None:
    await migrate(url)
    store = SqlStore(url, insist=False)
    await store.start()
    await store.commit(ChangeSet((Insert(an_app()), Insert(a_connection()), Insert(a_route()))))
    await store.close()

    await migrate(url, "0002")
    await migrate(url)

    await store.start()
    assert await store.reads.routes(SCOPE) == (a_route(),)
    await store.close()


async def test_migrating_twice_is_once(url: str) -> None:
    await migrate(url)
    await migrate(url)

    assert await is_at_head(url)


async def test_only_the_owner_can_read_a_new_file(tmp_path: Path) -> None:
    await migrate(sqlite_url(tmp_path / "shop.db"))

    assert (tmp_path / "shop.db").stat().st_mode & 0o777 == 0o600


async def test_a_file_that_is_not_there_has_no_version(tmp_path: Path) -> None:
    assert not await is_at_head(sqlite_url(tmp_path / "none.db"))
    assert not (tmp_path / "none.db").exists()


async def test_a_database_that_is_away_is_said_to_be() -> None:
    with pytest.raises(StorageUnavailable):
        await migrate("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
