"""What the ledger and the wallets tell, found by looking at everything."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from zerofee.adapters.memory.clock import START
from zerofee.adapters.memory.shop import Shop
from zerofee.adapters.memory.views import page_of
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
from zerofee.domain.withdrawal import COUNTS, Withdrawal
from zerofee.domain.withdrawing import Withdrawn


class MemoryLedger:
    """The `Ledger`, `FeeRules` and `Books` ports."""

    def __init__(self, shop: Shop) -> None:
        """Look into `shop`."""
        self._shop = shop

    async def balances(self, scope: Scope, currency: Currency) -> Balances:
        return self._shop.balances.get((scope, currency), Balances(scope=scope, currency=currency))

    async def group(self, scope: Scope, source_type: Source, source_id: str) -> tuple[Entry, ...]:
        wanted = (scope, source_type, source_id)
        found = (e for e in self._shop.entries if (e.scope, e.source_type, e.source_id) == wanted)
        return tuple(sorted(found, key=lambda entry: (entry.kind, entry.account)))

    async def pending_credit(self, scope: Scope, payment_id: PaymentId) -> PendingCredit | None:
        return self._shop.pending_credits.rows.get((scope, payment_id))

    async def withdrawal(self, scope: Scope, withdrawal_id: WithdrawalId) -> Withdrawal:
        found = self._shop.withdrawals.rows.get((scope, withdrawal_id))
        if found is None:
            raise NotFound("withdrawal")
        return found

    async def payouts(self, scope: Scope, withdrawal_id: WithdrawalId) -> tuple[Attempt, ...]:
        mine = (a for a in self._shop.attempts if a.scope == scope and a.withdrawal_id == withdrawal_id)
        return tuple(sorted(mine, key=lambda attempt: attempt.number))

    async def withdrawn(self, scope: Scope, currency: Currency, since: datetime) -> Withdrawn:
        mine = [w for w in self._shop.withdrawals if w.scope == scope and w.money.currency == currency]
        recent = (w for w in mine if w.created_at >= since and w.status in COUNTS)
        return Withdrawn(
            minor=sum(withdrawal.money.minor for withdrawal in recent),
            last_number=max((withdrawal.number or 0 for withdrawal in mine), default=0),
        )

    async def wallets(self, scope: Scope) -> tuple[Wallet, ...]:
        mine = (balances for balances in self._shop.balances.values() if balances.scope == scope)
        return tuple(
            Wallet(balances=balances, created_at=min((e.created_at for e in self._of(balances)), default=START))
            for balances in sorted(mine, key=lambda balances: balances.currency)
        )

    async def entries(self, scope: Scope, currency: Currency, page: PageOf) -> Listed[Entry]:
        return page_of((e for e in self._shop.entries if e.scope == scope and e.currency == currency), page)

    async def withdrawals(self, scope: Scope, page: PageOf) -> Listed[Withdrawal]:
        return page_of((w for w in self._shop.withdrawals if w.scope == scope), page)

    async def folded(self, scope: Scope, currency: Currency, before: datetime) -> Mapping[Account, int]:
        wallet = Balances(scope=scope, currency=currency)
        return _by_account(entry for entry in self._of(wallet) if entry.created_at < before)

    async def between(
        self, scope: Scope, currency: Currency, since: datetime, until: datetime, after: EntryId | None, limit: int
    ) -> tuple[Entry, ...]:
        wallet = Balances(scope=scope, currency=currency)
        within = (e for e in self._of(wallet) if since <= e.created_at < until and (after is None or e.id > after))
        return tuple(sorted(within, key=lambda entry: entry.id)[:limit])

    async def fee_rules(self, scope: Scope) -> tuple[FeeRule, ...]:
        return tuple(sorted((r for r in self._shop.fee_rules if r.scope == scope), key=lambda rule: rule.id))

    async def wallets_after(self, last: Balances | None, limit: int) -> tuple[Balances, ...]:
        rest = sorted((b for b in self._shop.balances.values() if last is None or _key(b) > _key(last)), key=_key)
        return tuple(rest[:limit])

    async def check(self, balances: Balances) -> WalletCheck:
        groups: defaultdict[str, int] = defaultdict(int)
        for entry in self._of(balances):
            groups[f"{entry.source_type} {entry.source_id}, {entry.kind}"] += entry.minor
        return WalletCheck(
            balances=await self.balances(balances.scope, balances.currency),
            folded=_by_account(self._of(balances)),
            unbalanced=tuple(name for name, total in groups.items() if total),
        )

    async def indebted(self, limit: int) -> tuple[Balances, ...]:
        return tuple([b for b in self._shop.balances.values() if b.repayable_minor][:limit])

    def _of(self, wallet: Balances) -> Iterator[Entry]:
        return (e for e in self._shop.entries if e.scope == wallet.scope and e.currency == wallet.currency)


def _key(balances: Balances) -> tuple[str, str, str]:
    return balances.scope.app_id, balances.scope.environment, balances.currency


def _by_account(entries: Iterator[Entry]) -> Mapping[Account, int]:
    added: defaultdict[Account, int] = defaultdict(int)
    for entry in entries:
        added[entry.account] += entry.minor
    return added
