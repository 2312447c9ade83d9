"""What is asked of the ledger and the wallets: each statement compiled once."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, Integer, Select, Table, and_, bindparam, cast, func, select, text, tuple_
from sqlalchemy.sql import Executable

from zerofee.adapters.sql.columns import Whole, quoted
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.ledger_tables import ENTRIES, FEE_RULES, PENDING_CREDITS, WITHDRAWALS
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.read_statements import in_scope
from zerofee.adapters.sql.tables import ATTEMPTS, SCOPE, WALLETS
from zerofee.domain.withdrawal import COUNTS

OWES = "debt_minor > 0"
"""As it stands in the condition of its partial index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerStatements:
    """One for each question of the `Ledger` and `Books` ports."""

    balances: Prepared
    group: Prepared
    pending_credit: Prepared
    withdrawal: Prepared
    payouts: Prepared
    withdrawn: Prepared
    wallets: Prepared
    folded: Prepared
    between: Prepared
    fee_rules: Prepared
    wallets_after: Prepared
    check: Prepared
    unbalanced: Prepared
    indebted: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""

        def made(name: str, statement: Executable) -> Prepared:
            return prepare(name, statement, sql.dialect)

        return cls(
            balances=made("read wallet", select(WALLETS).where(*_in_wallet(WALLETS))),
            group=made("read entries of source", _group()),
            pending_credit=made("read pending_credits", _one(PENDING_CREDITS)),
            withdrawal=made("read withdrawals", _one(WITHDRAWALS)),
            payouts=made("list payouts", _payouts()),
            withdrawn=made("sum withdrawals", _withdrawn()),
            wallets=made("list wallets opened", _wallets()),
            folded=made("fold entries", _folded()),
            between=made("list entries between", _between()),
            fee_rules=made("list fee_rules", select(FEE_RULES).where(*in_scope(FEE_RULES)).order_by(FEE_RULES.c.id)),
            wallets_after=made("walk wallets", _wallets_after()),
            check=made("check wallet", _check()),
            unbalanced=made("find unbalanced", _unbalanced()),
            indebted=made("find indebted", _indebted()),
        )


def _in_wallet(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (*in_scope(table), table.c.currency == bindparam("currency"))


def _one(table: Table) -> Executable:
    return select(table).where(*in_scope(table), table.c.id == bindparam("id"))


def _group() -> Executable:
    of_source = ENTRIES.c.source_type == bindparam("source_type"), ENTRIES.c.source_id == bindparam("source_id")
    return select(ENTRIES).where(*in_scope(ENTRIES), *of_source).order_by(ENTRIES.c.kind, ENTRIES.c.account)


def _payouts() -> Executable:
    mine = select(ATTEMPTS).where(*in_scope(ATTEMPTS), ATTEMPTS.c.withdrawal_id == bindparam("withdrawal_id"))
    return mine.order_by(ATTEMPTS.c.number)


def _withdrawn() -> Executable:
    recent = WITHDRAWALS.c.created_at >= bindparam("since", type_=Whole)
    counts = text(f"status IN ({quoted(sorted(COUNTS))})")
    minor = func.sum(WITHDRAWALS.c.amount_minor).filter(recent, counts)
    return select(
        cast(func.coalesce(minor, 0), Whole).label("minor"),
        func.coalesce(func.max(WITHDRAWALS.c.number), 0).label("last_number"),
    ).where(*_in_wallet(WITHDRAWALS))


def _wallets() -> Executable:
    first = (
        select(ENTRIES.c.created_at)
        .where(*(ENTRIES.c[name] == WALLETS.c[name] for name in (*SCOPE, "currency")))
        .order_by(ENTRIES.c.id)
        .limit(1)
        .scalar_subquery()
    )
    opened = select(*WALLETS.c, func.coalesce(first, 0).label("opened_at"))
    return opened.where(*in_scope(WALLETS)).order_by(WALLETS.c.currency)


def _total() -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(ENTRIES.c.amount_minor), 0), Whole)


def _folded() -> Executable:
    before = ENTRIES.c.created_at < bindparam("before", type_=Whole)
    totals = select(ENTRIES.c.account, _total().label("minor")).where(*_in_wallet(ENTRIES), before)
    return totals.group_by(ENTRIES.c.account)


def _between() -> Executable:
    within = (
        ENTRIES.c.created_at >= bindparam("since", type_=Whole),
        ENTRIES.c.created_at < bindparam("until", type_=Whole),
        ENTRIES.c.id > bindparam("after"),
    )
    listed = select(ENTRIES).where(*_in_wallet(ENTRIES), *within).order_by(ENTRIES.c.id)
    return listed.limit(bindparam("limit", type_=Integer))


def _wallets_after() -> Executable:
    names = (*SCOPE, "currency")
    key = tuple_(*(WALLETS.c[name] for name in names))
    after = key > tuple_(*(bindparam(name) for name in names))
    return _limited(select(WALLETS).where(after).order_by(*(WALLETS.c[name] for name in names)))


def _check() -> Executable:
    same = and_(*(ENTRIES.c[name] == WALLETS.c[name] for name in (*SCOPE, "currency")))
    return (
        # One statement, and so one moment: what is committed meanwhile is either in both or in neither.
        select(*WALLETS.c, ENTRIES.c.account, _total().label("minor"))
        .select_from(WALLETS.outerjoin(ENTRIES, same))
        .where(*_in_wallet(WALLETS))
        .group_by(*WALLETS.c, ENTRIES.c.account)
    )


def _unbalanced() -> Executable:
    group = (ENTRIES.c.source_type, ENTRIES.c.source_id, ENTRIES.c.kind)
    return _limited(select(*group).where(*_in_wallet(ENTRIES)).group_by(*group).having(_total() != 0))


def _indebted() -> Executable:
    return _limited(select(WALLETS).where(text(OWES), WALLETS.c.available_minor > 0))


def _limited(statement: Select[tuple[object, ...]]) -> Executable:
    return statement.limit(bindparam("limit", type_=Integer))
