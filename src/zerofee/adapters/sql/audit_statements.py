"""The audit log of an app, read from either end: each statement compiled once."""

from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import Integer, Select, bindparam, func, select

from zerofee.adapters.sql.columns import Whole
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.record_tables import AUDIT_ENTRIES

_LIMIT: Final = bindparam("limit", type_=Integer)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditStatements:
    """One for each question of the `AuditLog` port. An app's log is of both its environments."""

    last: Prepared
    entries: Prepared
    following: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""
        number = AUDIT_ENTRIES.c.number
        newest = _chain().order_by(number.desc()).limit(_LIMIT)
        shown = select(number).where(
            AUDIT_ENTRIES.c.app_id == bindparam("app_id"), AUDIT_ENTRIES.c.id == bindparam("after")
        )
        # What no entry of the app's is named by: the end of the log to begin with, nothing for a strange cursor.
        end = func.coalesce(shown.scalar_subquery(), bindparam("otherwise", type_=Whole))
        later = _chain().where(number > bindparam("number", type_=Whole)).order_by(number).limit(_LIMIT)
        return cls(
            last=prepare("last audit_entries", newest, sql.dialect),
            entries=prepare("page audit_entries", newest.where(number < end), sql.dialect),
            following=prepare("follow audit_entries", later, sql.dialect),
        )


def _chain() -> Select[Any]:
    return select(AUDIT_ENTRIES).where(AUDIT_ENTRIES.c.app_id == bindparam("app_id"))
