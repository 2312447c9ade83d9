"""Which entries each move of money makes: facts on one side, groups that sum to zero on the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from zerofee.domain.attempt import Attempt
from zerofee.domain.errors import DomainError
from zerofee.domain.ids import ConnectionId
from zerofee.domain.ledger import (
    AVAILABLE,
    DEBT,
    FEES,
    PENDING,
    RESERVED_REFUNDS,
    RESERVED_WITHDRAWALS,
    UNAPPLIED,
    Account,
    Entry,
    Posting,
    Source,
    clearing,
)
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.money import Money
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.wallet import Balances
from zerofee.domain.withdrawal import Withdrawal


class InsufficientBalance(DomainError):
    """The wallet does not hold what was to leave it."""

    code = "insufficient_balance"

    def __init__(self, wanted: Money, free_minor: int) -> None:
        """Say how much may leave."""
        super().__init__(
            f"The wallet has {free_minor} {wanted.currency} that may leave, and {wanted.minor} are needed. "
            "See GET /v1/wallets."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A payer's money has come in by an attempt; `applied` to its payment, or twice and left to a person."""

    payment: Payment
    attempt: Attempt
    money: Money
    applied: bool = True


class Stage(StrEnum):
    """
    How far money on its way out has come.

    `reserved` for it; `freed`: proven that nothing left; `sent`; `returned` by the provider after it had been sent;
    `found`: it had left after all, when it was thought that it had not.
    """

    RESERVED = "reserved"
    FREED = "freed"
    SENT = "sent"
    RETURNED = "returned"
    FOUND = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOut:
    """A refund's or a withdrawal's money has come to a stage, through a connection."""

    subject: Refund | Withdrawal
    stage: Stage
    connection_id: ConnectionId


Fact = Taken | GoingOut


def posting_of_taken(taken: Taken, fee: Money, *, pending: bool) -> Posting:
    """Give the app what came in less the fee, now or once it matures; what came in twice is given to nobody."""
    payment, held, minor = taken.payment, clearing(taken.attempt.connection_id), taken.money.minor
    if not taken.applied:
        lines = {held: -minor, UNAPPLIED: minor}
        return _posting(taken.payment, taken.money, Source.PAYMENT, f"unapplied:{taken.attempt.id}", lines)
    mine = PENDING if pending else AVAILABLE
    lines = {held: -minor, mine: minor - fee.minor, FEES: fee.minor}
    return _posting(payment, taken.money, Source.PAYMENT, "paid", lines)


def posting_of_reserving(out: GoingOut, balances: Balances, credit: PendingCredit | None) -> tuple[Posting, ...]:
    """
    Set money aside: a refund's out of what is still pending of its own payment, all else out of what is available.

    A debt is repaid first. Raises `InsufficientBalance` when the rest does not hold it.
    """
    money = out.subject.money
    of_pending = min(credit.left.minor, money.minor) if credit is not None else 0
    of_available = money.minor - of_pending
    if of_available > balances.free_minor:
        raise InsufficientBalance(money, balances.free_minor + of_pending)
    lines = {PENDING: -of_pending, AVAILABLE: -of_available, _reserve(out): money.minor}
    reserved = _posting(out.subject, money, _source(out), Stage.RESERVED, lines)
    repaid = posting_of_repaying(balances, out.subject.id)
    return (reserved,) if repaid is None else (repaid, reserved)


def posting_of_repaying(balances: Balances, source_id: str) -> Posting | None:
    """Repay what can be repaid of a debt, `None` when nothing can; `source_id` is new for each time."""
    minor = balances.repayable_minor
    if not minor:
        return None
    return Posting(
        scope=balances.scope,
        currency=balances.currency,
        source_type=Source.REPAYMENT,
        source_id=source_id,
        kind="repaid",
        lines={AVAILABLE: -minor, DEBT: minor},
    )


def posting_of_freeing(out: GoingOut, entries: Iterable[Entry]) -> Posting | None:
    """Put what was reserved back to where it came from; `None` when nothing was."""
    reserved = {entry.account: -entry.minor for entry in entries if entry.kind == Stage.RESERVED}
    return _posting(out.subject, out.subject.money, _source(out), Stage.FREED, reserved) if reserved else None


def posting_of_sending(out: GoingOut) -> Posting:
    """Let what was reserved go to the provider, who has paid it out."""
    minor = out.subject.money.minor
    lines = {_reserve(out): -minor, clearing(out.connection_id): minor}
    return _posting(out.subject, out.subject.money, _source(out), Stage.SENT, lines)


def posting_of_returning(out: GoingOut) -> Posting:
    """Give back what the provider took back after it had been sent."""
    minor = out.subject.money.minor
    lines = {clearing(out.connection_id): -minor, AVAILABLE: minor}
    return _posting(out.subject, out.subject.money, _source(out), Stage.RETURNED, lines)


def posting_of_finding(out: GoingOut, balances: Balances) -> Posting:
    """Book what left without being reserved; what is not available is owed from now on (reliability rules LED-4)."""
    minor = out.subject.money.minor
    of_available = min(minor, balances.available_minor)
    lines = {AVAILABLE: -of_available, DEBT: of_available - minor, clearing(out.connection_id): minor}
    return _posting(out.subject, out.subject.money, _source(out), Stage.FOUND, lines)


def posting_of_maturing(credit: PendingCredit) -> Posting:
    """Make what is still pending of a payment available."""
    lines = {PENDING: -credit.left.minor, AVAILABLE: credit.left.minor}
    return Posting(
        scope=credit.scope,
        currency=credit.left.currency,
        source_type=Source.PAYMENT,
        source_id=credit.id,
        kind=f"matured:{credit.turns + 1}",
        lines=lines,
    )


def _posting(
    subject: Payment | Refund | Withdrawal, money: Money, source: Source, kind: str, lines: dict[Account, int]
) -> Posting:
    return Posting(
        scope=subject.scope,
        currency=money.currency,
        source_type=source,
        source_id=subject.id,
        kind=str(kind),
        lines=lines,
    )


def _source(out: GoingOut) -> Source:
    return Source.REFUND if isinstance(out.subject, Refund) else Source.WITHDRAWAL


def _reserve(out: GoingOut) -> Account:
    return RESERVED_REFUNDS if isinstance(out.subject, Refund) else RESERVED_WITHDRAWALS
