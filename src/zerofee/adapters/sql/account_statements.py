"""What is asked of the tables of people: look-ups, due letters, and what is past its time."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import Column, Integer, Table, bindparam, delete, select, text, update
from sqlalchemy.sql import Executable

from zerofee.adapters.sql.account_tables import LETTERS, ONE_TIME_CODES, SESSIONS, TALLIES, USERS
from zerofee.adapters.sql.columns import Whole
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.prepared import Prepared, prepare

# A query repeats the condition of its partial index, so that both engines see that the index serves it.
_DUE = "due_at IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatements:
    """One for each question of the `Accounts` and `Post` ports. They cross scopes, as people belong to no app."""

    user: Prepared
    user_by_email: Prepared
    session: Prepared
    code: Prepared
    latest_code: Prepared
    tally: Prepared
    due_letters: Prepared
    reap_letters: Prepared
    reap_codes: Prepared
    reap_sessions: Prepared
    reap_tallies: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""

        def one(table: Table) -> Prepared:
            statement = select(table).where(table.c.id == bindparam("id"))
            return prepare(f"read {table.name}", statement, sql.dialect)

        def reap(table: Table, by: Column[int]) -> Prepared:
            return prepare(f"reap {table.name}", _reap(table, by), sql.dialect)

        by_email = select(USERS).where(USERS.c.email == bindparam("email"))
        latest = (
            select(ONE_TIME_CODES)
            .where(ONE_TIME_CODES.c.email == bindparam("email"))
            .order_by(ONE_TIME_CODES.c.id.desc())
            .limit(1)
        )
        return cls(
            user=one(USERS),
            user_by_email=prepare("user by email", by_email, sql.dialect),
            session=one(SESSIONS),
            code=one(ONE_TIME_CODES),
            latest_code=prepare("latest code", latest, sql.dialect),
            tally=one(TALLIES),
            due_letters=prepare("due letters", _claim(), sql.dialect),
            reap_letters=reap(LETTERS, LETTERS.c.created_at),
            reap_codes=reap(ONE_TIME_CODES, ONE_TIME_CODES.c.created_at),
            reap_sessions=reap(SESSIONS, SESSIONS.c.expires_at),
            reap_tallies=reap(TALLIES, TALLIES.c.last_at),
        )


def _claim() -> Executable:
    """Move the due time of what is due, oldest first; another worker skips what is locked meanwhile."""
    due = (
        select(LETTERS.c.id)
        .where(text(_DUE), LETTERS.c.due_at <= bindparam("now", type_=Whole))
        .order_by(LETTERS.c.due_at)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    lease = {LETTERS.c.due_at: bindparam("lease_until", type_=Whole)}
    return update(LETTERS).where(LETTERS.c.id == due.c.id).values(lease).returning(*LETTERS.c)


def _reap(table: Table, by: Column[int]) -> Executable:
    past = (
        select(table.c.id)
        .where(by < bindparam("before", type_=Whole))
        .order_by(by)
        .limit(bindparam("limit", type_=Integer))
    )
    return delete(table).where(table.c.id.in_(past)).returning(table.c.id)
