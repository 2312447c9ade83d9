"""What an outcome does to the charge it is about, and so to the payment."""

from dataclasses import replace
from typing import Final, assert_never

from zerofee.domain.asking import next_ask_at
from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptState, Start
from zerofee.domain.booking import Taken
from zerofee.domain.change_set import Change, Insert, Update
from zerofee.domain.event import EventType
from zerofee.domain.failure import Failure, FailureCode
from zerofee.domain.hearing import (
    Moment,
    asked_again,
    ended,
    in_doubt,
    is_proven_absent,
    knowing,
    maybe_absent,
    waiting,
)
from zerofee.domain.money import Money
from zerofee.domain.next_action import NextAction, Redirect
from zerofee.domain.opening import next_charge
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    Mismatch,
    NotSent,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import MOVES, OPEN, UNSUCCESSFUL, Move, PaymentStatus, next_status
from zerofee.domain.plan import News, Plan

OTHER_AMOUNT: Final = Unknown("the answer tells another amount or currency", Mismatch.AMOUNT)
SECOND_CHARGE: Final = "paid_twice"
NO_ANSWER: Final = "no_answer"
_ON_PAGE: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.PROCESSING})
_NO_TIME: Final = "The request's time was used up before the next provider could be tried."


def settle_charge(  # noqa: C901, PLR0912  one case for each outcome: a table
    payment: Payment, attempt: Attempt, outcome: Outcome, moment: Moment, expected: Money | None = None
) -> Plan | None:
    """
    Decide what `outcome` makes of a charge and its payment; `None` when it is old news.

    `expected` is what a capture was to take, where that is less than the charge.

    A definite no opens the next candidate only while nothing was shown, accepted or unknown. An answer that does
    not fit the amount is never success. Money found after the end is a late success once it was asked for, or a
    matter for a person.
    """
    outcome = _checked(expected or attempt.money, outcome)
    if attempt.state not in OPEN_ATTEMPT:
        return _after_the_end(payment, attempt, outcome, moment)
    match outcome:
        case NotSent(reason) if attempt.reference is not None and not _untouched(payment, attempt, moment):
            # An earlier step is done and this one never left us: asking comes back to it (reliability rules PAY-5).
            with_them = replace(waiting(attempt, None, {}, moment), note=reason, next_action=None)
            return _moved(payment, with_them, Move.ACCEPT, moment)
        case NotSent(reason):
            failure = Failure.of(FailureCode.PROVIDER_UNAVAILABLE)
            return _no(payment, attempt, ended(attempt, AttemptState.NOT_SENT, moment, failure, reason), moment)
        case Refused(code, message, provider_code):
            failure = Failure.of(code, message, provider_code)
            return _no(payment, attempt, ended(attempt, AttemptState.REFUSED, moment, failure), moment)
        case Declined(code, message, provider_code, soft):
            failure = Failure.of(code, message, provider_code)
            declined = ended(attempt, AttemptState.DECLINED, moment, failure)
            return _no(payment, attempt, declined, moment, may_go_on=soft and _retries_declined(payment))
        case Proceed(reference, details):
            return _go_on(payment, knowing(attempt, reference, details), moment)
        case Accepted(reference, details, ask_after_s):
            with_them = waiting(attempt, reference, details, moment, ask_after_s)
            return _moved(payment, replace(with_them, next_action=None), Move.ACCEPT, moment)
        case ActionRequired(action, reference, details, ask_after_s):
            with_them = waiting(attempt, reference, details, moment, ask_after_s)
            return _moved(payment, replace(with_them, next_action=action), Move.ASK_CUSTOMER, moment)
        case Authorized(_, reference, details):
            return _moved(payment, _held(knowing(attempt, reference, details), moment), Move.AUTHORIZE, moment)
        case Paid(money, reference, details):
            return _paid(payment, knowing(attempt, reference, details), money, moment)
        case Cancelled():
            return _let_go(payment, attempt, AttemptState.CANCELLED, Move.CANCEL, moment)
        case Expired():
            return _let_go(payment, attempt, AttemptState.EXPIRED, Move.EXPIRE, moment)
        case Absent():
            return _absent(payment, attempt, moment)
        case Unknown():
            return _unknown(payment, attempt, outcome, moment)
        case never:
            assert_never(never)


def _checked(expected: Money, outcome: Outcome) -> Outcome:
    """Turn a yes to another amount or currency into `Unknown`."""
    match outcome:
        case Paid(money) | Authorized(money) if money != expected:
            return OTHER_AMOUNT
        case _:
            return outcome


def _retries_declined(payment: Payment) -> bool:
    tried = payment.decision.candidates[payment.charges - 1 : payment.charges]
    return bool(tried) and tried[0].retry_declined


def _no(payment: Payment, attempt: Attempt, over: Attempt, moment: Moment, *, may_go_on: bool = True) -> Plan:
    """End the attempt, and turn to the next candidate where nothing but a definite no was ever heard."""
    candidate = payment.candidate
    if not _untouched(payment, attempt, moment) or not may_go_on or candidate is None:
        return _failed(payment, over, moment)
    if moment.next_try is None:
        failure = Failure.of(FailureCode.PROVIDER_UNAVAILABLE, _NO_TIME)
        return _failed(payment, replace(over, failure=failure), moment)
    changed, opened = next_charge(payment, candidate, Start(draft=moment.next_try, now=moment.now))
    opened = replace(opened, claim_id=attempt.claim_id)
    return Plan(payment=changed, changes=(Update(changed), Update(over), Insert(opened)), opened=opened)


def _untouched(payment: Payment, attempt: Attempt, moment: Moment) -> bool:
    """
    Say whether this attempt was never accepted, shown or unknown: only then may another be tried.

    What had to be asked about was unknown, whatever was written of it (reliability rules OUT-2).
    """
    on_page = payment.hosted_url is not None and payment.next_action == Redirect(payment.hosted_url)
    fresh = payment.status is PaymentStatus.PENDING or on_page
    return fresh and attempt.state is AttemptState.SENDING and attempt.asked == 0 and not moment.asked


def _failed(payment: Payment, over: Attempt, moment: Moment) -> Plan:
    changed = replace(payment, failure=over.failure)
    if payment.hosted_url is not None and payment.status in _ON_PAGE:
        # The customer may choose again: the page is the next action, and the no stands beside it.
        return _told(changed, over, PaymentStatus.REQUIRES_ACTION, Redirect(payment.hosted_url), moment)
    return _moved(payment, over, Move.FAIL, moment, changed)


def _go_on(payment: Payment, attempt: Attempt, moment: Moment) -> Plan:
    """Keep what a step returned; the same attempt is sent again, by whoever commits this."""
    draft = moment.next_try
    if draft is None or payment.status not in OPEN:
        with_them = replace(waiting(attempt, None, {}, moment, ask_after_s=0), next_action=None)
        return _moved(payment, with_them, Move.ACCEPT, moment)
    again = replace(
        attempt,
        state=AttemptState.SENDING,
        next_action=None,
        boot_id=draft.boot_id,
        deadline_at=draft.deadline_at,
        ask_at=next_ask_at(moment.rules, attempt.id, attempt.asked, attempt.started_at, draft.deadline_at),
        absent_since=None,
        version=attempt.version + 1,
    )
    changed = replace(payment, updated_at=moment.now, version=payment.version + 1)
    return Plan(payment=changed, changes=(Update(changed), Update(again)), opened=again)


def _absent(payment: Payment, attempt: Attempt, moment: Moment) -> Plan:
    if is_proven_absent(attempt, moment):
        return _failed(payment, ended(attempt, AttemptState.ABSENT, moment, Failure.of(FailureCode.TIMED_OUT)), moment)
    again = maybe_absent(attempt, moment)
    if attempt.state is AttemptState.SENDING:
        return _moved(payment, again, Move.ACCEPT, moment)
    return _only_attempt(payment, again, moment)


def _unknown(payment: Payment, attempt: Attempt, unknown: Unknown, moment: Moment) -> Plan:
    again = in_doubt(attempt, moment, unknown.reason)
    if attempt.state is not AttemptState.SENDING:
        return _only_attempt(payment, again, moment, unknown.mismatch)
    changed = replace(payment, attention=unknown.mismatch or payment.attention)
    return _moved(payment, again, Move.ACCEPT, moment, changed)


def _paid(payment: Payment, attempt: Attempt, money: Money, moment: Moment) -> Plan:
    """
    Book `money` as taken: the payment has succeeded, late when it had ended before.

    Money after the end, or by an attempt that had ended, is first asked for: a webhook alone does not prove it
    (reliability rules ASK-5). Money for a payment that has succeeded by another attempt is left to a person (ASK-6).
    """
    found = ended(attempt, AttemptState.SUCCEEDED, moment)
    if payment.status is PaymentStatus.SUCCEEDED:
        unapplied = Taken(payment=payment, attempt=found, money=money, applied=False)
        return replace(_only_attempt(payment, found, moment, SECOND_CHARGE), facts=(unapplied,))
    expected = payment.status in OPEN and attempt.state in OPEN_ATTEMPT | {AttemptState.AUTHORIZED}
    if not expected and not moment.asked:
        ask_now = replace(attempt, ask_at=moment.now, version=attempt.version + 1)
        return _only_attempt(payment, ask_now, moment)
    late = payment.status in UNSUCCESSFUL
    changed = replace(payment, charge_id=attempt.id, captured_minor=money.minor, late=late, attention=None)
    plan = _moved(payment, found, Move.PAY_LATE if late else Move.PAY, moment, changed)
    return replace(plan, facts=(Taken(payment=plan.payment, attempt=found, money=money),))


def _after_the_end(payment: Payment, attempt: Attempt, outcome: Outcome, moment: Moment) -> Plan | None:
    """Accept money that is found after the end; anything else is old news, and asking goes on its schedule."""
    held = attempt.state is AttemptState.AUTHORIZED
    match outcome:
        case _ if attempt.state is AttemptState.SUCCEEDED:
            return None
        case Paid(money, reference, details):
            return _paid(payment, knowing(attempt, reference, details), money, moment)
        case Unknown(reason, Mismatch() as mismatch):
            return _only_attempt(payment, asked_again(attempt, moment, reason), moment, mismatch)
        case Cancelled() if held:
            return _let_go(payment, attempt, AttemptState.CANCELLED, Move.CANCEL, moment)
        case Expired() if held:
            return _let_go(payment, attempt, AttemptState.EXPIRED, Move.EXPIRE, moment)
        case Declined(code, message, provider_code) if held and moment.asked:
            failure = Failure.of(code, message, provider_code)
            return _failed(payment, ended(attempt, AttemptState.DECLINED, moment, failure), moment)
        case _ if moment.asked and attempt.ask_at is not None:
            return _only_attempt(payment, asked_again(attempt, moment), moment)
        case _:
            return None


def _moved(payment: Payment, attempt: Attempt, move: Move, moment: Moment, changed: Payment | None = None) -> Plan:
    """
    Move the payment along its table; where it already stands there, keep the attempt and a new action.

    `changed` is the payment with what the move brings; where no row allows the move it is forgotten, but for a
    reason why a person must look.
    """
    after, action = changed or payment, attempt.next_action
    if (payment.status, move) in MOVES:
        return _told(after, attempt, next_status(payment.status, move), action, moment)
    if move is Move.ASK_CUSTOMER and payment.status is PaymentStatus.REQUIRES_ACTION and action != payment.next_action:
        return _told(after, attempt, PaymentStatus.REQUIRES_ACTION, action, moment)
    return _only_attempt(payment, attempt, moment, after.attention)


def _told(payment: Payment, attempt: Attempt, status: PaymentStatus, action: NextAction | None, moment: Moment) -> Plan:
    changed = replace(
        payment,
        status=status,
        next_action=action if status is PaymentStatus.REQUIRES_ACTION else None,
        failure=None if status is PaymentStatus.SUCCEEDED else payment.failure,
        news=payment.news + 1,
        updated_at=moment.now,
        version=payment.version + 1,
    )
    news = (News(EventType(f"payment.{status}"), changed, changed.news),)
    return Plan(payment=changed, changes=(Update(changed), Update(attempt)), news=news)


def _only_attempt(payment: Payment, attempt: Attempt, moment: Moment, attention: str | None = None) -> Plan:
    """Write the attempt alone; the payment too when a person must look at it from now on."""
    if attention is None and attempt.ask_at is None and attempt.state in OPEN_ATTEMPT:
        attention = NO_ANSWER
    changes: tuple[Change, ...] = (Update(attempt),)
    if attention is not None and attention != payment.attention:
        payment = replace(payment, attention=attention, updated_at=moment.now, version=payment.version + 1)
        changes = (Update(payment), *changes)
    return Plan(payment=payment, changes=changes)


def _let_go(payment: Payment, attempt: Attempt, state: AttemptState, move: Move, moment: Moment) -> Plan:
    return _moved(payment, ended(attempt, state, moment), move, moment)


def _held(attempt: Attempt, moment: Moment) -> Attempt:
    again = asked_again(attempt, moment)
    return replace(again, state=AttemptState.AUTHORIZED, next_action=None, absent_since=None, note=None)
