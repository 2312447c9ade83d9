"""The ledger's entries, and the one rule that holds for every group of them: it sums to zero in each currency."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from zerofee.domain.currency import Currency
from zerofee.domain.ids import ConnectionId, EntryId
from zerofee.domain.scope import Scope
from zerofee.domain.wallet import BalanceMove

Account = NewType("Account", str)

AVAILABLE: Final = Account("available")
PENDING: Final = Account("pending")
RESERVED_REFUNDS: Final = Account("reserved:refunds")
RESERVED_WITHDRAWALS: Final = Account("reserved:withdrawals")
FEES: Final = Account("fees")
UNAPPLIED: Final = Account("unapplied")
DEBT: Final = Account("debt")

_RESERVED: Final = frozenset({RESERVED_REFUNDS, RESERVED_WITHDRAWALS})
WALLET_ACCOUNTS: Final = frozenset({AVAILABLE, PENDING, DEBT, *_RESERVED})
"""What is the app's own; all other accounts are the house's and the providers'."""


def clearing(connection_id: ConnectionId) -> Account:
    """Name the account of what a provider holds for the app, below zero while it holds any."""
    return Account(f"clearing:{connection_id}")


class Source(StrEnum):
    """What a group of entries is about."""

    PAYMENT = "payment"
    REFUND = "refund"
    WITHDRAWAL = "withdrawal"
    REPAYMENT = "repayment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One line of the ledger: so many minor units on to an account, below zero off it.

    `source_type`, `source_id` and `kind` name its group: what happened to what. An entry is never changed.
    """

    id: EntryId
    scope: Scope
    currency: Currency
    source_type: Source
    source_id: str
    kind: str
    account: Account
    minor: int
    created_at: datetime


class Unbalanced(Exception):
    """Entries that do not sum to zero, or balances that do not move with them: a bug, and nothing may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """
    One group before it has ids: what each account gets. Lines of nothing are left out.

    Raises `Unbalanced` for lines that do not sum to zero. One source has one group of each kind.
    """

    scope: Scope
    currency: Currency
    source_type: Source
    source_id: str
    kind: str
    lines: Mapping[Account, int]

    def __post_init__(self) -> None:
        if sum(self.lines.values()):
            raise Unbalanced(f"{self.source_type} {self.source_id}, {self.kind}: {dict(self.lines)}")

    def entries(self, ids: Iterable[EntryId], now: datetime) -> tuple[Entry, ...]:
        """Make its entries, taking as many of `ids` as it has lines."""
        filled = ((account, minor) for account, minor in self.lines.items() if minor)
        return tuple(
            Entry(
                id=entry_id,
                scope=self.scope,
                currency=self.currency,
                source_type=self.source_type,
                source_id=self.source_id,
                kind=self.kind,
                account=account,
                minor=minor,
                created_at=now,
            )
            for (account, minor), entry_id in zip(filled, ids, strict=False)
        )

    @property
    def move(self) -> BalanceMove:
        """Say what the group does to the app's balances."""
        return balance_move(self.scope, self.currency, self.lines)


def balance_move(scope: Scope, currency: Currency, lines: Mapping[Account, int]) -> BalanceMove:
    """Add up what lines do to an app's balances in one currency; a debt is an account below zero."""
    return BalanceMove(
        scope=scope,
        currency=currency,
        available_minor=lines.get(AVAILABLE, 0),
        pending_minor=lines.get(PENDING, 0),
        reserved_minor=sum(lines.get(account, 0) for account in _RESERVED),
        debt_minor=-lines.get(DEBT, 0),
    )


def refuse_unbalanced(entries: Iterable[Entry], moves: Iterable[BalanceMove]) -> None:
    """
    Raise `Unbalanced` unless each group sums to zero, and the balances move exactly as their entries say.

    Every store asks this of each set that holds an entry, before anything is written.

    Source: reliability rules LED-1, LED-3, LED-5.
    """
    groups: dict[tuple[Scope, Currency, str, str], int] = defaultdict(int)
    folded: dict[tuple[Scope, Currency], dict[Account, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        groups[entry.scope, entry.currency, entry.source_id, entry.kind] += entry.minor
        folded[entry.scope, entry.currency][entry.account] += entry.minor
    for (_, currency, source_id, kind), total in groups.items():
        if total:
            raise Unbalanced(f"{source_id}, {kind}: {total} {currency} too many")
    moved = _added_up(moves)
    for (scope, currency), lines in folded.items():
        if moved.get((scope, currency)) != balance_move(scope, currency, lines):
            raise Unbalanced(f"the balances of {scope.app_id} in {currency} do not move with their entries")


def _added_up(moves: Iterable[BalanceMove]) -> dict[tuple[Scope, Currency], BalanceMove]:
    added: dict[tuple[Scope, Currency], BalanceMove] = {}
    for move in moves:
        key = move.scope, move.currency
        added[key] = added[key] + move if key in added else move
    return added
