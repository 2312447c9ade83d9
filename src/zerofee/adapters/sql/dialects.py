"""All that differs between the two engines' SQL, and between what their drivers say when they refuse."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final, Protocol

import asyncpg
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Delete,
    Dialect,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.sql import Executable

from zerofee.adapters.sql.tables import CLAIMS
from zerofee.domain.ports.store import StorageUnavailable

Upsert = sqlite.Insert | postgresql.Insert


class Rule(Enum):
    """Which kind of constraint said no."""

    UNIQUE = auto()
    CHECK = auto()
    REFERENCE = auto()


class Refused(Exception):
    """A constraint said no."""

    def __init__(self, rule: Rule, said: str) -> None:
        """Keep the kind of rule, and what the engine said of it."""
        super().__init__(said)
        self.rule = rule


class TryAgain(Exception):
    """Two transactions stood in each other's way, and the engine gave up this one."""


class LineLost(Exception):
    """The connection is gone; a transaction on it that had not begun to commit has written nothing."""


class SqlDialect(Protocol):
    """How one engine wants to be asked, and what its errors mean."""

    @property
    def dialect(self) -> Dialect:
        """Give SQLAlchemy's dialect, for compiling."""
        ...

    @property
    def clock(self) -> str:
        """Give what shows the engine's own time in microseconds when a beat is written, or repeats the beat's."""
        ...

    def insert(self, table: Table) -> Upsert:
        """Begin an insert that may say what to do on conflict."""
        ...

    def counted(self, update: Update | Delete) -> Executable:
        """Make an update or a deletion tell how many rows it hit when run for many."""
        ...

    def known_claims(self) -> Executable:
        """Make the query for those of the claims bound as `ids` that there are."""
        ...

    def is_one_of(self, column: Column[str], bound: str) -> ColumnElement[bool]:
        """Make the condition that a column is one of the list that is bound as `bound`."""
        ...

    def list_of(self, ids: Sequence[str]) -> object:
        """Make of a list the one value that `is_one_of` binds."""
        ...

    def meaning(self, error: Exception) -> Exception:
        """Translate a driver's error: `Refused`, `TryAgain`, `LineLost`, `StorageUnavailable`, or itself, a bug."""
        ...


class SqliteDialect:
    """SQLite, by Python's own driver."""

    def __init__(self) -> None:
        """Make the compiler's side."""
        self.dialect: Dialect = SQLiteDialect_aiosqlite()
        # It runs on this machine, so its clock is ours.
        self.clock = "beat_at"

    def insert(self, table: Table) -> Upsert:
        return sqlite.insert(table)

    def counted(self, update: Update | Delete) -> Executable:
        # The driver adds up what each round of `executemany` hit.
        return update

    def known_claims(self) -> Executable:
        return select(CLAIMS.c.id).where(self.is_one_of(CLAIMS.c.id, "ids"))

    def is_one_of(self, column: Column[str], bound: str) -> ColumnElement[bool]:
        listed = func.json_each(bindparam(bound)).table_valued("value")
        return column.in_(select(listed.c.value))

    def list_of(self, ids: Sequence[str]) -> object:
        return json.dumps(ids)

    def meaning(self, error: Exception) -> Exception:
        if not isinstance(error, sqlite3.Error):
            return error
        code = getattr(error, "sqlite_errorcode", 0)
        rule = _SQLITE_RULES.get(code)
        if rule is not None:
            return Refused(rule, str(error))
        return StorageUnavailable() if code & _PRIMARY in _SQLITE_AWAY else error


class PostgresDialect:
    """PostgreSQL, by asyncpg."""

    def __init__(self) -> None:
        """Make the compiler's side."""
        self.dialect: Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
        self.clock = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

    def insert(self, table: Table) -> Upsert:
        return postgresql.insert(table)

    def counted(self, update: Update | Delete) -> Executable:
        # asyncpg counts nothing when it runs for many, but it brings back what they return.
        return update.returning(literal_column("1"))

    def known_claims(self) -> Executable:
        # The first row is the transaction's number: when the word of a commit is lost, it tells what became of it.
        number = select(cast(func.pg_current_xact_id(), Text).label("id"))
        return number.union_all(select(CLAIMS.c.id).where(self.is_one_of(CLAIMS.c.id, "ids")))

    def is_one_of(self, column: Column[str], bound: str) -> ColumnElement[bool]:
        return column == func.any(bindparam(bound, type_=ARRAY(Text)))

    def list_of(self, ids: Sequence[str]) -> object:
        return list(ids)

    def meaning(self, error: Exception) -> Exception:
        match error:
            case asyncpg.PostgresError():
                return self._of_state(error, str(error.sqlstate))
            case asyncpg.InterfaceError() | asyncpg.InternalClientError() | OSError():
                # A timeout is an OSError too: what the server still does on that line, nobody will hear.
                return LineLost(str(error))
            case _:
                return error

    def _of_state(self, error: Exception, state: str) -> Exception:
        rule = _POSTGRES_RULES.get(state)
        if rule is not None:
            return Refused(rule, str(error))
        if state in _POSTGRES_AGAIN:
            return TryAgain(str(error))
        if state.startswith(_POSTGRES_LOST):
            return LineLost(str(error))
        return StorageUnavailable() if state.startswith(_POSTGRES_AWAY) else error


_SQLITE_RULES: Final[Mapping[int, Rule]] = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: Rule.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: Rule.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_CHECK: Rule.CHECK,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: Rule.REFERENCE,
}
# An extended code holds its primary one in the low byte.
_PRIMARY: Final = 0xFF
_SQLITE_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
# Source: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
_POSTGRES_RULES: Final[Mapping[str, Rule]] = {"23505": Rule.UNIQUE, "23514": Rule.CHECK, "23503": Rule.REFERENCE}
_POSTGRES_AGAIN: Final = frozenset({"40001", "40P01"})
_POSTGRES_LOST: Final = ("08", "57P")
# Out of disk, memory or connections; told to stop; locked; read-only; the system's own errors.
_POSTGRES_AWAY: Final = ("25006", "53", "55P03", "57014", "58", "XX")
