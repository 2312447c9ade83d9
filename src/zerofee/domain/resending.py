"""Whether an order whose answer was lost may be sent once more, under the provider key it was sent with."""

from datetime import datetime
from typing import Final, assert_never

from zerofee.domain.attempt import Attempt, AttemptKind
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.opening import charge_digest, operation_digest
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    NotSent,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.payment import Payment

# How long is waited before each of the two times that an order may be sent again.
RESENT_AFTER_S: Final = (0, 1)
_CREATES: Final = frozenset({AttemptKind.CHARGE, AttemptKind.REFUND})


def may_resend(
    payment: Payment, charge: Attempt, attempt: Attempt, capabilities: Capabilities, starts_at: datetime
) -> bool:
    """
    Say whether `attempt`, whose answer was lost, may be sent again at `starts_at`.

    Only to a provider that takes the same order twice for one, only before the call's deadline, and only while the
    order is the one that was written down before it was sent first.

    Source: reliability rules OUT-3 and OUT-4.
    """
    if not capabilities.idempotent_create or attempt.kind not in _CREATES or starts_at >= attempt.deadline_at:
        return False
    return attempt.digest == _digest(payment, charge, attempt)


def after_resending(lost: Unknown, heard: Outcome) -> Outcome:
    """
    Say what is known once the answer to the resend is `heard`.

    A yes is the order's own. A no speaks of the resend: the first sending may have moved money all the same, so it
    stays unknown, and is asked about (reliability rules OUT-2).
    """
    match heard:
        case Proceed() | Accepted() | ActionRequired() | Authorized() | Paid():
            return heard
        case NotSent() | Refused() | Declined() | Cancelled() | Expired() | Absent() | Unknown():
            return lost
        case never:
            assert_never(never)


def _digest(payment: Payment, charge: Attempt, attempt: Attempt) -> str:
    if attempt.kind is AttemptKind.CHARGE:
        return charge_digest(payment, attempt.provider_key)
    return operation_digest(charge, attempt.kind, attempt.money, attempt.provider_key)
