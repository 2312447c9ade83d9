"""Read a dump into an empty database: all of it, proven by counts and sums, or nothing."""

import gzip
import hashlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, delete, exists, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from zerofee.adapters.sql.dump_shape import FORMAT, Foot, Head, Progress, TransferFailed, sums_of, tables, unpacked
from zerofee.adapters.sql.work_tables import BOOTS, CHORES

_ROWS_AT_ONCE: Final = 1000


async def load(source: Path, url: str, progress: Progress) -> Head:
    """
    Read the dump `source` into the database, in one transaction; give what the dump says of itself.

    Raises `TransferFailed` for a database that is not empty or of another schema, and for a dump that is damaged or
    does not come out as it says. Nothing is written then, so the same command can be run again.
    """
    engine = create_async_engine(url)
    try:
        with gzip.open(source, "rb") as lines:
            head = _head(lines.readline())
            async with engine.begin() as connection:
                await connection.run_sync(_load, head, lines, progress)
    except (OSError, EOFError, gzip.BadGzipFile) as fault:
        raise TransferFailed(f"{source.name} could not be read: {fault}") from fault
    except SQLAlchemyError as fault:
        cause = getattr(fault, "orig", None) or fault
        raise TransferFailed(f"the database refused it: {type(cause).__name__}") from fault
    finally:
        await engine.dispose()
    return head


def _head(line: bytes) -> Head:
    try:
        head = msgspec.json.decode(line, type=Head)
    except msgspec.DecodeError as fault:
        raise TransferFailed("it is no dump that `zerofee export` has written") from fault
    if head.zerofee_dump != FORMAT:
        raise TransferFailed(f"it is of format {head.zerofee_dump}, and this version reads {FORMAT}")
    return head


def _load(connection: Connection, head: Head, lines: gzip.GzipFile, progress: Progress) -> None:
    _refuse_unless_ready(connection, head)
    done = 0
    # The database's own chores and signs of life, if it was served meanwhile, make way.
    for table in (BOOTS, CHORES):
        connection.execute(delete(table))
    for table, rows in groupby(_rows(head, lines), key=lambda row: row[0]):
        batch: list[dict[str, Any]] = []
        for _, row in rows:
            batch.append(row)
            if len(batch) == _ROWS_AT_ONCE:
                done = _insert(connection, table, batch, done, head, progress)
        done = _insert(connection, table, batch, done, head, progress)
    found = dict(sums_of(connection))
    wrong = [name for name, sums in head.tables.items() if found.get(name) != sums]
    if wrong:
        raise TransferFailed(f"counts or sums do not come out in {', '.join(wrong)}")


def _refuse_unless_ready(connection: Connection, head: Head) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision != head.revision:
        raise TransferFailed(
            f"the dump is of schema {head.revision} and the database of {revision or 'none'}: run `zerofee migrate` "
            "with the version that wrote the dump, on both sides"
        )
    unknown = head.tables.keys() ^ {table.name for table in tables()}
    if unknown:
        raise TransferFailed(f"the two sides differ in the tables {', '.join(sorted(unknown))}")
    for table in tables():
        if table is not CHORES and connection.execute(select(exists(select(table)))).scalar_one():
            raise TransferFailed(f"the database is not empty: it has rows in {table.name}. Import into a new one")


def _rows(head: Head, lines: gzip.GzipFile) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Read row after row, and in the end make sure that they are the ones that were written."""
    known = {table.name: table for table in tables()}
    digest = hashlib.sha256(msgspec.json.encode(head) + b"\n")
    for line in lines:
        told = msgspec.json.decode(line)
        if isinstance(told, dict):
            if msgspec.convert(told, Foot).sha256 != digest.hexdigest():
                raise TransferFailed("it is damaged: its rows are not the ones that were written")
            return
        name, *values = told
        digest.update(line)
        yield known[name], unpacked(known[name], values)
    raise TransferFailed("it is cut short")


def _insert(
    connection: Connection, table: Table, batch: list[dict[str, Any]], done: int, head: Head, progress: Progress
) -> int:
    if not batch:
        return done
    connection.execute(insert(table), batch)
    done += len(batch)
    batch.clear()
    progress(done, head.rows)
    return done
