"""One change set as the committer sees it: rows for statements, what it claims, and what it touches."""

from dataclasses import dataclass

from zerofee.adapters.balanced import refuse_unbalanced_set
from zerofee.adapters.sql.prepared import Args
from zerofee.adapters.sql.write_statements import WriteStatements, Writing
from zerofee.adapters.write_order import in_write_order, slot_of
from zerofee.domain.app import ApiKey, App
from zerofee.domain.attempt import Attempt
from zerofee.domain.audit import AuditEntry
from zerofee.domain.change_set import (
    Books,
    Change,
    ChangeSet,
    Delete,
    Finish,
    Insert,
    Insertable,
    KeyUsed,
    People,
    Update,
)
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.connection import Connection
from zerofee.domain.delivery import Delivery
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.fee import FeeRule
from zerofee.domain.idempotency import Claim
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ledger import Entry
from zerofee.domain.letter import Letter
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally
from zerofee.domain.user import User
from zerofee.domain.wallet import BalanceMove
from zerofee.domain.withdrawal import Withdrawal


@dataclass(frozen=True, slots=True)
class Unit:
    """
    A set, made ready once.

    `lines` are its statements with their rows, in the order of writing. `writes` and `reads` name what it touches:
    two sets may be merged when neither writes what the other touches, for then their order does not matter.
    """

    lines: tuple[tuple[Writing, tuple[Args, ...]], ...]
    claims: tuple[str, ...]
    writes: frozenset[str]
    reads: frozenset[str]

    @classmethod
    def of(cls, changes: ChangeSet, statements: WriteStatements) -> "Unit":
        """Turn values into rows and collect what they touch; raise `BrokenRule` for entries that do not balance."""
        refuse_unbalanced_set(changes)
        lines: dict[Writing, list[Args]] = {}
        writes: set[str] = set()
        reads: set[str] = set()
        claims: list[str] = []
        for change in in_write_order(changes):
            for writing in statements.of[slot_of(change)]:
                subject = change.value if isinstance(change, Insert | Update | Delete) else change
                lines.setdefault(writing, []).append(writing.prepared.args(writing.to_row(subject)))
            _touch(change, writes, reads)
            if isinstance(change, Insert) and isinstance(change.value, Claim):
                claims.append(change.value.id)
        return cls(
            lines=tuple((writing, tuple(rows)) for writing, rows in lines.items()),
            claims=tuple(claims),
            writes=frozenset(writes),
            reads=frozenset(reads - writes),
        )


def _touch(change: Change, writes: set[str], reads: set[str]) -> None:
    """
    Note by id what a change writes, and what it only needs to be there or to be free.

    Ids are unique across kinds and scopes but for bugs, and then two sets are merged less often than they could be.
    A balance is not noted: moves of one balance are added up in the order of their sets, whatever else is merged.
    """
    match change:
        case BalanceMove() | KeyUsed():
            pass
        case Delete(value):
            writes.add(value.id)
        case Finish(claim_id):
            writes.add(claim_id)
        case Insert(value) | Update(value):
            writes.add(value.id)
            _touch_others(value, writes, reads)


def _touch_others(  # noqa: C901  one case for each kind of thing: a table
    value: Insertable, writes: set[str], reads: set[str]
) -> None:
    match value:
        case ApiKey() | Connection() | Payment():
            reads.add(value.scope.app_id)
        case Route():
            reads.add(value.connection_id)
        case Attempt():
            # One payment has one attempt in flight, and numbers them: who writes one, writes the payment.
            writes.add(value.subject_id)
            reads.add(value.connection_id)
        case Refund() | CheckoutSession():
            reads.add(value.payment_id)
        case Event():
            writes.add(value.subject_id)
        case InboxEvent():
            # A repeat is refused by itself, and not with everything that it would have been merged with.
            writes.add(f"{value.connection_id} {value.event_key}")
        case AuditEntry():
            # Two who would continue one chain at once: the second is refused by itself, and decides again.
            writes.add(f"{value.app_id} audit")
            reads.add(value.app_id)
        case User() | Session() | OneTimeCode() | Letter() | Tally():
            _touch_people(value, writes, reads)
        case Entry() | PendingCredit() | Withdrawal() | FeeRule():
            _touch_books(value, writes, reads)
        case WebhookEndpoint():
            reads.add(value.scope.app_id)
        case Delivery():
            # A repeat is refused by itself, and not with everything that it would have been merged with.
            writes.add(f"{value.event_id} {value.endpoint_id}")
        case App() | Claim():
            pass


def _touch_books(value: Books, writes: set[str], reads: set[str]) -> None:
    match value:
        case Withdrawal():
            reads.add(value.connection_id)
            if value.number is not None:
                # Two that were counted at once: the second is refused by itself, and counts again.
                writes.add(f"{value.scope.app_id} {value.scope.environment} {value.money.currency} withdrawals")
        case FeeRule():
            writes.add(f"{value.scope.app_id} {value.scope.environment} fees")
        case Entry() | PendingCredit():
            pass


def _touch_people(value: People, writes: set[str], reads: set[str]) -> None:
    match value:
        case User():
            # Two who register one address at once: the second is refused by itself, and decides again.
            writes.add(f"{value.email} account")
        case Session():
            reads.add(value.user_id)
        case OneTimeCode():
            reads.add(value.user_id or value.id)
        case Letter() | Tally():
            pass
