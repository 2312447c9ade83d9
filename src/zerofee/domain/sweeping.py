"""What a provider's own list of payments says, laid beside what we have."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.ids import PaymentId
from zerofee.domain.money import Money
from zerofee.domain.payment import Payment

NOT_AT_PROVIDER: Final = "not_at_provider"
"""Why a person must look at a payment that its provider does not list."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `begins_at` on, and before `ends_at`."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One payment that a provider lists as paid, with the name of ours that it was told, and its own name for it."""

    our_reference: str | None
    reference: str
    money: Money


class DifferenceKind(StrEnum):
    """
    How the two lists differ.

    `not_ours`: nothing of ours has this name. `not_paid_here`: we have it, and not as paid. `other_amount`: both
    have it as paid, with different amounts. `not_at_provider`: we have it as paid, and the provider does not list it.
    """

    NOT_OURS = "not_ours"
    NOT_PAID_HERE = "not_paid_here"
    OTHER_AMOUNT = "other_amount"
    NOT_AT_PROVIDER = "not_at_provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line in which the lists differ; `theirs` and `ours` are the amounts that each has as paid."""

    kind: DifferenceKind
    reference: str
    payment_id: PaymentId | None = None
    theirs: Money | None = None
    ours: Money | None = None


def compared(movement: Movement, attempt: Attempt | None, payment: Payment | None) -> Difference | None:
    """Lay one line of the provider's beside what we have of it; `None` when they agree."""
    if attempt is None or payment is None:
        return Difference(kind=DifferenceKind.NOT_OURS, reference=movement.reference, theirs=movement.money)
    ours = Money(payment.captured_minor, payment.money.currency)
    if attempt.state is not AttemptState.SUCCEEDED:
        kind = DifferenceKind.NOT_PAID_HERE
    elif payment.charge_id == attempt.id and ours != movement.money:
        kind = DifferenceKind.OTHER_AMOUNT
    else:
        return None
    return Difference(kind=kind, reference=movement.reference, payment_id=payment.id, theirs=movement.money, ours=ours)


def missing(payment: Payment, attempt: Attempt) -> Difference:
    """Say that a payment of ours is not among what its provider lists."""
    return Difference(
        kind=DifferenceKind.NOT_AT_PROVIDER,
        reference=attempt.reference or attempt.provider_key,
        payment_id=payment.id,
        ours=Money(payment.captured_minor, payment.money.currency),
    )
