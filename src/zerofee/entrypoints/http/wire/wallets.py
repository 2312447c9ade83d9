"""Wallets and the entries of their ledger, as the API shows them."""

from typing import Annotated, Literal

import msgspec

from zerofee.domain.ledger import Entry, Source
from zerofee.domain.scope import Environment
from zerofee.domain.wallet import Wallet
from zerofee.entrypoints.http.wire.parts import Time


class WalletBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    What an app has in one currency, in its minor unit.

    `available` may be withdrawn, `pending` becomes available in time, `reserved` is on its way out. `debt` was taken
    from outside beyond `available`, and is repaid first.
    """

    id: str
    object: Literal["wallet"] = "wallet"
    currency: str
    available: int
    pending: int
    reserved: int
    debt: int
    environment: Environment
    created_at: Time

    @classmethod
    def of(cls, wallet: Wallet) -> "WalletBody":
        """Show a wallet."""
        balances = wallet.balances
        return cls(
            id=wallet.id,
            currency=balances.currency,
            available=balances.available_minor,
            pending=balances.pending_minor,
            reserved=balances.reserved_minor,
            debt=balances.debt_minor,
            environment=balances.scope.environment,
            created_at=wallet.created_at,
        )


class SourceBody(msgspec.Struct, frozen=True, gc=False):
    """What an entry is about: a payment, a refund, a withdrawal, or the repayment of a debt."""

    type: Source
    id: str


class EntryBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    One line of the ledger. All entries of one `source` and `kind` sum to zero.

    `account` is `available`, `pending`, `reserved:refunds`, `reserved:withdrawals`, `fees`, `unapplied`, `debt`, or
    `clearing:` and the connection whose provider holds the money.
    """

    id: str
    object: Literal["entry"] = "entry"
    account: str
    amount: Annotated[int, msgspec.Meta(description="In the minor unit; below zero for what leaves the account.")]
    currency: str
    source: SourceBody
    kind: str
    environment: Environment
    created_at: Time

    @classmethod
    def of(cls, entry: Entry) -> "EntryBody":
        """Show an entry."""
        return cls(
            id=entry.id,
            account=entry.account,
            amount=entry.minor,
            currency=entry.currency,
            source=SourceBody(entry.source_type, entry.source_id),
            kind=entry.kind,
            environment=entry.scope.environment,
            created_at=entry.created_at,
        )
