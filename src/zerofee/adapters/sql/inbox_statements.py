"""How what a provider told is found, and whom it is about: each statement compiled once."""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Column, Integer, Select, Table, and_, bindparam, select, union, update
from sqlalchemy.sql import Executable

from zerofee.adapters.sql.app_statements import newest_first, of_app
from zerofee.adapters.sql.columns import Whole
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.read_statements import in_scope
from zerofee.adapters.sql.record_tables import PROVIDER_EVENTS
from zerofee.adapters.sql.tables import ATTEMPTS, CONNECTIONS, SCOPE, SCOPED_ID
from zerofee.domain.attempt import AttemptKind

# By what a provider may name an attempt, each with an index of its own.
_NAMES = (ATTEMPTS.c.id, ATTEMPTS.c.provider_key, ATTEMPTS.c.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxStatements:
    """One for each method of the `Inbox` port. The first two and `charge` cross scopes."""

    connection: Prepared
    connections: Prepared
    attempt: Prepared
    charge: Prepared
    event: Prepared
    events: Prepared
    due: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""
        by_id = select(CONNECTIONS).where(CONNECTIONS.c.id == bindparam("id"))
        mine = of_app(PROVIDER_EVENTS)
        event = mine.where(PROVIDER_EVENTS.c.id == bindparam("id"))
        events = newest_first(mine, PROVIDER_EVENTS)
        return cls(
            connection=prepare("connection by id alone", by_id, sql.dialect),
            connections=prepare("connections by names", _connections(sql), sql.dialect),
            attempt=prepare("attempt by name", _attempt(), sql.dialect),
            charge=prepare("charge of payment", _charge(), sql.dialect),
            event=prepare("managed provider_events", event, sql.dialect),
            events=prepare("manage provider_events", events, sql.dialect),
            due=prepare("due provider events", _due(), sql.dialect),
        )


def _connections(sql: SqlDialect) -> Executable:
    keys = tuple(ATTEMPTS.c[name] for name in (*SCOPE, "connection_id"))
    mine = ATTEMPTS.c.provider_id == bindparam("provider_id")
    named = union(*(select(*keys).where(sql.is_one_of(column, "names"), mine) for column in _NAMES)).subquery()
    same = and_(
        CONNECTIONS.c.app_id == named.c.app_id,
        CONNECTIONS.c.environment == named.c.environment,
        CONNECTIONS.c.id == named.c.connection_id,
    )
    return select(CONNECTIONS).join_from(named, CONNECTIONS, same).order_by(CONNECTIONS.c.id)


def _attempt() -> Executable:
    def named(column: Column[str]) -> Select[Any]:
        mine = ATTEMPTS.c.connection_id == bindparam("connection_id")
        return select(ATTEMPTS).where(*in_scope(ATTEMPTS), column == bindparam("name"), mine)

    return select(union(*(named(column) for column in _NAMES)).subquery())


def _charge() -> Executable:
    mine = (ATTEMPTS.c.payment_id == bindparam("payment_id"), ATTEMPTS.c.kind == AttemptKind.CHARGE.value)
    return select(ATTEMPTS).where(*mine).order_by(ATTEMPTS.c.number.desc()).limit(1)


def _due() -> Executable:
    """Move the due time of what is due, oldest first; another worker skips what is locked meanwhile."""
    table: Table = PROVIDER_EVENTS
    due = (
        select(*(table.c[name] for name in SCOPED_ID))
        .where(table.c.due_at <= bindparam("now", type_=Whole))
        .order_by(table.c.due_at)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    same = (table.c[name] == due.c[name] for name in SCOPED_ID)
    lease = {table.c.due_at: bindparam("lease_until", type_=Whole)}
    return update(table).where(*same).values(lease).returning(*table.c)
