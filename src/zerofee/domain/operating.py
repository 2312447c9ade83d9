"""What an outcome does to a capture, a cancel or an authentication, and to the charge that it works on."""

from dataclasses import replace
from typing import assert_never

from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptKind, AttemptState
from zerofee.domain.change_set import Update
from zerofee.domain.event import EventType
from zerofee.domain.expiring import end_here
from zerofee.domain.failure import Failure, FailureCode
from zerofee.domain.hearing import Moment, asked_again, ended, in_doubt, is_proven_absent, maybe_absent
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
from zerofee.domain.payment_status import MOVES, OPEN, Move, PaymentStatus, next_status
from zerofee.domain.plan import News, Plan
from zerofee.domain.settling import NO_ANSWER, OTHER_AMOUNT, settle_charge

_WRONG_CODE = AttemptState.DECLINED


def settle_operation(
    payment: Payment, charge: Attempt, operation: Attempt, outcome: Outcome, moment: Moment
) -> Plan | None:
    """
    Decide what `outcome` makes of an operation, its charge and the payment; `None` when it is old news.

    A definite no leaves the charge as it was. An outcome of the charge itself (paid, let go, still held) settles
    the charge by the rules of every charge, and tells what became of the operation.
    """
    if operation.state not in OPEN_ATTEMPT:
        return None
    match outcome:
        case NotSent(reason):
            failure = Failure.of(FailureCode.PROVIDER_UNAVAILABLE, reason)
            return _back(payment, charge, ended(operation, AttemptState.NOT_SENT, moment, failure), moment)
        case Refused(code, message, provider_code):
            failure = Failure.of(code, message, provider_code)
            return _back(payment, charge, ended(operation, AttemptState.REFUSED, moment, failure), moment)
        case Declined(code, message, provider_code):
            failure = Failure.of(code, message, provider_code)
            over = ended(operation, AttemptState.DECLINED, moment, failure)
            return _declined(payment, charge, over, outcome, moment)
        case Unknown():
            return _unknown(payment, operation, outcome, moment)
        case Absent():
            return _not_done(payment, charge, operation, moment)
        case Paid(money) if operation.kind is AttemptKind.CAPTURE and money != operation.money:
            return _unknown(payment, operation, OTHER_AMOUNT, moment)
        case Paid() | Authorized() | Accepted() | ActionRequired() | Proceed() | Cancelled() | Expired():
            return _of_the_charge(payment, charge, operation, outcome, moment)
        case never:
            assert_never(never)


def _of_the_charge(
    payment: Payment,
    charge: Attempt,
    operation: Attempt,
    outcome: Authorized | Accepted | ActionRequired | Proceed | Paid | Cancelled | Expired,
    moment: Moment,
) -> Plan | None:
    state = _told_by(operation.kind, outcome, asked=moment.asked)
    if state is None:
        return _not_done(payment, charge, operation, moment)
    if state is AttemptState.WAITING:
        return _waits(payment, replace(asked_again(operation, moment), state=state, absent_since=None), moment)
    over = ended(operation, state, moment, _wrong_code(outcome) if state is _WRONG_CODE else None)
    if operation.kind is AttemptKind.AUTHENTICATE:
        charge = replace(charge, tries=charge.tries + 1)
    if operation.kind is AttemptKind.EXPIRE and isinstance(outcome, Cancelled):
        outcome = Expired(outcome.reference)
    plan = settle_charge(payment, charge, outcome, moment, expected=operation.money)
    return _with(plan, payment, charge, over, moment)


def _with(plan: Plan | None, payment: Payment, charge: Attempt, over: Attempt, moment: Moment) -> Plan:
    """Put the operation's end before what becomes of its charge: one of the two may be in flight at a time."""
    if plan is None:
        return _back(payment, charge, over, moment)
    return replace(plan, changes=(Update(over), *plan.changes))


def _told_by(
    kind: AttemptKind,
    outcome: Authorized | Accepted | ActionRequired | Proceed | Paid | Cancelled | Expired,
    *,
    asked: bool,
) -> AttemptState | None:
    """Say what became of the operation, `None` when the charge stands as if it had never been sent."""
    done, undone = AttemptState.SUCCEEDED, AttemptState.DECLINED
    match kind, outcome:
        case _, Proceed():
            return done if kind is AttemptKind.AUTHENTICATE else None
        case AttemptKind.CAPTURE, Paid():
            return done
        case AttemptKind.CAPTURE, Accepted():
            return AttemptState.WAITING
        case AttemptKind.CAPTURE, Cancelled() | Expired():
            return undone
        case AttemptKind.CANCEL | AttemptKind.EXPIRE, Cancelled() | Expired():
            return done
        case AttemptKind.CANCEL | AttemptKind.EXPIRE, Accepted() if not asked:
            return AttemptState.WAITING
        case AttemptKind.CANCEL | AttemptKind.EXPIRE, Paid():
            return undone
        case AttemptKind.AUTHENTICATE, ActionRequired():
            return None if asked else _WRONG_CODE
        case AttemptKind.AUTHENTICATE, _:
            return done
        case _:
            return None


def _wrong_code(outcome: Outcome) -> Failure | None:
    if isinstance(outcome, ActionRequired):
        return Failure.of(FailureCode.AUTHENTICATION_FAILED, "The one-time code was wrong.")
    return None


def _declined(payment: Payment, charge: Attempt, over: Attempt, outcome: Declined, moment: Moment) -> Plan:
    if over.kind is not AttemptKind.AUTHENTICATE and not moment.asked:
        return _back(payment, charge, over, moment)
    # The last wrong code, or an asking that finds the charge itself declined, ends the charge.
    return _with(settle_charge(payment, charge, outcome, moment), payment, charge, over, moment)


def _unknown(payment: Payment, operation: Attempt, unknown: Unknown, moment: Moment) -> Plan:
    payment = replace(payment, attention=unknown.mismatch or payment.attention)
    return _waits(payment, in_doubt(operation, moment, unknown.reason), moment)


def _not_done(payment: Payment, charge: Attempt, operation: Attempt, moment: Moment) -> Plan:
    """Believe that the operation never arrived once it was heard twice, late enough; until then go on asking."""
    if is_proven_absent(operation, moment):
        failure = Failure.of(FailureCode.TIMED_OUT)
        return _back(payment, charge, ended(operation, AttemptState.ABSENT, moment, failure), moment)
    return _waits(payment, maybe_absent(operation, moment), moment)


def _waits(payment: Payment, operation: Attempt, moment: Moment) -> Plan:
    if operation.ask_at is None:
        payment = replace(payment, attention=payment.attention or NO_ANSWER)
    return _moved(payment, Move.ACCEPT, operation, moment)


def _back(payment: Payment, charge: Attempt, over: Attempt, moment: Moment) -> Plan:
    """Put the payment back to where its charge stands, with the reason beside it while it is open."""
    if over.kind is AttemptKind.EXPIRE and over.state in {AttemptState.REFUSED, AttemptState.DECLINED}:
        # The provider will not let it go by itself, and its time is up: it ends here, and is still asked about.
        return _ends_here(payment, charge, over, moment)
    if payment.status in OPEN:
        payment = replace(payment, failure=over.failure or payment.failure)
    if charge.state is AttemptState.AUTHORIZED:
        return _moved(payment, Move.AUTHORIZE, over, moment)
    if charge.next_action is not None:
        return _moved(replace(payment, next_action=charge.next_action), Move.ASK_CUSTOMER, over, moment)
    return _moved(payment, Move.ACCEPT, over, moment)


def _ends_here(payment: Payment, charge: Attempt, over: Attempt, moment: Moment) -> Plan:
    if payment.status not in OPEN:
        return Plan(payment=payment, changes=(Update(over),))
    plan = end_here(payment, charge, Move.EXPIRE, moment.now, moment.rules)
    return replace(plan, changes=(Update(over), *plan.changes))


def _moved(payment: Payment, move: Move, operation: Attempt, moment: Moment) -> Plan:
    status = payment.status
    if (status, move) in MOVES:
        status = next_status(status, move)
    told = status is not payment.status
    changed = replace(
        payment,
        status=status,
        next_action=payment.next_action if status is PaymentStatus.REQUIRES_ACTION else None,
        news=payment.news + told,
        updated_at=moment.now,
        version=payment.version + 1,
    )
    news = (News(EventType(f"payment.{status}"), changed, changed.news),) if told else ()
    return Plan(payment=changed, changes=(Update(changed), Update(operation)), news=news)
