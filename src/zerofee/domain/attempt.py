"""One try of one thing at one connection, written down before the provider hears of it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from zerofee.domain.failure import Failure
from zerofee.domain.idempotency import Claim, ClaimId
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, RefundId, WithdrawalId
from zerofee.domain.money import Money
from zerofee.domain.next_action import NextAction
from zerofee.domain.outcome import Details
from zerofee.domain.scope import Scope


class AttemptKind(StrEnum):
    """What is tried. `expire` is a cancel at the provider because the payment's time is up."""

    CHARGE = "charge"
    AUTHENTICATE = "authenticate"
    CAPTURE = "capture"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REFUND = "refund"
    PAYOUT = "payout"


class AttemptState(StrEnum):
    """
    What is known of an attempt.

    `sending`: a call is or may be under way. `waiting`: the provider has it, and the end is not known.
    `unknown`: the answer was lost. The rest are ends; an attempt that ended without money may still be found
    paid later.
    """

    SENDING = "sending"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    AUTHORIZED = "authorized"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    ABSENT = "absent"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# At most one attempt of a payment is in flight: the database keeps a unique index over these two states.
IN_FLIGHT: Final = frozenset({AttemptState.SENDING, AttemptState.UNKNOWN})
OPEN_ATTEMPT: Final = IN_FLIGHT | {AttemptState.WAITING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    One try: where, what, under which key of the provider's, and what came of it.

    It is of a payment, and then perhaps of a refund of it; or, a `payout`, of a withdrawal.

    `provider_key` is the idempotency value given to the provider, made for this attempt and never reused.
    `digest` is the SHA-256 of what is sent, so that a resend can be proven equal. `reference` is the provider's
    id of it; `details` are further values that the adapter needs again. `boot_id` names the process that sends.
    `ask_at` is when it is asked about next; `None` when it is not. `claim_id` is the request to be answered by
    the first that is heard.
    """

    id: AttemptId
    scope: Scope
    payment_id: PaymentId | None
    refund_id: RefundId | None = None
    withdrawal_id: WithdrawalId | None = None
    kind: AttemptKind
    number: int
    connection_id: ConnectionId
    credential_version: int = 1
    provider_id: str
    money: Money
    provider_key: str
    digest: str
    state: AttemptState = AttemptState.SENDING
    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)
    next_action: NextAction | None = None
    failure: Failure | None = None
    note: str | None = None
    boot_id: str
    deadline_at: datetime
    ask_at: datetime | None = None
    asked: int = 0
    absent_since: datetime | None = None
    tries: int = 0
    claim_id: ClaimId | None = None
    started_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    @property
    def of_payment(self) -> PaymentId:
        """Give the payment that it is of; raise `ValueError` for a payout, which is of a withdrawal."""
        if self.payment_id is None:
            msg = "a payout is of no payment"
            raise ValueError(msg)
        return self.payment_id

    @property
    def subject_id(self) -> PaymentId | WithdrawalId:
        """Give what it is of, of which one attempt may be in flight at a time."""
        return self.of_payment if self.withdrawal_id is None else self.withdrawal_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptDraft:
    """What chance, the clock and the process give to a new attempt."""

    id: AttemptId
    provider_key: str
    boot_id: str
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a request brings to the beginning of an operation: its first attempt, the time, and its claim."""

    draft: AttemptDraft
    now: datetime
    claim: Claim | None = None


def order_digest(kind: AttemptKind, money: Money, provider_key: str, *facts: str | None) -> str:
    """Digest what an attempt asks for, so that a resend can be proven to ask for the same."""
    parts = (kind, str(money.minor), money.currency, provider_key, *(fact or "" for fact in facts))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
