"""Every store that a test may run on, each with nothing in it but its schema."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.servers import Postgres, apart, once
from zerofee.adapters.memory.store import MemoryStore
from zerofee.adapters.sql.migrating import migrate
from zerofee.adapters.sql.store import SqlStore
from zerofee.entrypoints.stores import Store

KINDS = ("memory", "sqlite", "postgres")


def sqlite_url(path: Path) -> str:
    """Return the URL of an SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


def copy_of_schema(run_folder: Path, path: Path) -> str:
    """Make an SQLite file with the schema and nothing else, and return its URL; it is migrated once in a run."""
    template = run_folder / "schema.db"

    def make() -> str:
        apart(migrate(sqlite_url(template)))
        return "made"

    once(run_folder, "sqlite-schema", make)
    shutil.copy(template, path)
    return sqlite_url(path)


def postgres_with_schema(postgres: Postgres) -> str:
    """Make a PostgreSQL database with the schema and nothing else, and return its name."""
    return postgres.create(postgres.template("schema", lambda url: apart(migrate(url))))


@asynccontextmanager
async def opened(kind: str, run_folder: Path, tmp_path: Path, postgres: Callable[[], Postgres]) -> AsyncIterator[Store]:
    """Open an empty store of one of `KINDS`, and close it; PostgreSQL is only started if it is the kind."""
    if kind == "memory":
        yield MemoryStore()
        return
    database, server = "", None
    if kind == "sqlite":
        url = copy_of_schema(run_folder, tmp_path / "shop.db")
    else:
        server = postgres()
        database = postgres_with_schema(server)
        url = server.url(database)
    # The test server is quick and forgetful on purpose, so nothing can be insisted on.
    store = SqlStore(url, insist=False)
    await store.start()
    try:
        yield store
    finally:
        await store.close()
        if server is not None:
            server.drop(database)
