"""What writes each kind of change: one statement or two, compiled once, in the order in which they are run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, Update, bindparam, delete, insert, or_, update

from zerofee.adapters.sql.account_tables import LETTERS, ONE_TIME_CODES, SESSIONS, TALLIES, USERS
from zerofee.adapters.sql.checkout_tables import CHECKOUT_SESSIONS
from zerofee.adapters.sql.columns import Whole
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.joining import joined_credits, joined_openings
from zerofee.adapters.sql.ledger_tables import ENTRIES, FEE_RULES, PENDING_CREDITS, WITHDRAWALS
from zerofee.adapters.sql.outbox_tables import WEBHOOK_DELIVERIES, WEBHOOK_ENDPOINTS
from zerofee.adapters.sql.prepared import OLD, Args, Prepared, prepare
from zerofee.adapters.sql.record_tables import AUDIT_ENTRIES, PROVIDER_EVENTS
from zerofee.adapters.sql.rows.account import code_row, letter_row, session_row, tally_row, user_row
from zerofee.adapters.sql.rows.app import api_key_row, app_row, key_used_row
from zerofee.adapters.sql.rows.attempt import AttemptRows
from zerofee.adapters.sql.rows.audit import audit_row
from zerofee.adapters.sql.rows.checkout import checkout_row
from zerofee.adapters.sql.rows.claim import claim_row, finish_row
from zerofee.adapters.sql.rows.event import event_row
from zerofee.adapters.sql.rows.inbox import inbox_row
from zerofee.adapters.sql.rows.ledger import credit_row, entry_row, fee_rule_row
from zerofee.adapters.sql.rows.outbox import delivery_row, endpoint_row
from zerofee.adapters.sql.rows.payment import payment_row
from zerofee.adapters.sql.rows.refund import refund_row
from zerofee.adapters.sql.rows.routing import connection_row, route_row
from zerofee.adapters.sql.rows.wallet import move_row
from zerofee.adapters.sql.rows.withdrawal import withdrawal_row
from zerofee.adapters.sql.tables import (
    API_KEYS,
    APPS,
    ATTEMPTS,
    CLAIMS,
    CONNECTIONS,
    EVENTS,
    PAYMENTS,
    REFUNDS,
    ROUTES,
    SCOPE,
    WALLETS,
)
from zerofee.adapters.write_order import SLOTS, Slot
from zerofee.domain.app import ApiKey, App
from zerofee.domain.attempt import Attempt
from zerofee.domain.audit import AuditEntry
from zerofee.domain.change_set import ConflictKind, Delete, Insert, Insertable, KeyUsed
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.connection import Connection
from zerofee.domain.delivery import Delivery
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.fee import FeeRule
from zerofee.domain.idempotency import Claim
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ledger import Entry
from zerofee.domain.letter import Letter
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally
from zerofee.domain.user import User
from zerofee.domain.wallet import BalanceMove
from zerofee.domain.withdrawal import Withdrawal

ToRow = Callable[[Any], dict[str, Any]]
Join = Callable[[Sequence[Args]], list[Args]]

Tables = Mapping[type[Insertable], tuple[Table, ToRow]]

_TABLES: Final[Tables] = {
    App: (APPS, app_row),
    ApiKey: (API_KEYS, api_key_row),
    Connection: (CONNECTIONS, connection_row),
    Route: (ROUTES, route_row),
    Payment: (PAYMENTS, payment_row),
    Refund: (REFUNDS, refund_row),
    Event: (EVENTS, event_row),
    Claim: (CLAIMS, claim_row),
    CheckoutSession: (CHECKOUT_SESSIONS, checkout_row),
    InboxEvent: (PROVIDER_EVENTS, inbox_row),
    AuditEntry: (AUDIT_ENTRIES, audit_row),
    User: (USERS, user_row),
    Session: (SESSIONS, session_row),
    OneTimeCode: (ONE_TIME_CODES, code_row),
    Letter: (LETTERS, letter_row),
    Tally: (TALLIES, tally_row),
    WebhookEndpoint: (WEBHOOK_ENDPOINTS, endpoint_row),
    Delivery: (WEBHOOK_DELIVERIES, delivery_row),
    Entry: (ENTRIES, entry_row),
    FeeRule: (FEE_RULES, fee_rule_row),
    PendingCredit: (PENDING_CREDITS, credit_row),
    Withdrawal: (WITHDRAWALS, withdrawal_row),
}

# What a thing is from birth and stays: no update writes it. An index over such a column is not touched either.
_FIXED: Final = frozenset({"created_at", "started_at", "amount_minor", "currency"})
_FIXED_IN: Final[Mapping[Table, frozenset[str]]] = {
    API_KEYS: frozenset({"kind", "last_used_at"}),
    CONNECTIONS: frozenset({"provider_id"}),
    PAYMENTS: frozenset({"capture", "reference"}),
    REFUNDS: frozenset({"payment_id", "provider_id"}),
    ATTEMPTS: frozenset(
        {"payment_id", "refund_id", "withdrawal_id", "kind", "number", "connection_id", "credential_version"}
        | {"provider_id", "provider_key", "digest", "claim_id"}
    ),
    WITHDRAWALS: frozenset(
        {"destination", "connection_id", "provider_id", "reference", "description", "metadata", "number"}
    ),
    CHECKOUT_SESSIONS: frozenset({"payment_id", "methods", "line_items", "locale", "provider_id"}),
    USERS: frozenset({"email"}),
    WEBHOOK_ENDPOINTS: frozenset({"subscriber", "lane_owner", "lane_until"}),
    WEBHOOK_DELIVERIES: frozenset({"endpoint_id", "event_id", "event_type", "redelivery_of"}),
    SESSIONS: frozenset({"user_id"}),
    ONE_TIME_CODES: frozenset({"email", "user_id"}),
    LETTERS: frozenset({"kind", "email", "code_id"}),
    PROVIDER_EVENTS: frozenset(
        {"connection_id", "provider_id", "event_key", "type", "our_reference", "reference", "details", "body"}
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """
    One statement that writes one kind of change.

    `taken` is the conflict when a unique value is taken, `missed` the one when a guard left a row unhit, `referred`
    the one when other rows refer to it; a reference to nothing is a bug, and no conflict. `join` makes fewer rows of
    many sets' rows, to the same effect.
    """

    prepared: Prepared
    to_row: ToRow
    what: str
    taken: ConflictKind = ConflictKind.UNIQUE
    missed: ConflictKind = ConflictKind.VERSION
    referred: ConflictKind | None = None
    join: Join | None = None


class WriteStatements:
    """All of them: `of` by slot, `ordered` as they are run."""

    def __init__(self, sql: SqlDialect, attempts: AttemptRows) -> None:
        """Compile for one dialect."""
        tables: Tables = {**_TABLES, Attempt: (ATTEMPTS, attempts.row_of)}
        self.of: dict[Slot, tuple[Writing, ...]] = {slot: _writings(sql, slot, tables) for slot in SLOTS}
        self.ordered = tuple(writing for slot in SLOTS for writing in self.of[slot])


def _writings(sql: SqlDialect, slot: Slot, tables: Tables) -> tuple[Writing, ...]:
    kind, of = slot
    if kind is BalanceMove:
        return _move(sql)
    if kind is KeyUsed:
        return (_use(sql),)
    if of is None:
        return (_finish(sql),)
    table, to_row = tables[of]
    if kind is Delete:
        return (_delete(sql, table, to_row),)
    return (_insert(sql, table, to_row),) if kind is Insert else (_update(sql, table, to_row),)


def _insert(sql: SqlDialect, table: Table, to_row: ToRow) -> Writing:
    prepared = prepare(f"insert {table.name}", insert(table), sql.dialect, key=_key(table))
    taken = ConflictKind.CLAIM if table is CLAIMS else ConflictKind.UNIQUE
    return Writing(prepared=prepared, to_row=to_row, what=table.name, taken=taken)


def _update(sql: SqlDialect, table: Table, to_row: ToRow) -> Writing:
    fixed = _FIXED | _FIXED_IN.get(table, frozenset()) | set(_key(table))
    statement = (
        update(table)
        .where(*_is_old(table), table.c.version == bindparam(f"{OLD}version", type_=Whole) - 1)
        .values({column: bindparam(column.name) for column in table.c if column.name not in fixed})
    )
    prepared = prepare(f"update {table.name}", sql.counted(statement), sql.dialect, key=_key(table), counted=True)
    return Writing(prepared=prepared, to_row=to_row, what=table.name)


def _delete(sql: SqlDialect, table: Table, to_row: ToRow) -> Writing:
    statement = delete(table).where(*_is_old(table), table.c.version == bindparam(f"{OLD}version", type_=Whole))
    prepared = prepare(f"delete {table.name}", sql.counted(statement), sql.dialect, key=_key(table), counted=True)
    return Writing(prepared=prepared, to_row=to_row, what=table.name, referred=ConflictKind.REFERRED)


def _use(sql: SqlDialect) -> Writing:
    column = API_KEYS.c.last_used_at
    before = or_(column.is_(None), column < bindparam(f"{OLD}last_used_at", type_=Whole))
    statement = update(API_KEYS).where(*_is_old(API_KEYS), before).values({column: bindparam("last_used_at")})
    return Writing(
        prepared=prepare("use api_keys", statement, sql.dialect, key=_key(API_KEYS)),
        to_row=key_used_row,
        what="api_keys",
    )


def _finish(sql: SqlDialect) -> Writing:
    written = ("answer_status", "answer_content_type", "answer_location", "answer_body", "finished_at")
    statement = (
        update(CLAIMS)
        .where(*_is_old(CLAIMS), CLAIMS.c.finished_at.is_(None))
        .values({CLAIMS.c[name]: bindparam(name) for name in written})
    )
    prepared = prepare("finish claim", statement, sql.dialect, key=("id",))
    return Writing(prepared=prepared, to_row=finish_row, what="claims")


def _move(sql: SqlDialect) -> tuple[Writing, ...]:
    """Open the wallet if there is none, then add to it; the guard reads what earlier moves have left."""
    amounts = ("available_minor", "pending_minor", "reserved_minor", "debt_minor")
    empty = {name: bindparam(f"no_{name}", 0, type_=Whole) for name in amounts}
    opened = sql.insert(WALLETS).values({**{n: bindparam(n) for n in (*SCOPE, "currency")}, **empty})
    after = {name: WALLETS.c[name] + bindparam(f"{OLD}{name}", type_=Whole) for name in amounts}
    moved: Update = update(WALLETS).where(*_is_old(WALLETS), *(value >= 0 for value in after.values())).values(after)
    key = (*SCOPE, "currency")
    return (
        Writing(
            prepared=prepare("open wallet", opened.on_conflict_do_nothing(), sql.dialect, key=key),
            to_row=move_row,
            what="wallets",
            join=joined_openings,
        ),
        Writing(
            prepared=prepare("move balance", sql.counted(moved), sql.dialect, key=key, counted=True),
            to_row=move_row,
            what="wallets",
            missed=ConflictKind.BALANCE,
            join=joined_credits,
        ),
    )


def _key(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _is_old(table: Table) -> tuple[Any, ...]:
    return tuple(table.c[name] == bindparam(f"{OLD}{name}") for name in _key(table))
