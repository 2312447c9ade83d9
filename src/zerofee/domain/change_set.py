"""Everything that one commit must write together, and the ways in which it can be refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zerofee.domain.app import ApiKey, App
from zerofee.domain.attempt import Attempt
from zerofee.domain.connection import Connection
from zerofee.domain.event import Event
from zerofee.domain.idempotency import Answer, Claim, ClaimId
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.wallet import BalanceMove

Insertable = App | ApiKey | Connection | Route | Payment | Attempt | Refund | Event | Claim
Updatable = App | ApiKey | Connection | Route | Payment | Attempt | Refund


@dataclass(frozen=True, slots=True)
class Insert:
    """Write a new thing; its unique values must be new too."""

    value: Insertable


@dataclass(frozen=True, slots=True)
class Update:
    """Write a thing anew, if the stored version is still `value.version - 1`."""

    value: Updatable


@dataclass(frozen=True, slots=True)
class Finish:
    """Keep the answer of a claim, if it has none yet; a claim that has one is left as it is."""

    claim_id: ClaimId
    answer: Answer
    at: datetime


Change = Insert | Update | Finish | BalanceMove


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
