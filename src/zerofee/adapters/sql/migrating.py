"""Bring a database to the schema of this version, and say whether it is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

import zerofee
from zerofee.domain.ports.store import StorageUnavailable

T = TypeVar("T")

_HEAD: Final = "head"
_PRIVATE: Final = 0o600
# Any number will do, as long as it is always this one.
_LOCK: Final = 2_026_011_542


async def migrate(url: str, revision: str = _HEAD) -> None:
    """
    Bring the database to `revision`: `head`, or an older one to go back (`base` is before the first).

    An SQLite file that is not there is made, readable by its owner alone. All of it is one transaction. Raises
    `StorageUnavailable` when the database cannot be used.
    """
    _make_file(url)

    def run(connection: Connection) -> None:
        config = scripts()
        config.attributes["connection"] = connection
        goes_up = revision == _HEAD or _is_ahead(config, connection, revision)
        (command.upgrade if goes_up else command.downgrade)(config, revision)

    await _connected(url, run)


async def is_at_head(url: str) -> bool:
    """Say whether the database has exactly the schema of this version; a file that is not there has none."""
    if not _is_there(url):
        return False
    heads = set(ScriptDirectory.from_config(scripts()).get_heads())
    return await _connected(url, lambda c: set(MigrationContext.configure(c).get_current_heads()) == heads)


def scripts() -> Config:
    """Find the migrations: in a wheel they lie inside the package, in a checkout beside `src`."""
    package = Path(zerofee.__file__).parent
    places = (package / "migrations", package.parents[1] / "migrations")
    config = Config()
    config.set_main_option("script_location", str(next(place for place in places if (place / "env.py").exists())))
    config.set_main_option("path_separator", "os")
    return config


def _is_ahead(config: Config, connection: Connection, revision: str) -> bool:
    """Say whether `revision` is not among those that the database has."""
    if revision == "base":
        return False
    current = MigrationContext.configure(connection).get_current_heads()
    directory = ScriptDirectory.from_config(config)
    had = {script.revision for head in current for script in directory.iterate_revisions(head, "base")}
    return revision not in had


def _is_there(url: str) -> bool:
    database = make_url(url)
    return database.get_backend_name() != "sqlite" or Path(str(database.database)).exists()


def _make_file(url: str) -> None:
    database = make_url(url)
    if database.get_backend_name() == "sqlite":
        # Made before SQLite does it, so that nobody else can read it for a moment.
        Path(str(database.database)).touch(mode=_PRIVATE)


async def _connected(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(url)
    _begin_at_once(engine)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    except (OSError, SQLAlchemyError) as error:
        raise StorageUnavailable from error
    finally:
        await engine.dispose()


def _begin_at_once(engine: AsyncEngine) -> None:
    """Make DDL part of the transaction, and let two who migrate at once do so one after the other."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def take_over(line: DBAPIConnection, _: ConnectionPoolEntry) -> None:
            # By itself the driver begins a transaction only before it writes rows.
            line.isolation_level = None

        @event.listens_for(engine.sync_engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    else:

        @event.listens_for(engine.sync_engine, "begin")
        def lock(connection: Connection) -> None:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
