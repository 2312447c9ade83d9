"""What may end by time or by wish alone, with no provider to ask."""

from dataclasses import replace
from datetime import datetime

from zerofee.domain.asking import AskRules, next_ask_at
from zerofee.domain.attempt import IN_FLIGHT, OPEN_ATTEMPT, Attempt, AttemptState
from zerofee.domain.change_set import Change, Update
from zerofee.domain.event import EventType
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import Move, PaymentStatus, next_status
from zerofee.domain.plan import News, Plan

# A hold has the provider's own end; what merely waits has ours.
EXPIRES = frozenset({PaymentStatus.PENDING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.PROCESSING})
_ENDS = {Move.CANCEL: AttemptState.CANCELLED, Move.EXPIRE: AttemptState.EXPIRED}


def is_overdue(payment: Payment, charge: Attempt | None, now: datetime) -> bool:
    """Say whether the payment has waited too long and may end: never while its charge is in flight, or holds money."""
    if charge is not None and charge.state in IN_FLIGHT | {AttemptState.AUTHORIZED}:
        return False
    return payment.status in EXPIRES and payment.expires_at is not None and payment.expires_at <= now


def end_here(payment: Payment, charge: Attempt | None, move: Move, now: datetime, rules: AskRules) -> Plan:
    """
    Cancel or expire the payment on our side alone.

    The charge is still asked about on its schedule: money that a provider takes all the same is a late success.
    Raises `IllegalMove` for an ended payment, `ValueError` for a charge in flight, which only evidence may end.
    """
    if charge is not None and charge.state in IN_FLIGHT:
        msg = "an attempt in flight ends by evidence only"
        raise ValueError(msg)
    status = next_status(payment.status, move)
    changed = replace(
        payment,
        status=status,
        next_action=None,
        news=payment.news + 1,
        updated_at=now,
        version=payment.version + 1,
    )
    changes: tuple[Change, ...] = (Update(changed),)
    if charge is not None and charge.state in OPEN_ATTEMPT:
        ended = replace(
            charge,
            state=_ENDS[move],
            ask_at=next_ask_at(rules, charge.id, charge.asked, charge.started_at, now),
            ended_at=now,
            version=charge.version + 1,
        )
        changes = (*changes, Update(ended))
    return Plan(payment=changed, changes=changes, news=(News(EventType(f"payment.{status}"), changed, changed.news),))
