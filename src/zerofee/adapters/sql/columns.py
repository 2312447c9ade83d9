"""
The few kinds of column there are, so that both engines store the same value in the same way.

Migrations use them too, so a kind never changes: what is to be stored differently gets a new kind and a migration.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, Text
from sqlalchemy import text as sql

# Ids, digests and codes are compared byte by byte: a page's order must not depend on the server's language.
Word: Final = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite's STRICT tables know neither BIGINT nor BOOLEAN; its INTEGER has 64 bits.
Whole: Final = BigInteger().with_variant(Integer(), "sqlite")
Flag: Final = Boolean().with_variant(Integer(), "sqlite")


def word(name: str, *, null: bool = False, key: bool = False, default: str | None = None) -> Column[str]:
    """Make a column for an id, a code or a digest; `default` is what rows have that were there before the column."""
    return Column(name, Word, nullable=null, primary_key=key, server_default=default)


def text(name: str, *, null: bool = False) -> Column[str]:
    """Make a column for what people write, or for JSON, which is kept as text on both engines."""
    return Column(name, Text, nullable=null)


def whole(name: str, *, null: bool = False) -> Column[int]:
    """Make a column for an integer of 64 bits: minor units, counts, versions."""
    return Column(name, Whole, nullable=null)


def moment(name: str, *, null: bool = False) -> Column[int]:
    """Make a column for a time: whole microseconds since 1970, UTC. Exact, short, and the same on both engines."""
    return Column(name, Whole, nullable=null)


def flag(name: str) -> Column[bool]:
    """Make a column for yes or no."""
    return Column(name, Flag, nullable=False)


def blob(name: str, *, null: bool = False) -> Column[bytes]:
    """Make a column for bytes that nobody looks into."""
    return Column(name, LargeBinary, nullable=null)


def one_of(column: str, allowed: type[StrEnum]) -> CheckConstraint:
    """Allow only the words of an enumeration."""
    return CheckConstraint(f"{column} IN ({quoted(allowed)})", name=f"{column}_known")


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Index only the rows for which `where` is true."""
    return Index(name, *columns, unique=unique, sqlite_where=sql(where), postgresql_where=sql(where))


def quoted(words: Iterable[Any]) -> str:
    """Write words of ours, which hold no quotes, as a list for SQL."""
    return ", ".join(f"'{found}'" for found in words)
