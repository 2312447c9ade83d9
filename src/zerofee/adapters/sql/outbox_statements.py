"""Where apps listen and what is due to them: each statement compiled once."""

from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import Integer, Select, bindparam, delete, exists, null, or_, select, text, tuple_, update
from sqlalchemy.sql import Executable

from zerofee.adapters.sql.columns import Whole
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.outbox_tables import GIVEN_UP, LISTENS, WEBHOOK_DELIVERIES, WEBHOOK_ENDPOINTS
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.read_statements import in_scope
from zerofee.adapters.sql.rows.outbox import OF_EVENT
from zerofee.adapters.sql.tables import EVENTS, SCOPED_ID

_LIMIT: Final = bindparam("limit", type_=Integer)
_NOW: Final = bindparam("now", type_=Whole)
_JOINED: Final = ("subject_id", "sequence", "data", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxStatements:
    """One for each question of the `Endpoints`, `Deliveries` and `Outbox` ports; the page is among the pages."""

    endpoint: Prepared
    endpoints: Prepared
    event: Prepared
    delivery: Prepared
    failed_since: Prepared
    lanes: Prepared
    lane: Prepared
    claim: Prepared
    release: Prepared
    due: Prepared
    reap: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""

        def ready(name: str, statement: Executable) -> Prepared:
            return prepare(name, statement, sql.dialect)

        mine = select(WEBHOOK_ENDPOINTS).where(*in_scope(WEBHOOK_ENDPOINTS))
        by_id = WEBHOOK_ENDPOINTS.c.id == bindparam("id")
        return cls(
            endpoint=ready("read webhook_endpoints", mine.where(by_id)),
            endpoints=ready("list webhook_endpoints", mine.order_by(WEBHOOK_ENDPOINTS.c.id)),
            event=ready("read events", select(EVENTS).where(*in_scope(EVENTS), EVENTS.c.id == bindparam("id"))),
            delivery=ready("read webhook_deliveries", _delivery()),
            failed_since=ready("failed webhook_deliveries", _failed()),
            lanes=ready("lanes", _lanes()),
            lane=ready("lane", mine.where(by_id, text(f"webhook_endpoints.{LISTENS}"), _has_due())),
            claim=ready("claim lane", _claim()),
            release=ready("release lanes", _release()),
            due=ready("due webhook_deliveries", _due()),
            reap=ready("reap webhook_deliveries", _reap()),
        )


def _delivery() -> Select[Any]:
    return select(WEBHOOK_DELIVERIES).where(*in_scope(WEBHOOK_DELIVERIES), WEBHOOK_DELIVERIES.c.id == bindparam("id"))


def _failed() -> Select[Any]:
    table = WEBHOOK_DELIVERIES
    return (
        select(table)
        .where(*in_scope(table), table.c.endpoint_id == bindparam("endpoint_id"), text(GIVEN_UP))
        .where(table.c.created_at >= bindparam("since", type_=Whole))
        .order_by(table.c.id)
        .limit(_LIMIT)
    )


def _has_due() -> Any:  # noqa: ANN401  a condition of whatever kind
    due, endpoint = WEBHOOK_DELIVERIES.c, WEBHOOK_ENDPOINTS.c
    same = (due.endpoint_id == endpoint.id, due.app_id == endpoint.app_id, due.environment == endpoint.environment)
    return exists().where(*same, due.due_at <= _NOW)


def _lanes() -> Executable:
    table = WEBHOOK_ENDPOINTS
    # A walk over a partial index, with one look into another for each endpoint: a long backlog costs no more.
    return (
        select(table)
        .where(text(f"webhook_endpoints.{LISTENS}"), table.c.subscriber.is_(None), _has_due())
        .order_by(*(table.c[name] for name in SCOPED_ID))
        .limit(_LIMIT)
    )


def _claim() -> Executable:
    table = WEBHOOK_ENDPOINTS
    free = or_(table.c.lane_until.is_(None), table.c.lane_until <= _NOW, table.c.lane_owner == bindparam("owner"))
    taken = {table.c.lane_owner: bindparam("owner"), table.c.lane_until: bindparam("lease_until", type_=Whole)}
    return (
        update(table).where(*in_scope(table), table.c.id == bindparam("id"), free).values(taken).returning(table.c.id)
    )


def _release() -> Executable:
    table = WEBHOOK_ENDPOINTS
    return (
        update(table)
        .where(text(LISTENS), table.c.lane_owner == bindparam("owner"))
        .values({table.c.lane_owner: null(), table.c.lane_until: null()})
        .returning(table.c.id)
    )


def _due() -> Executable:
    table = WEBHOOK_DELIVERIES
    told = (EVENTS.c[name].label(f"{OF_EVENT}{name}") for name in _JOINED)
    same = (
        EVENTS.c.app_id == table.c.app_id,
        EVENTS.c.environment == table.c.environment,
        EVENTS.c.id == table.c.event_id,
    )
    return (
        select(*table.c, *told)
        .where(*in_scope(table), table.c.endpoint_id == bindparam("endpoint_id"), table.c.due_at <= _NOW, *same)
        .order_by(table.c.due_at)
        .limit(_LIMIT)
    )


def _reap() -> Executable:
    table = WEBHOOK_DELIVERIES
    keys = tuple(table.c[name] for name in SCOPED_ID)
    quiet = (
        select(*keys)
        .where(table.c.updated_at < bindparam("quiet_since", type_=Whole))
        .order_by(table.c.updated_at)
        .limit(_LIMIT)
    )
    return delete(table).where(tuple_(*keys).in_(quiet)).returning(table.c.id)
