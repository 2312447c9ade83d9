"""Write a whole database down, as it was at one moment."""

import gzip
import hashlib
import os
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from zerofee.adapters.sql.dump_shape import Foot, Head, Progress, TransferFailed, packed, sums_of, tables
from zerofee.adapters.sql.work_tables import BOOTS

_PRIVATE: Final = 0o600
_ROWS_AT_ONCE: Final = 1000
_REPORT_EVERY: Final = 1000


class _Lines(Protocol):
    def write(self, data: bytes) -> Any:  # noqa: ANN401  whatever a file says
        """Take some bytes."""
        ...


async def dump(url: str, target: Path, progress: Progress) -> Head:
    """
    Write all rows of the database to `target`, packed; only its owner can read it. Give what it says of itself.

    All of it is read in one transaction, so it is of one moment. Raises `TransferFailed`; then there is no file.
    """
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    engine = create_async_engine(url)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
            async with engine.connect() as connection:
                if engine.dialect.name == "postgresql":
                    connection = await connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
                with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6) as packing:
                    head = await connection.run_sync(_write, packing, progress)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except (OSError, SQLAlchemyError) as fault:
        raise TransferFailed(f"the database could not be read: {type(fault).__name__}") from fault
    finally:
        beside.unlink(missing_ok=True)
        await engine.dispose()
    return head


async def last_beat(url: str) -> int | None:
    """Say when a process was alive here last, in microseconds since 1970; `None` if none ever was."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            found: int | None = (await connection.execute(select(func.max(BOOTS.c.beat_at)))).scalar_one()
            return found
    except (OSError, SQLAlchemyError) as fault:
        raise TransferFailed(f"the database could not be read: {type(fault).__name__}") from fault
    finally:
        await engine.dispose()


def _write(connection: Connection, lines: _Lines, progress: Progress) -> Head:
    if connection.dialect.name == "sqlite":
        # By itself the driver begins a transaction only before it writes.
        connection.exec_driver_sql("BEGIN")
    revision = MigrationContext.configure(connection).get_current_revision()
    head = Head(revision=revision or "", tables=dict(sums_of(connection)))
    digest = hashlib.sha256()

    def write(line: bytes) -> None:
        lines.write(line + b"\n")
        digest.update(line + b"\n")

    write(msgspec.json.encode(head))
    done = 0
    for table in tables():
        found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(
            select(table).order_by(*table.primary_key.columns)
        )
        for row in found:
            write(packed(table, tuple(row)))
            done += 1
            if done % _REPORT_EVERY == 0:
                progress(done, head.rows)
    lines.write(msgspec.json.encode(Foot(digest.hexdigest())) + b"\n")
    progress(done, head.rows)
    return head
