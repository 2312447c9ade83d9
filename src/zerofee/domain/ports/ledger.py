"""What the ledger and the wallets tell: to the rules, to the app, and to whoever checks the books."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from zerofee.domain.attempt import Attempt
from zerofee.domain.currency import Currency
from zerofee.domain.fee import FeeRule
from zerofee.domain.ids import EntryId, PaymentId, WithdrawalId
from zerofee.domain.ledger import Account, Entry, Source
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.scope import Scope
from zerofee.domain.wallet import Balances, Wallet
from zerofee.domain.withdrawal import Withdrawal
from zerofee.domain.withdrawing import Withdrawn


class Ledger(Protocol):
    """What is known of an app's money, always within a scope. Lists are newest first where they are pages."""

    async def balances(self, scope: Scope, currency: Currency) -> Balances:
        """Read an app's balances in one currency; all of them 0 where it never had any."""
        ...

    async def group(self, scope: Scope, source_type: Source, source_id: str) -> tuple[Entry, ...]:
        """Read every entry about one source, the oldest first."""
        ...

    async def pending_credit(self, scope: Scope, payment_id: PaymentId) -> PendingCredit | None:
        """Read what is still pending of one payment; `None` where it was available at once."""
        ...

    async def withdrawal(self, scope: Scope, withdrawal_id: WithdrawalId) -> Withdrawal:
        """Read one withdrawal; raise `NotFound`."""
        ...

    async def payouts(self, scope: Scope, withdrawal_id: WithdrawalId) -> tuple[Attempt, ...]:
        """Read a withdrawal's payouts in their order."""
        ...

    async def withdrawn(self, scope: Scope, currency: Currency, since: datetime) -> Withdrawn:
        """Add up what was withdrawn since then and not given back; and give the last number of all."""
        ...

    async def wallets(self, scope: Scope) -> tuple[Wallet, ...]:
        """List an app's wallets, by currency."""
        ...

    async def entries(self, scope: Scope, currency: Currency, page: PageOf) -> Listed[Entry]:
        """List an app's entries in one currency."""
        ...

    async def withdrawals(self, scope: Scope, page: PageOf) -> Listed[Withdrawal]:
        """List an app's withdrawals."""
        ...

    async def folded(self, scope: Scope, currency: Currency, before: datetime) -> Mapping[Account, int]:
        """Add up what each account got before a time."""
        ...

    async def between(
        self, scope: Scope, currency: Currency, since: datetime, until: datetime, after: EntryId | None, limit: int
    ) -> tuple[Entry, ...]:
        """List the entries from `since` on and before `until` that follow `after`, the oldest first."""
        ...

    async def fee_rules(self, scope: Scope) -> tuple[FeeRule, ...]:
        """List an app's fee rules, by id."""
        ...


class FeeRules(Protocol):
    """An app's fee rules; may be a few seconds old."""

    async def fee_rules(self, scope: Scope) -> tuple[FeeRule, ...]:
        """List them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletCheck:
    """
    One wallet at one moment: its balances, what its entries add up to by account, and what does not balance.

    `unbalanced` names up to a few groups whose entries do not sum to zero.
    """

    balances: Balances
    folded: Mapping[Account, int] = field(default_factory=dict)
    unbalanced: tuple[str, ...] = ()


class Books(Protocol):
    """All apps' wallets, for the operator's own work."""

    async def wallets_after(self, last: Balances | None, limit: int) -> tuple[Balances, ...]:
        """List the next wallets after `last`, by app, environment and currency."""
        ...

    async def check(self, balances: Balances) -> WalletCheck:
        """Read a wallet anew, with its entries added up at the same moment."""
        ...

    async def indebted(self, limit: int) -> tuple[Balances, ...]:
        """List wallets that owe something and could repay some of it."""
        ...
