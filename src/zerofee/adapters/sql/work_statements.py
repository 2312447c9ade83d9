"""What claims due work: each statement moves the due time in the same breath as it finds what is due."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import (
    Column,
    Integer,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql import Executable

from zerofee.adapters.sql.columns import Whole
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.ledger_tables import PENDING_CREDITS, PENDS, WITHDRAWALS
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.tables import ATTEMPTS, CLAIMS, FLIES, PAYMENTS, SCOPED_ID, WAITS
from zerofee.adapters.sql.work_tables import BOOTS, CHORES
from zerofee.domain.attempt import AttemptState
from zerofee.domain.payment_status import PaymentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStatements:
    """One for each method of the `Work` port. They cross scopes, as work is nobody's in particular."""

    beat: Prepared
    alone: Prepared
    chore: Prepared
    orphans: Prepared
    due_attempts: Prepared
    due_payments: Prepared
    due_withdrawals: Prepared
    due_credits: Prepared
    reap_claims: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""
        return cls(
            beat=prepare("beat", _beat(sql), sql.dialect),
            alone=prepare("alone", _alone(), sql.dialect),
            chore=prepare("chore", _chore(sql), sql.dialect),
            orphans=prepare("orphans", _orphans(), sql.dialect),
            due_attempts=prepare("due attempts", _claim(ATTEMPTS, ATTEMPTS.c.ask_at), sql.dialect),
            due_payments=prepare("due payments", _claim(PAYMENTS, PAYMENTS.c.due_at, WAITS), sql.dialect),
            due_withdrawals=prepare("due withdrawals", _claim(WITHDRAWALS, WITHDRAWALS.c.send_at), sql.dialect),
            due_credits=prepare(
                "due credits", _claim(PENDING_CREDITS, PENDING_CREDITS.c.matures_at, PENDS), sql.dialect
            ),
            reap_claims=prepare("reap claims", _reap(), sql.dialect),
        )


def _beat(sql: SqlDialect) -> Executable:
    now = bindparam("now", type_=Whole)
    beat = sql.insert(BOOTS).values(id=bindparam("boot_id"), beat_at=now)
    return beat.on_conflict_do_update(index_elements=[BOOTS.c.id], set_={"beat_at": beat.excluded.beat_at}).returning(
        literal_column(sql.clock).label("told")
    )


def _alone() -> Executable:
    # Two ranges of the primary key, where "not this one" would be a scan.
    others = or_(BOOTS.c.id < bindparam("boot_id"), BOOTS.c.id > bindparam("boot_id"))
    return delete(BOOTS).where(others).returning(BOOTS.c.id)


def _chore(sql: SqlDialect) -> Executable:
    chore = sql.insert(CHORES).values(id=bindparam("name"), due_at=bindparam("next_at", type_=Whole))
    is_due = CHORES.c.due_at <= bindparam("now", type_=Whole)
    return chore.on_conflict_do_update(
        index_elements=[CHORES.c.id], set_={"due_at": chore.excluded.due_at}, where=is_due
    ).returning(CHORES.c.id)


def _orphans() -> Executable:
    alive = exists().where(BOOTS.c.id == ATTEMPTS.c.boot_id, BOOTS.c.beat_at >= bindparam("silent_since", type_=Whole))
    # The first condition is the partial index's own, so that the few attempts in flight are all that is looked at.
    return (
        select(*(ATTEMPTS.c[name] for name in SCOPED_ID), ATTEMPTS.c.withdrawal_id)
        .where(text(FLIES), text(f"attempts.state = '{AttemptState.SENDING}'"), ~alive)
        .order_by(ATTEMPTS.c.started_at, ATTEMPTS.c.id)
        .limit(bindparam("limit", type_=Integer))
    )


def _claim(table: Table, due_at: Column[int], *only: str) -> Executable:
    """Move the due time of what is due, oldest first; another worker skips what is locked meanwhile."""
    keys = tuple(table.c[name] for name in SCOPED_ID)
    due = (
        select(*keys)
        .where(*map(text, only), due_at <= bindparam("now", type_=Whole))
        .order_by(due_at)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    same = (table.c[name] == due.c[name] for name in SCOPED_ID)
    lease = {due_at: bindparam("lease_until", type_=Whole)}
    told = (*keys, table.c.withdrawal_id) if table is ATTEMPTS else keys
    return update(table).where(*same).values(lease).returning(*told)


def _reap() -> Executable:
    mine = (
        ATTEMPTS.c.app_id == PAYMENTS.c.app_id,
        ATTEMPTS.c.environment == PAYMENTS.c.environment,
        ATTEMPTS.c.payment_id == PAYMENTS.c.id,
    )
    waits = (
        select(ATTEMPTS.c.claim_id)
        .join_from(PAYMENTS, ATTEMPTS, and_(*mine))
        .where(text(f"payments.{WAITS}"), PAYMENTS.c.status == PaymentStatus.PROCESSING.value)
        .where(ATTEMPTS.c.claim_id.is_not(None))
    )
    finished = (
        select(CLAIMS.c.id)
        .where(CLAIMS.c.finished_at < bindparam("finished_before", type_=Whole), CLAIMS.c.id.not_in(waits))
        .order_by(CLAIMS.c.finished_at)
        .limit(bindparam("limit", type_=Integer))
    )
    return delete(CLAIMS).where(CLAIMS.c.id.in_(finished)).returning(CLAIMS.c.id)
