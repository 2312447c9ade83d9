"""Connections to one SQLite file: how they are opened, which pragmas each has, and who owns the file."""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import aiosqlite

from zerofee.adapters.sql.engine import UnsafeStorage
from zerofee.adapters.sql.schema import METADATA

T = TypeVar("T")

Pragmas = Mapping[str, int | str]

# Some 4 MB of log; the one connection that writes puts it back into the file, and nobody else may (rule DB-2).
_CHECKPOINT_PAGES: Final = 1000
_FULL: Final = 2


class OneHop(aiosqlite.Connection):
    """
    A connection whose thread runs a whole function at a time.

    aiosqlite crosses to the thread and back for each step of each statement; a commit has some twenty of those.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        """Connect by `connect`, on the new thread."""
        super().__init__(connect, iter_chunk_size=64)
        # A process that forgot to close must still be able to end.
        self._thread.daemon = True

    async def connected(self) -> None:
        """Start the thread and wait until the connection is there."""
        _ = await self

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the connection's thread; it runs to its end, also when the caller is gone."""
        result: T = await self._execute(lambda: work(self._conn))  # type: ignore[no-untyped-call]
        return result


async def open_writer(path: Path, busy_timeout_ms: int, *, checkpoints: bool) -> OneHop:
    """Open the connection that writes; raise `UnsafeStorage` when a pragma does not hold."""
    pages = _CHECKPOINT_PAGES if checkpoints else 0
    pragmas = {"journal_mode": "wal", "wal_autocheckpoint": pages, **_of_all(busy_timeout_ms)}
    return await _open(path, pragmas)


async def open_reader(path: Path, busy_timeout_ms: int) -> OneHop:
    """Open a connection that cannot write and never checkpoints."""
    return await _open(path, {"query_only": 1, "wal_autocheckpoint": 0, **_of_all(busy_timeout_ms)})


async def own(path: Path) -> OneHop:
    """
    Become the one server process of this file, until the connection is closed or the process dies.

    The lock is SQLite's own, on an empty file beside the database. Raises `UnsafeStorage` when it is taken.
    """
    lock = path.with_name(f"{path.name}-owner")
    connection = await _connected(partial(sqlite3.connect, lock, timeout=0, isolation_level=None))
    try:
        await connection.run(lambda c: c.execute("BEGIN EXCLUSIVE"))
    except sqlite3.OperationalError as error:
        await connection.close()
        gap = f"Another process serves {path.name}. SQLite has one server process: stop the other, or use PostgreSQL."
        raise UnsafeStorage((gap,)) from error
    return connection


def loose_tables(connection: sqlite3.Connection) -> list[str]:
    """List those of our tables that would take a value of the wrong type."""
    found = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict")
    return sorted(name for (name,) in found if name in METADATA.tables)


async def _open(path: Path, pragmas: Pragmas) -> OneHop:
    # Never make a file: an empty database is not ours, and would hide that the path is wrong.
    uri = f"{path.as_uri()}?mode=rw"
    connection = await _connected(partial(sqlite3.connect, uri, uri=True, isolation_level=None))
    try:
        await connection.run(partial(_set, pragmas=pragmas))
    except BaseException:
        await connection.close()
        raise
    return connection


async def _connected(connect: Callable[[], sqlite3.Connection]) -> OneHop:
    connection = OneHop(connect)
    await connection.connected()
    return connection


def _of_all(busy_timeout_ms: int) -> Pragmas:
    return {"busy_timeout": busy_timeout_ms, "foreign_keys": 1, "synchronous": _FULL}


def _set(connection: sqlite3.Connection, pragmas: Pragmas) -> None:
    """Set pragmas and read them back, for SQLite says nothing when it does not follow one."""
    # The order matters: the others may have to wait for a lock.
    connection.execute(f"PRAGMA busy_timeout = {pragmas['busy_timeout']}")
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name} = {value}")
        kept = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if kept != value:
            raise UnsafeStorage((f"SQLite's {name} is {kept} and must be {value}: put the file on a local disk.",))
