"""Balances of an app, and the guard that keeps them above zero."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from zerofee.domain.currency import Currency
from zerofee.domain.ids import CHANCE_BITS, WalletId, make_id
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMove:
    """
    Add to an app's balances in one currency, in minor units; negative takes away.

    It is an increment and not a new value, so that one busy app does not conflict with itself. The store refuses
    it, with all that came with it, when a balance would fall below zero.
    """

    scope: Scope
    currency: Currency
    available_minor: int = 0
    pending_minor: int = 0
    reserved_minor: int = 0
    debt_minor: int = 0

    def __add__(self, other: "BalanceMove") -> "BalanceMove":
        """Make one move of two of the same balances."""
        return BalanceMove(
            scope=self.scope,
            currency=self.currency,
            available_minor=self.available_minor + other.available_minor,
            pending_minor=self.pending_minor + other.pending_minor,
            reserved_minor=self.reserved_minor + other.reserved_minor,
            debt_minor=self.debt_minor + other.debt_minor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """
    What an app has in one currency, in minor units.

    `available` may be withdrawn, `pending` becomes available in time, `reserved` is on its way out. `debt` is what
    was taken from outside beyond `available`; what comes in repays it first.
    """

    scope: Scope
    currency: Currency
    available_minor: int = 0
    pending_minor: int = 0
    reserved_minor: int = 0
    debt_minor: int = 0

    @property
    def repayable_minor(self) -> int:
        """Give what can be repaid of the debt now."""
        return min(self.available_minor, self.debt_minor)

    @property
    def free_minor(self) -> int:
        """Give what may leave once the debt is repaid."""
        return self.available_minor - self.repayable_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """An app's balances as they are shown: with the time of the first entry."""

    balances: Balances
    created_at: datetime

    @property
    def id(self) -> WalletId:
        """Name the wallet; an app has one for each currency, so its id is told by these and not kept."""
        return wallet_id(self.balances.scope, self.balances.currency)


def wallet_id(scope: Scope, currency: Currency) -> WalletId:
    """Make the id of an app's wallet in one currency; it is the same each time, and sorts by nothing."""
    digest = hashlib.sha256(f"{scope.app_id}\n{scope.environment}\n{currency}".encode()).digest()
    number = int.from_bytes(digest[:16])
    return make_id(WalletId, number >> CHANCE_BITS, number & ((1 << CHANCE_BITS) - 1))
