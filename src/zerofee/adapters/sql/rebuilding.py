"""How a migration changes a table's constraints on SQLite, which cannot alter them: the table is made anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op
from sqlalchemy import text

_INDEXES = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"


@contextmanager
def rebuilt(table: str, columns: str, values: str | None = None) -> Iterator[None]:
    """
    Set a table aside while the caller makes it anew, then bring its rows and its indexes back.

    `columns` are those to be filled, and `values` what they are filled with from the old row, the same columns if left
    out. No other table may refer to it. Nothing is copied under its feet: a migration is one transaction.
    """
    connection, old = op.get_bind(), f"{table}_set_aside"
    indexes = connection.execute(text(_INDEXES), {"table": table}).scalars().all()
    op.rename_table(table, old)
    yield
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {values or columns} FROM {old}")  # noqa: S608  our own words
    op.drop_table(old)
    for index in indexes:
        op.execute(index)
