"""What an outcome does to the charge it is about, and so to the payment."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from zerofee.domain.asking import ABSENCE_GAP, AskRules, absence_counts, absence_is_final, next_ask_at
from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptDraft, AttemptState, Start
from zerofee.domain.change_set import Change, Insert, Update
from zerofee.domain.event import EventType
from zerofee.domain.failure import Failure, FailureCode
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
    Details,
    Expired,
    NotSent,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import MOVES, UNSUCCESSFUL, Move, PaymentStatus, next_status
from zerofee.domain.plan import News, Plan

MISMATCH: Final = "amount_mismatch"
SECOND_CHARGE: Final = "paid_twice"
NO_ANSWER: Final = "no_answer"
_NO_TIME: Final = "The request's time was used up before the next provider could be tried."


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """
    What the world adds to a decision.

    `next_try` is the draft of a further attempt, `None` when the request's time is used up. `asked`: the outcome
    was heard by asking. `absence_final_after_s` is the provider's own (`Capabilities`).
    """

    now: datetime
    rules: AskRules
    next_try: AttemptDraft | None = None
    asked: bool = False
    absence_final_after_s: int = 900


def settle_charge(  # noqa: C901, PLR0912  one case for each outcome: a table
    payment: Payment, attempt: Attempt, outcome: Outcome, moment: Moment, expected: Money | None = None
) -> Plan | None:
    """
    Decide what `outcome` makes of a charge and its payment; `None` when it is old news.

    `expected` is what a capture was to take, where that is less than the charge.

    A definite no opens the next candidate only while nothing was shown, accepted or unknown. An answer that does
    not fit the amount is never success. Money found after the end is a late success, or a matter for a person.
    """
    outcome = _checked(expected or attempt.money, outcome)
    if attempt.state not in OPEN_ATTEMPT:
        return _after_the_end(payment, attempt, outcome, moment)
    match outcome:
        case NotSent(reason):
            failure = Failure.of(FailureCode.PROVIDER_UNAVAILABLE)
            return _no(payment, attempt, _ended(attempt, AttemptState.NOT_SENT, moment, failure, reason), moment)
        case Refused(code, message, provider_code):
            failure = Failure.of(code, message, provider_code)
            return _no(payment, attempt, _ended(attempt, AttemptState.REFUSED, moment, failure), moment)
        case Declined(code, message, provider_code, soft):
            failure = Failure.of(code, message, provider_code)
            ended = _ended(attempt, AttemptState.DECLINED, moment, failure)
            return _no(payment, attempt, ended, moment, may_go_on=soft and _retries_declined(payment))
        case Proceed(reference, details):
            return _go_on(payment, attempt, reference, details, moment)
        case Accepted(reference, details, ask_after_s):
            waiting = _waiting(attempt, reference, details, ask_after_s, moment)
            return _moved(payment, replace(waiting, next_action=None), Move.ACCEPT, moment)
        case ActionRequired(action, reference, details, ask_after_s):
            waiting = replace(_waiting(attempt, reference, details, ask_after_s, moment), next_action=action)
            return _moved(payment, waiting, Move.ASK_CUSTOMER, moment)
        case Authorized(_, reference, details):
            held = _held(attempt, reference, details, moment)
            return _moved(payment, held, Move.AUTHORIZE, moment)
        case Paid(money, reference, details):
            return paid(payment, _succeeded(attempt, reference, details, moment), money, moment)
        case Cancelled():
            return _let_go(payment, attempt, AttemptState.CANCELLED, Move.CANCEL, moment)
        case Expired():
            return _let_go(payment, attempt, AttemptState.EXPIRED, Move.EXPIRE, moment)
        case Absent():
            return _absent(payment, attempt, moment)
        case Unknown(reason):
            return _unknown(payment, attempt, reason, moment)
        case never:
            assert_never(never)


def paid(payment: Payment, attempt: Attempt, money: Money, moment: Moment) -> Plan:
    """Book `money` as taken: the payment has succeeded, late when it had ended before."""
    late = payment.status in UNSUCCESSFUL
    changed = replace(payment, captured_minor=money.minor, late=late, attention=None)
    return _moved(changed, attempt, Move.PAY_LATE if late else Move.PAY, moment)


def _checked(expected: Money, outcome: Outcome) -> Outcome:
    """Turn a yes to another amount or currency into `Unknown`."""
    match outcome:
        case Paid(money) | Authorized(money) if money != expected:
            return Unknown(MISMATCH)
        case _:
            return outcome


def _retries_declined(payment: Payment) -> bool:
    tried = payment.decision.candidates[payment.charges - 1 : payment.charges]
    return bool(tried) and tried[0].retry_declined


def _no(payment: Payment, attempt: Attempt, ended: Attempt, moment: Moment, *, may_go_on: bool = True) -> Plan:
    """End the attempt, and turn to the next candidate where nothing but a definite no was ever heard."""
    candidate = payment.candidate
    if not _untouched(payment, attempt) or not may_go_on or candidate is None:
        return _failed(payment, ended, moment)
    if moment.next_try is None:
        failure = Failure.of(FailureCode.PROVIDER_UNAVAILABLE, _NO_TIME)
        return _failed(payment, replace(ended, failure=failure), moment)
    changed, opened = next_charge(payment, candidate, Start(draft=moment.next_try, now=moment.now))
    opened = replace(opened, claim_id=attempt.claim_id)
    return Plan(payment=changed, changes=(Update(changed), Update(ended), Insert(opened)), opened=opened)


def _untouched(payment: Payment, attempt: Attempt) -> bool:
    """Say whether this attempt was never accepted, shown or unknown: only then may another be tried."""
    on_page = payment.hosted_url is not None and payment.next_action == Redirect(payment.hosted_url)
    fresh = payment.status is PaymentStatus.PENDING or on_page
    return fresh and attempt.state is AttemptState.SENDING and attempt.asked == 0


def _failed(payment: Payment, ended: Attempt, moment: Moment) -> Plan:
    changed = replace(payment, failure=ended.failure)
    if payment.hosted_url is not None:
        # The customer may choose again: the page is the next action, and the no stands beside it.
        back = replace(changed, next_action=Redirect(payment.hosted_url))
        return _moved(back, ended, Move.ASK_CUSTOMER, moment, back.next_action)
    return _moved(changed, ended, Move.FAIL, moment)


def _go_on(payment: Payment, attempt: Attempt, reference: str | None, details: Details, moment: Moment) -> Plan:
    """Keep what a step returned; the same attempt is sent again, by whoever commits this."""
    if moment.next_try is None:
        return _moved(payment, _waiting(attempt, reference, details, 0, moment), Move.ACCEPT, moment)
    draft = moment.next_try
    again = replace(
        attempt,
        state=AttemptState.SENDING,
        reference=reference or attempt.reference,
        details={**attempt.details, **details},
        boot_id=draft.boot_id,
        deadline_at=draft.deadline_at,
        ask_at=next_ask_at(moment.rules, attempt.id, attempt.asked, attempt.started_at, draft.deadline_at),
        version=attempt.version + 1,
    )
    changed = replace(payment, updated_at=moment.now, version=payment.version + 1)
    return Plan(payment=changed, changes=(Update(changed), Update(again)), opened=again)


def _absent(payment: Payment, attempt: Attempt, moment: Moment) -> Plan:
    final_after_s = moment.absence_final_after_s
    if absence_is_final(attempt.absent_since, attempt.deadline_at, final_after_s, moment.now):
        failure = Failure.of(FailureCode.TIMED_OUT)
        return _failed(payment, _ended(attempt, AttemptState.ABSENT, moment, failure), moment)
    again = _asked_again(attempt, moment)
    if attempt.absent_since is None and absence_counts(attempt.deadline_at, final_after_s, moment.now):
        again = replace(again, absent_since=moment.now)
        # The second word must not come sooner than it would count.
        again = replace(again, ask_at=max(again.ask_at or moment.now, moment.now + ABSENCE_GAP))
    if attempt.state is AttemptState.SENDING:
        again = replace(again, state=AttemptState.UNKNOWN)
        return _moved(payment, again, Move.ACCEPT, moment)
    return _only_attempt(payment, again, moment)


def _unknown(payment: Payment, attempt: Attempt, reason: str, moment: Moment) -> Plan:
    again = replace(_asked_again(attempt, moment), note=reason)
    attention = MISMATCH if reason == MISMATCH else None
    if attempt.state is AttemptState.SENDING:
        again = replace(again, state=AttemptState.UNKNOWN)
        changed = replace(payment, attention=attention or payment.attention)
        return _moved(changed, again, Move.ACCEPT, moment)
    return _only_attempt(payment, again, moment, attention)


def _after_the_end(payment: Payment, attempt: Attempt, outcome: Outcome, moment: Moment) -> Plan | None:
    """Accept money that is found after the end; anything else is old news, and asking goes on its schedule."""
    match outcome:
        case Paid(money, reference, details) if attempt.state is not AttemptState.SUCCEEDED:
            found = _succeeded(attempt, reference, details, moment)
            if attempt.state is AttemptState.AUTHORIZED:
                return paid(payment, found, money, moment)
            if payment.status in UNSUCCESSFUL:
                return paid(replace(payment, charge_id=attempt.id), found, money, moment)
            return _only_attempt(payment, found, moment, SECOND_CHARGE)
        case Cancelled() if attempt.state is AttemptState.AUTHORIZED:
            return _let_go(payment, attempt, AttemptState.CANCELLED, Move.CANCEL, moment)
        case Expired() if attempt.state is AttemptState.AUTHORIZED:
            return _let_go(payment, attempt, AttemptState.EXPIRED, Move.EXPIRE, moment)
        case _ if moment.asked and attempt.ask_at is not None:
            return _only_attempt(payment, _asked_again(attempt, moment), moment)
        case _:
            return None


def _moved(payment: Payment, attempt: Attempt, move: Move, moment: Moment, action: NextAction | None = None) -> Plan:
    """Move the payment along its table; where it already stands there, keep the attempt and a new action."""
    action = action or attempt.next_action
    if (payment.status, move) in MOVES:
        return _told(payment, attempt, next_status(payment.status, move), action, moment)
    if move is Move.ASK_CUSTOMER and payment.status is PaymentStatus.REQUIRES_ACTION and action != payment.next_action:
        return _told(payment, attempt, PaymentStatus.REQUIRES_ACTION, action, moment)
    return _only_attempt(payment, attempt, moment)


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
    ended = _ended(attempt, state, moment, None)
    return _moved(payment, ended, move, moment)


def _asked_again(attempt: Attempt, moment: Moment) -> Attempt:
    asked = attempt.asked + 1 if moment.asked else attempt.asked
    return replace(
        attempt,
        asked=asked,
        ask_at=next_ask_at(moment.rules, attempt.id, asked, attempt.started_at, moment.now),
        version=attempt.version + 1,
    )


def _waiting(
    attempt: Attempt, reference: str | None, details: Details, ask_after_s: int | None, moment: Moment
) -> Attempt:
    again = _asked_again(attempt, moment)
    hinted = None if ask_after_s is None else moment.now + timedelta(seconds=ask_after_s)
    return replace(
        again,
        state=AttemptState.WAITING,
        reference=reference or attempt.reference,
        details={**attempt.details, **details},
        ask_at=again.ask_at if hinted is None or moment.asked else hinted,
        absent_since=None,
        note=None,
    )


def _held(attempt: Attempt, reference: str | None, details: Details, moment: Moment) -> Attempt:
    return replace(
        _asked_again(attempt, moment),
        state=AttemptState.AUTHORIZED,
        reference=reference or attempt.reference,
        details={**attempt.details, **details},
        next_action=None,
        note=None,
    )


def _succeeded(attempt: Attempt, reference: str | None, details: Details, moment: Moment) -> Attempt:
    return replace(
        attempt,
        state=AttemptState.SUCCEEDED,
        reference=reference or attempt.reference,
        details={**attempt.details, **details},
        next_action=None,
        failure=None,
        note=None,
        ask_at=None,
        ended_at=moment.now,
        version=attempt.version + 1,
    )


def _ended(
    attempt: Attempt, state: AttemptState, moment: Moment, failure: Failure | None, note: str | None = None
) -> Attempt:
    return replace(
        attempt,
        state=state,
        failure=failure,
        note=note,
        next_action=None,
        ask_at=None,
        ended_at=moment.now,
        version=attempt.version + 1,
    )
