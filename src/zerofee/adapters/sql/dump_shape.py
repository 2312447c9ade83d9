"""A whole database as lines of JSON, the same from either engine: what a dump says of itself, and how a row goes."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Boolean, Column, Connection, LargeBinary, Table, func, select

from zerofee.adapters.sql.schema import METADATA
from zerofee.adapters.sql.work_tables import BOOTS

FORMAT: Final = 1
Progress = Callable[[int, int], None]
"""Told the rows that are done, and all there are."""


class TableSums(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many rows a table has, and what each of its columns of money adds up to, whatever the currency."""

    rows: int
    sums: dict[str, int]


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The first line: of which schema the dump is, and what must come out in the end."""

    zerofee_dump: int = FORMAT
    revision: str
    tables: dict[str, TableSums]

    @property
    def rows(self) -> int:
        """Add up the rows of all tables."""
        return sum(table.rows for table in self.tables.values())


class Foot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line: the SHA-256 of all lines before, in hex."""

    sha256: str


class TransferFailed(Exception):
    """The dump could not be written or read; the text says what to do, and nothing was changed."""


def tables() -> Sequence[Table]:
    """List what a dump holds, each after what it refers to; who was alive there is nobody here."""
    return [table for table in METADATA.sorted_tables if table is not BOOTS]


def sums_of(connection: Connection) -> Mapping[str, TableSums]:
    """Count the rows and add up the money of every table."""
    return {str(table.name): _sums_of(connection, table) for table in tables()}


def packed(table: Table, row: Sequence[Any]) -> bytes:
    """Write one row as a line; SQLite keeps yes and no as numbers, and PostgreSQL does not."""
    values = (
        bool(value) if isinstance(column.type, Boolean) else value
        for column, value in zip(table.columns, row, strict=True)
    )
    return msgspec.json.encode([str(table.name), *values])


def unpacked(table: Table, values: Sequence[Any]) -> dict[str, Any]:
    """Read one row's values; raise `TransferFailed` for a row that is not as long as the table is wide."""
    columns = table.columns.values()
    if len(values) != len(columns):
        raise TransferFailed(f"a row of {table.name} has {len(values)} values and should have {len(columns)}")
    return {column.name: _value(column, value) for column, value in zip(columns, values, strict=True)}


def _value(column: Column[Any], value: Any) -> Any:  # noqa: ANN401  whatever a column holds
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value)
    return bool(value) if isinstance(column.type, Boolean) else value


def _sums_of(connection: Connection, table: Table) -> TableSums:
    money = [column for column in table.columns if column.name.endswith("_minor")]
    found = connection.execute(select(func.count(), *(func.sum(column) for column in money)).select_from(table)).one()
    totals = zip(money, found[1:], strict=True)
    return TableSums(found[0], {str(column.name): int(total or 0) for column, total in totals})
