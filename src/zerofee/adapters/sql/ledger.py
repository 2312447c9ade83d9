"""What the ledger and the wallets tell, each by one statement."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.ledger_statements import LedgerStatements
from zerofee.adapters.sql.ledger_tables import ENTRIES, WITHDRAWALS
from zerofee.adapters.sql.page_statements import PageStatements
from zerofee.adapters.sql.prepared import Prepared
from zerofee.adapters.sql.reads import scope_values
from zerofee.adapters.sql.rows.attempt import attempt_of
from zerofee.adapters.sql.rows.encoding import Row, micros, time_of
from zerofee.adapters.sql.rows.ledger import credit_of, entry_of, fee_rule_of
from zerofee.adapters.sql.rows.wallet import balances_of
from zerofee.adapters.sql.rows.withdrawal import withdrawal_of
from zerofee.adapters.sql.views import page_of
from zerofee.domain.attempt import Attempt
from zerofee.domain.currency import Currency
from zerofee.domain.fee import FeeRule
from zerofee.domain.ids import EntryId, PaymentId, WithdrawalId
from zerofee.domain.ledger import Account, Entry, Source
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.ports.ledger import WalletCheck
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.scope import Scope
from zerofee.domain.wallet import Balances, Wallet
from zerofee.domain.withdrawal import Withdrawal
from zerofee.domain.withdrawing import Withdrawn

T = TypeVar("T")

_FEW: Final = 5


class SqlLedger:
    """The `Ledger`, `FeeRules` and `Books` ports."""

    def __init__(self, engine: Engine, statements: LedgerStatements, pages: PageStatements) -> None:
        """Read by `engine`."""
        self._engine = engine
        self._statements = statements
        self._pages = pages

    async def balances(self, scope: Scope, currency: Currency) -> Balances:
        found = await self._all(self._statements.balances, _wallet_values(scope, currency), balances_of)
        return found[0] if found else Balances(scope=scope, currency=currency)

    async def group(self, scope: Scope, source_type: Source, source_id: str) -> tuple[Entry, ...]:
        values = {**scope_values(scope), "source_type": source_type.value, "source_id": source_id}
        return await self._all(self._statements.group, values, entry_of)

    async def pending_credit(self, scope: Scope, payment_id: PaymentId) -> PendingCredit | None:
        values = {**scope_values(scope), "id": payment_id}
        found = await self._all(self._statements.pending_credit, values, credit_of)
        return found[0] if found else None

    async def withdrawal(self, scope: Scope, withdrawal_id: WithdrawalId) -> Withdrawal:
        values = {**scope_values(scope), "id": withdrawal_id}
        found = await self._all(self._statements.withdrawal, values, withdrawal_of)
        if not found:
            raise NotFound("withdrawal")
        return found[0]

    async def payouts(self, scope: Scope, withdrawal_id: WithdrawalId) -> tuple[Attempt, ...]:
        values = {**scope_values(scope), "withdrawal_id": withdrawal_id}
        return await self._all(self._statements.payouts, values, attempt_of)

    async def withdrawn(self, scope: Scope, currency: Currency, since: datetime) -> Withdrawn:
        values = {**_wallet_values(scope, currency), "since": micros(since)}
        (row,) = await self._engine.fetch(self._statements.withdrawn, values)
        return Withdrawn(minor=row["minor"], last_number=row["last_number"])

    async def wallets(self, scope: Scope) -> tuple[Wallet, ...]:
        return await self._all(self._statements.wallets, scope_values(scope), _wallet_of)

    async def entries(self, scope: Scope, currency: Currency, page: PageOf) -> Listed[Entry]:
        filters = {"currency": currency}
        return await page_of(self._engine, self._pages, ENTRIES, scope, filters, page, entry_of)

    async def withdrawals(self, scope: Scope, page: PageOf) -> Listed[Withdrawal]:
        return await page_of(self._engine, self._pages, WITHDRAWALS, scope, {}, page, withdrawal_of)

    async def folded(self, scope: Scope, currency: Currency, before: datetime) -> Mapping[Account, int]:
        values = {**_wallet_values(scope, currency), "before": micros(before)}
        return _by_account(await self._engine.fetch(self._statements.folded, values))

    async def between(
        self, scope: Scope, currency: Currency, since: datetime, until: datetime, after: EntryId | None, limit: int
    ) -> tuple[Entry, ...]:
        span = {"since": micros(since), "until": micros(until), "after": after or "", "limit": limit}
        return await self._all(self._statements.between, {**_wallet_values(scope, currency), **span}, entry_of)

    async def fee_rules(self, scope: Scope) -> tuple[FeeRule, ...]:
        return await self._all(self._statements.fee_rules, scope_values(scope), fee_rule_of)

    async def wallets_after(self, last: Balances | None, limit: int) -> tuple[Balances, ...]:
        nowhere = {"app_id": "", "environment": "", "currency": ""}
        after = nowhere if last is None else _wallet_values(last.scope, last.currency)
        return await self._all(self._statements.wallets_after, {**after, "limit": limit}, balances_of)

    async def check(self, balances: Balances) -> WalletCheck:
        values = _wallet_values(balances.scope, balances.currency)
        rows = await self._engine.fetch(self._statements.check, values)
        found = await self._engine.fetch(self._statements.unbalanced, {**values, "limit": _FEW})
        return WalletCheck(
            balances=balances_of(rows[0]) if rows else Balances(scope=balances.scope, currency=balances.currency),
            folded=_by_account(rows),
            unbalanced=tuple(f"{row['source_type']} {row['source_id']}, {row['kind']}" for row in found),
        )

    async def indebted(self, limit: int) -> tuple[Balances, ...]:
        return await self._all(self._statements.indebted, {"limit": limit}, balances_of)

    async def _all(self, prepared: Prepared, values: Mapping[str, Any], of_row: Callable[[Row], T]) -> tuple[T, ...]:
        return tuple(map(of_row, await self._engine.fetch(prepared, values)))


def _wallet_values(scope: Scope, currency: Currency) -> dict[str, str]:
    return {**scope_values(scope), "currency": currency}


def _by_account(rows: list[dict[str, Any]]) -> Mapping[Account, int]:
    return {Account(row["account"]): row["minor"] for row in rows if row["account"] is not None}


def _wallet_of(row: Row) -> Wallet:
    return Wallet(balances=balances_of(row), created_at=time_of(row["opened_at"]))
