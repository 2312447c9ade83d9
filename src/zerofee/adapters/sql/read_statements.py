"""What is read by key, and what is listed whole: each statement compiled once."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, Select, Table, bindparam, literal_column, select

from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.tables import (
    API_KEYS,
    APPS,
    ATTEMPTS,
    CLAIMS,
    CONNECTIONS,
    PAYMENTS,
    REFUNDS,
    ROUTES,
    WALLETS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStatements:
    """One for each question of the `Reads` and `Keys` ports, and for routing."""

    payment: Prepared
    attempt: Prepared
    attempts: Prepared
    refund: Prepared
    claim: Prepared
    connection: Prepared
    connections: Prepared
    routes: Prepared
    strategy: Prepared
    balances: Prepared
    key: Prepared
    api_keys: Prepared
    ping: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""

        def one(table: Table) -> Prepared:
            statement = select(table).where(*in_scope(table), table.c.id == bindparam("id"))
            return prepare(f"read {table.name}", statement, sql.dialect)

        def all_of(table: Table, by: str, *also: ColumnElement[bool]) -> Prepared:
            statement = select(table).where(*in_scope(table), *also).order_by(table.c[by])
            return prepare(f"list {table.name}", statement, sql.dialect)

        by_digest = select(API_KEYS).where(API_KEYS.c.digest == bindparam("digest"))
        return cls(
            payment=one(PAYMENTS),
            attempt=one(ATTEMPTS),
            attempts=all_of(ATTEMPTS, "number", ATTEMPTS.c.payment_id == bindparam("payment_id")),
            refund=one(REFUNDS),
            claim=one(CLAIMS),
            connection=one(CONNECTIONS),
            connections=all_of(CONNECTIONS, "id"),
            routes=all_of(ROUTES, "id"),
            strategy=prepare("routing strategy", _strategy(), sql.dialect),
            balances=all_of(WALLETS, "currency"),
            key=prepare("key by digest", by_digest, sql.dialect),
            api_keys=all_of(API_KEYS, "id"),
            ping=prepare("ping", select(literal_column("1").label("one")), sql.dialect),
        )


def _strategy() -> Select[tuple[str]]:
    return select(APPS.c.strategy).where(APPS.c.id == bindparam("app_id"))


def in_scope(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Make the condition that keeps every question within its scope (reliability rules TEN-1)."""
    return table.c.app_id == bindparam("app_id"), table.c.environment == bindparam("environment")
