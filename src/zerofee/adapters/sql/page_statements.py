"""The pages of what is shown: one statement for each set of filters that is asked for, compiled when it first is."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, Integer, Table, bindparam, select

from zerofee.adapters.sql.columns import Whole
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.ledger_tables import ENTRIES, WITHDRAWALS
from zerofee.adapters.sql.outbox_tables import WEBHOOK_DELIVERIES
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.read_statements import in_scope
from zerofee.adapters.sql.tables import EVENTS, PAYMENTS, REFUNDS

_ONLY: Final[Mapping[Table, Mapping[str, ColumnElement[bool]]]] = {
    PAYMENTS: {
        "status": PAYMENTS.c.status == bindparam("status"),
        "reference": PAYMENTS.c.reference == bindparam("reference"),
        "provider_id": PAYMENTS.c.provider_id == bindparam("provider_id"),
        "attention": PAYMENTS.c.attention.is_not(None),
        "no_attention": PAYMENTS.c.attention.is_(None),
        "created_from": PAYMENTS.c.created_at >= bindparam("created_from", type_=Whole),
        "created_to": PAYMENTS.c.created_at < bindparam("created_to", type_=Whole),
    },
    REFUNDS: {"payment_id": REFUNDS.c.payment_id == bindparam("payment_id")},
    EVENTS: {
        "subject_id": EVENTS.c.subject_id == bindparam("subject_id"),
        "type": EVENTS.c.type == bindparam("type"),
        "created_from": EVENTS.c.created_at >= bindparam("created_from", type_=Whole),
        "created_to": EVENTS.c.created_at < bindparam("created_to", type_=Whole),
    },
    WEBHOOK_DELIVERIES: {
        "endpoint_id": WEBHOOK_DELIVERIES.c.endpoint_id == bindparam("endpoint_id"),
        "status": WEBHOOK_DELIVERIES.c.status == bindparam("status"),
    },
    ENTRIES: {"currency": ENTRIES.c.currency == bindparam("currency")},
    WITHDRAWALS: {},
}
FILTERS: Final[Mapping[Table, frozenset[str]]] = {table: frozenset(only) for table, only in _ONLY.items()}
"""By what each table may be filtered."""


class PageStatements:
    """Newest first by id, at most `limit`, older than `after` if that is among the filters."""

    def __init__(self, sql: SqlDialect) -> None:
        """Compile for one dialect; there are as many statements as sets of filters, and no more."""
        self._sql = sql
        self._known: dict[tuple[Table, frozenset[str]], Prepared] = {}

    def page(self, table: Table, filters: frozenset[str]) -> Prepared:
        """Give the statement for a table and the names of its filters, `after` among them or not."""
        known = self._known.get((table, filters))
        if known is None:
            known = self._known[table, filters] = self._prepare(table, filters)
        return known

    def _prepare(self, table: Table, filters: frozenset[str]) -> Prepared:
        statement = select(table).where(*in_scope(table), *(_ONLY[table][name] for name in sorted(filters - {"after"})))
        age = _age(table, filters)
        if "after" in filters:
            statement = statement.where(age < bindparam("after"))
        newest_first = statement.order_by(age.desc()).limit(bindparam("limit", type_=Integer))
        return prepare(f"page {table.name} {' '.join(sorted(filters))}", newest_first, self._sql.dialect)


def _age(table: Table, filters: frozenset[str]) -> ColumnElement[str]:
    """
    Give what tells older from newer: the id.

    One object has a few events among all of its scope's. An expression hides from the planner that the primary key
    would give the order, so that it looks for the object first and sorts the little that it finds.
    """
    if table is EVENTS and "subject_id" in filters:
        return EVENTS.c.id.concat("")
    return table.c.id
