"""Everything that one commit must write together, and the ways in which it can be refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zerofee.domain.app import ApiKey, App
from zerofee.domain.attempt import Attempt
from zerofee.domain.audit import AuditEntry
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.connection import Connection
from zerofee.domain.delivery import Delivery
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.fee import FeeRule
from zerofee.domain.idempotency import Answer, Claim, ClaimId
from zerofee.domain.ids import KeyId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ledger import Entry
from zerofee.domain.letter import Letter
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.scope import Scope
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally
from zerofee.domain.user import User
from zerofee.domain.wallet import BalanceMove
from zerofee.domain.withdrawal import Withdrawal

People = User | Session | OneTimeCode | Letter | Tally
"""What belongs to people, and to no app."""

Books = Entry | PendingCredit | Withdrawal | FeeRule
"""What the ledger and the wallets are made of, besides the balances."""

Outgoing = WebhookEndpoint | Delivery
"""Where apps listen, and what is on its way to them."""

Insertable = (
    App
    | ApiKey
    | Connection
    | Route
    | Payment
    | CheckoutSession
    | Attempt
    | Refund
    | Event
    | Claim
    | AuditEntry
    | InboxEvent
    | People
    | Books
    | Outgoing
)
Deletable = Connection | Route | FeeRule | WebhookEndpoint
Updatable = (
    App
    | ApiKey
    | Connection
    | Route
    | Payment
    | CheckoutSession
    | Attempt
    | Refund
    | InboxEvent
    | People
    | PendingCredit
    | Withdrawal
    | Outgoing
)


@dataclass(frozen=True, slots=True)
class Insert:
    """Write a new thing; its unique values must be new too."""

    value: Insertable


@dataclass(frozen=True, slots=True)
class Update:
    """Write a thing anew, if the stored version is still `value.version - 1`."""

    value: Updatable


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a thing away, if the stored version is still `value.version` and nothing refers to it."""

    value: Deletable


@dataclass(frozen=True, slots=True)
class KeyUsed:
    """Note when a key was used last. It is no new version of the key, and never moves the time back."""

    scope: Scope
    key_id: KeyId
    at: datetime


@dataclass(frozen=True, slots=True)
class Finish:
    """Keep the answer of a claim, if it has none yet; a claim that has one is left as it is."""

    claim_id: ClaimId
    answer: Answer
    at: datetime


Change = Insert | Update | Delete | KeyUsed | Finish | BalanceMove


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Changes that are on disk all together or not at all."""

    changes: tuple[Change, ...]

    def __iter__(self) -> Iterator[Change]:
        """Go through the changes in the order they are to be written."""
        return iter(self.changes)


class ConflictKind(StrEnum):
    """What stood in the way."""

    CLAIM = "claim"
    VERSION = "version"
    UNIQUE = "unique"
    BALANCE = "balance"
    REFERRED = "referred"
    """What was to be deleted is referred to; deciding the same again does not help."""


class Conflict(Exception):
    """Another commit was faster, or a guard refused: nothing of the set was written. Read and decide again."""

    def __init__(self, kind: ConflictKind, what: str) -> None:
        """Keep the kind for the use case and `what` for people."""
        super().__init__(f"{kind} conflict: {what}")
        self.kind = kind
        self.what = what


class BrokenRule(Exception):
    """
    A set that no rule of ours allows: a refund above what was captured, a thing that refers to nothing.

    It is a bug and not a race, so deciding again does not help; nothing of the set was written.
    """
