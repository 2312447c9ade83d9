"""SQLite: one connection that writes, some that only read, each asked with a single crossing between threads."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from zerofee.adapters.sql.dialects import SqliteDialect
from zerofee.adapters.sql.engine import Ask, Conversation, Look, Savepoint, UnsafeStorage, Write
from zerofee.adapters.sql.prepared import Prepared
from zerofee.adapters.sql.sqlite_lines import OneHop, loose_tables, open_reader, open_writer, own
from zerofee.domain.ports.store import StorageUnavailable

T = TypeVar("T")

_READERS: Final = 4
_BUSY_TIMEOUT_MS: Final = 5000
_READER_WAIT_S: Final = 5
_PASSING: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_LOCKED})
_SAVEPOINT_SQL: Final = {
    Savepoint.MARK: "SAVEPOINT unit",
    Savepoint.KEEP: "RELEASE unit",
    Savepoint.BACK: "ROLLBACK TO unit",
}


class SqliteEngine:
    """
    The `Engine` over one SQLite file, which one server process has for itself.

    `beside`: for a tool that runs next to the server; it never checkpoints, and takes no ownership.
    """

    def __init__(
        self, path: Path, *, readers: int = _READERS, busy_timeout_ms: int = _BUSY_TIMEOUT_MS, beside: bool = False
    ) -> None:
        """Prepare; nothing is opened yet."""
        self.sql = SqliteDialect()
        self._path = path.absolute()
        self._busy_timeout_ms = busy_timeout_ms
        self._beside = beside
        self._owner: OneHop | None = None
        self._writer: OneHop | None = None
        self._readers: AsyncEngine = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(self._path)),
            async_creator=lambda *_: open_reader(self._path, self._busy_timeout_ms),
            pool_size=readers,
            max_overflow=0,
            pool_timeout=_READER_WAIT_S,
            # Between two statements a reader is in no transaction, so there is nothing to reset.
            pool_reset_on_return=None,
        )

    async def open(self) -> tuple[str, ...]:
        try:
            self._owner = None if self._beside else await own(self._path)
            self._writer = await self._open_writer()
            loose: list[str] = await self._writer.run(loose_tables)
        except sqlite3.Error as error:
            await self.close()
            raise self.sql.meaning(error) from error
        except UnsafeStorage:
            await self.close()
            raise
        return (f"These tables are not STRICT: {', '.join(loose)}. Make the database anew.",) if loose else ()

    async def close(self) -> None:
        # The last connection to close checkpoints, and that must be the one that writes.
        await self._readers.dispose()
        for connection in (self._writer, self._owner):
            if connection is not None:
                await connection.close()
        self._writer = self._owner = None

    async def fetch(self, prepared: Prepared, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        args = prepared.args(values)
        try:
            async with self._readers.connect() as held:
                raw = await held.get_raw_connection()
                reader = raw.driver_connection
                assert isinstance(reader, OneHop)  # noqa: S101  made by `open_reader`
                found = await reader.run(lambda connection: connection.execute(prepared.sql, args).fetchall())
        except PoolTimeout as error:
            raise StorageUnavailable from error
        except sqlite3.Error as error:
            raise self.sql.meaning(error) from error
        return prepared.rows(found)

    async def change(self, prepared: Prepared, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        args = prepared.args(values)
        found = await self._write(lambda c: _durably(c, lambda: c.execute(prepared.sql, args).fetchall()))
        return prepared.rows(found)

    async def transact(self, begin: Callable[[], Conversation[T]]) -> T:
        return await self._write(lambda c: _durably(c, lambda: self._converse(c, begin())))

    async def _open_writer(self) -> OneHop:
        return await open_writer(self._path, self._busy_timeout_ms, checkpoints=not self._beside)

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._writer is None:
                self._writer = await self._open_writer()
            return await self._writer.run(work)
        except sqlite3.Error as error:
            meaning = self.sql.meaning(error)
            if isinstance(meaning, StorageUnavailable) and error.sqlite_errorcode & 0xFF not in _PASSING:
                # The file may be another one by now, or the disk back: next time it is opened anew.
                await self._drop_writer()
            raise meaning from error

    async def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()

    def _converse(self, connection: sqlite3.Connection, conversation: Conversation[T]) -> T:
        try:
            ask = next(conversation)
            while True:
                try:
                    answer = self._answer(connection, ask)
                except Exception as error:
                    meaning = self.sql.meaning(error)
                    if isinstance(meaning, StorageUnavailable):
                        raise
                    ask = conversation.throw(meaning)
                else:
                    ask = conversation.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _answer(self, connection: sqlite3.Connection, ask: Ask) -> object:
        match ask:
            case Look(_, ()):
                return frozenset()
            case Look(prepared, ids):
                return {row[0] for row in connection.execute(prepared.sql, (self.sql.list_of(ids),))}
            case Write(prepared, rows):
                return connection.executemany(prepared.sql, rows).rowcount
            case Savepoint():
                return connection.execute(_SAVEPOINT_SQL[ask])


def _durably(connection: sqlite3.Connection, work: Callable[[], T]) -> T:
    """Run `work` between BEGIN and COMMIT; whatever goes wrong, no transaction stays open."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result
