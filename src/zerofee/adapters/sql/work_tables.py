"""What the processes know of one another: who is alive, and which chores have been done."""

from typing import Final

from sqlalchemy import PrimaryKeyConstraint, Table

from zerofee.adapters.sql.columns import moment, word
from zerofee.adapters.sql.tables import METADATA

CHORES: Final = Table(
    "chores",
    METADATA,
    word("id"),
    # Not to be done before; whoever claims it moves this in the same breath.
    moment("due_at"),
    PrimaryKeyConstraint("id"),
    sqlite_strict=True,
)

BOOTS: Final = Table(
    "boots",
    METADATA,
    word("id"),
    moment("beat_at"),
    PrimaryKeyConstraint("id"),
    sqlite_strict=True,
)
