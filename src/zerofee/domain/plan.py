"""What a pure decision hands over: the new state, what to write, what to tell, and whether to send."""

from dataclasses import dataclass

from zerofee.domain.attempt import Attempt
from zerofee.domain.booking import Fact
from zerofee.domain.change_set import Change
from zerofee.domain.event import EventType
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.withdrawal import Withdrawal


@dataclass(frozen=True, slots=True)
class News:
    """One event to be written with the changes that cause it: the object as it then stood."""

    type: EventType
    subject: Payment | Refund | Withdrawal
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    A decision that is not on disk yet.

    `opened` is the attempt that whoever commits this plan must send, and nobody else. `refund` is the refund
    that the plan is about, if it is about one. `facts` are the moves of money that the ledger must know of.
    """

    payment: Payment
    changes: tuple[Change, ...]
    news: tuple[News, ...] = ()
    opened: Attempt | None = None
    refund: Refund | None = None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutPlan:
    """The same about a withdrawal: `opened` is the payout that whoever commits this plan must send."""

    withdrawal: Withdrawal
    changes: tuple[Change, ...]
    news: tuple[News, ...] = ()
    opened: Attempt | None = None
    facts: tuple[Fact, ...] = ()
