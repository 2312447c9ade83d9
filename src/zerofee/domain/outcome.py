"""The closed set of what can have come of something asked of a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.next_action import NextAction

# What an adapter needs again, such as a token: it may be secret, so no `repr` shows it.
Details = Mapping[str, str]

SECRET_DETAIL: Final = "secret_"  # noqa: S105  how such names begin, not a secret
"""How the name of a detail begins that is a secret: every store keeps its value sealed, and nothing shows it."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Provably nothing left us: not connected, no free slot, breaker open, credentials that do not open."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A definite answer that no transaction was made; another provider may be tried."""

    code: FailureCode
    message: str = ""
    provider_code: str | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """The payer's side said no. `soft`: the adapter's table says that another provider may accept."""

    code: FailureCode
    message: str = ""
    provider_code: str | None = None
    soft: bool = False
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Proceed:
    """One step of a flow is done and the next is ours: keep `reference` and `details`, then send again."""

    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider is at work. `ask_after_s`: do not ask sooner."""

    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)
    ask_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class ActionRequired:
    """The customer must act. `ask_after_s`: do not ask sooner."""

    action: NextAction
    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)
    ask_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Authorized:
    """`money` is held, to be captured."""

    money: Money
    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Paid:
    """`money` has moved: to us for a charge or a capture, back for a refund, out for a payout."""

    money: Money
    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """It was let go at the provider, and nothing is or will be taken."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Expired:
    """It lapsed at the provider, and nothing is or will be taken."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """Asked, the provider knows of no such thing. Counts only when heard twice, late enough (`asking`)."""


class Mismatch(StrEnum):
    """How an answer contradicts what was sent (reliability rules OUT-5)."""

    AMOUNT = "amount_mismatch"
    MODE = "mode_mismatch"
    REFERENCE = "reference_mismatch"


@dataclass(frozen=True, slots=True)
class Unknown:
    """
    Money may have moved and we cannot yet say: only asking is safe. `reason` is for people.

    `mismatch`: there was an answer, and it contradicts what was sent, so that a person must look.
    """

    reason: str
    mismatch: Mismatch | None = None


Outcome = (
    NotSent
    | Refused
    | Declined
    | Proceed
    | Accepted
    | ActionRequired
    | Authorized
    | Paid
    | Cancelled
    | Expired
    | Absent
    | Unknown
)
