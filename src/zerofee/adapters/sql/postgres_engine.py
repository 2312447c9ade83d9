"""PostgreSQL: one connection for the group committer, a pool for all else, asked through asyncpg itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from zerofee.adapters.sql.dialects import LineLost, PostgresDialect, TryAgain
from zerofee.adapters.sql.engine import Ask, Conversation, Look, Savepoint, Write
from zerofee.adapters.sql.prepared import Prepared
from zerofee.domain.ports.store import StorageUnavailable

T = TypeVar("T")
Line = Any
"""asyncpg's own connection; it ships no types."""

_POOL: Final = 8
_WAIT_S: Final = 5
# Longer than any statement of ours takes; a server that is silent for so long is away.
_COMMAND_TIMEOUT_S: Final = 15
_MOST_TRIES: Final = 6
_READ_TRIES: Final = 2
_LOST_COMMIT_LOOKS: Final = 20
_LOST_COMMIT_PAUSE_S: Final = 0.25
# A plan that was made while a table was small is kept for long. Every statement of ours has an index, and a test
# reads the plans; so a scan is never right, and compiling a plan is never worth it.
_SESSION: Final = {"application_name": "zerofee", "enable_seqscan": "off", "jit": "off"}
_MUST_BE_ON: Final = ("fsync", "full_page_writes", "synchronous_commit")
_SAVEPOINT_SQL: Final = {
    Savepoint.MARK: "SAVEPOINT unit",
    Savepoint.KEEP: "RELEASE SAVEPOINT unit",
    Savepoint.BACK: "ROLLBACK TO SAVEPOINT unit",
}


class PostgresEngine:
    """The `Engine` over PostgreSQL, at READ COMMITTED with guards and unique keys (reliability rules DB-3)."""

    def __init__(self, url: URL, *, pool: int = _POOL) -> None:
        """Prepare; nothing is opened yet."""
        self.sql = PostgresDialect()
        self._writer: AsyncConnection | None = None
        self._pool: AsyncEngine = create_async_engine(
            url,
            pool_size=pool + 1,
            max_overflow=0,
            pool_timeout=_WAIT_S,
            # Outside the writer each statement is a transaction of its own, so there is nothing to reset.
            pool_reset_on_return=None,
            connect_args={
                "timeout": _WAIT_S,
                "command_timeout": _COMMAND_TIMEOUT_S,
                "server_settings": _SESSION,
            },
        )

    async def open(self) -> tuple[str, ...]:
        async with self._line() as line:
            found = {name: await line.fetchval(f"SHOW {name}") for name in _MUST_BE_ON}
        return tuple(
            f"PostgreSQL's {name} is {value}: a power cut would lose payments. Switch it on."
            for name, value in found.items()
            if value == "off"
        )

    async def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()
        await self._pool.dispose()

    async def fetch(self, prepared: Prepared, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        args = prepared.args(values)
        for _ in range(_READ_TRIES):
            # A line may have died since it was used last; reading twice harms nobody.
            with suppress(LineLost):
                async with self._line() as line:
                    return prepared.rows(await line.fetch(prepared.sql, *args))
        raise StorageUnavailable

    async def change(self, prepared: Prepared, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            async with self._line() as line:
                return prepared.rows(await line.fetch(prepared.sql, *prepared.args(values)))
        except (LineLost, TryAgain) as error:
            raise StorageUnavailable from error

    async def transact(self, begin: Callable[[], Conversation[T]]) -> T:
        for _ in range(_MOST_TRIES):
            # Lost before it began to commit, or given up by the server: nothing was written, so it is begun anew.
            with suppress(LineLost, TryAgain):
                return await self._transact_once(begin())
        raise StorageUnavailable

    async def _transact_once(self, conversation: Conversation[T]) -> T:
        number: list[str] = []
        line = await self._writer_line()
        try:
            await line.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            result = await self._converse(line, conversation, number)
        except BaseException as error:
            await self._roll_back(line)
            if isinstance(error, Exception):
                raise self.sql.meaning(error) from error
            raise
        try:
            await line.execute("COMMIT")
        except Exception as error:
            await self._drop_writer()
            meaning = self.sql.meaning(error)
            if isinstance(meaning, LineLost):
                await self._find_out(number)
                return result
            raise meaning from error
        return result

    async def _converse(self, line: Line, conversation: Conversation[T], number: list[str]) -> T:
        try:
            ask = next(conversation)
            while True:
                try:
                    answer = await self._answer(line, ask, number)
                except Exception as error:
                    meaning = self.sql.meaning(error)
                    if isinstance(meaning, (LineLost, TryAgain, StorageUnavailable)):
                        raise
                    ask = conversation.throw(meaning)
                else:
                    ask = conversation.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result

    async def _answer(self, line: Line, ask: Ask, number: list[str]) -> object:
        match ask:
            case Look(prepared, ids):
                first, *known = await line.fetch(prepared.sql, self.sql.list_of(ids))
                number.append(first[0])
                return {row[0] for row in known}
            case Write(prepared, rows) if prepared.counted:
                return len(await line.fetchmany(prepared.sql, rows))
            case Write(prepared, rows):
                await line.executemany(prepared.sql, rows)
                return len(rows)
            case Savepoint():
                return await line.execute(_SAVEPOINT_SQL[ask])

    async def _find_out(self, number: list[str]) -> None:
        """
        Ask on a new line what became of a commit whose acknowledgement was lost (reliability rules DB-4).

        Returns when it was committed, raises `LineLost` when it was not, and `StorageUnavailable` when nobody says.
        """
        for _ in range(_LOST_COMMIT_LOOKS if number else 0):
            status = await self._status(number[0])
            if status == "committed":
                return
            if status == "aborted":
                raise LineLost
            await asyncio.sleep(_LOST_COMMIT_PAUSE_S)
        raise StorageUnavailable

    async def _status(self, number: str) -> str | None:
        with suppress(LineLost, StorageUnavailable):
            async with self._line() as line:
                status: str | None = await line.fetchval("SELECT pg_xact_status($1::text::xid8)", number)
                return status
        return None

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        held = await self._connect()
        try:
            yield await _driver(held)
        except Exception as error:
            meaning = self.sql.meaning(error)
            if isinstance(meaning, LineLost):
                await held.invalidate()
            raise meaning from error
        finally:
            await held.close()

    async def _connect(self) -> AsyncConnection:
        try:
            return await self._pool.connect()
        except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise StorageUnavailable from error

    async def _writer_line(self) -> Line:
        if self._writer is None:
            self._writer = await self._connect()
        line = await _driver(self._writer)
        if line.is_closed():
            await self._drop_writer()
            raise LineLost
        return line

    async def _roll_back(self, line: Line) -> None:
        try:
            await line.execute("ROLLBACK")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._drop_writer()

    async def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.invalidate()
            await writer.close()


async def _driver(held: AsyncConnection) -> Line:
    raw = await held.get_raw_connection()
    line: Line = raw.driver_connection
    return line
