"""How a refund begins, and what an outcome makes of it: money is reserved first and freed only by evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptKind, AttemptState, Start
from zerofee.domain.booking import GoingOut, Stage
from zerofee.domain.change_set import Change, Insert, Update
from zerofee.domain.event import EventType
from zerofee.domain.failure import Failure, FailureCode
from zerofee.domain.hearing import Moment, ended, in_doubt, is_proven_absent, knowing, maybe_absent, waiting
from zerofee.domain.ids import RefundId
from zerofee.domain.money import Money, payable
from zerofee.domain.opening import AmountTooLarge, WrongStatus, operation_attempt
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
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.plan import News, Plan
from zerofee.domain.refund import Refund, RefundStatus
from zerofee.domain.settling import NO_ANSWER, OTHER_AMOUNT

REFUND_FOUND: Final = "refund_found_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRefund:
    """What goes back: `amount_minor`, or all that is left when it is `None`."""

    amount_minor: int | None = None
    reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


def open_refund(payment: Payment, charge: Attempt, order: NewRefund, refund_id: RefundId, start: Start) -> Plan:
    """Reserve what is to go back and write down the attempt; raise when nothing or not so much is left."""
    if payment.status is not PaymentStatus.SUCCEEDED:
        raise WrongStatus("refunded", payment.status, PaymentStatus.SUCCEEDED)
    left = Money(payment.refundable_minor, payment.money.currency)
    money = left if order.amount_minor is None else payable(order.amount_minor, left.currency)
    if money > left or left.minor == 0:
        raise AmountTooLarge(left)
    refund = Refund(
        id=refund_id,
        scope=payment.scope,
        payment_id=payment.id,
        money=money,
        reason=order.reason,
        metadata=order.metadata,
        provider_id=charge.provider_id,
        news=1,
        created_at=start.now,
        updated_at=start.now,
    )
    attempt = operation_attempt(payment, charge, AttemptKind.REFUND, money, start)
    attempt = replace(attempt, refund_id=refund.id)
    changed = replace(
        payment,
        refunding_minor=payment.refunding_minor + money.minor,
        attempts=attempt.number,
        updated_at=start.now,
        version=payment.version + 1,
    )
    changes: tuple[Change, ...] = (Update(changed), Insert(refund), Insert(attempt))
    if start.claim is not None:
        changes = (Insert(start.claim), *changes)
    news = (News(EventType.REFUND_CREATED, refund, 1),)
    facts = (GoingOut(subject=refund, stage=Stage.RESERVED, connection_id=attempt.connection_id),)
    return Plan(payment=changed, changes=changes, news=news, opened=attempt, refund=refund, facts=facts)


def settle_refund(  # noqa: C901  one case for each outcome: a table
    payment: Payment, refund: Refund, attempt: Attempt, outcome: Outcome, moment: Moment
) -> Plan | None:
    """
    Decide what `outcome` makes of a refund; `None` when it is old news.

    A provider may take back a refund that had succeeded: asked and told so, the refund fails after all. One that is
    found done after it had failed is a matter for a person, who knows whether it was made again meanwhile.
    """
    case = _Case(payment, refund, attempt, moment)
    if attempt.state not in OPEN_ATTEMPT:
        return _after_the_end(case, outcome)
    match outcome:
        case Paid(money) if money != attempt.money:
            return _unknown(case, OTHER_AMOUNT)
        case Paid(_, reference, details):
            return _gone_back(replace(case, attempt=knowing(attempt, reference, details)))
        case NotSent(reason):
            failure = Failure.of(FailureCode.PROVIDER_UNAVAILABLE, reason)
            return _failed(case, AttemptState.NOT_SENT, failure)
        case Refused(code, message, provider_code):
            return _failed(case, AttemptState.REFUSED, Failure.of(code, message, provider_code))
        case Declined(code, message, provider_code):
            return _failed(case, AttemptState.DECLINED, Failure.of(code, message, provider_code))
        case Cancelled() | Expired():
            return _failed(case, AttemptState.CANCELLED, None)
        case Absent():
            return _absent(case)
        case Accepted(reference, details) | Proceed(reference, details):
            return _waits(case, waiting(attempt, reference, details, moment))
        case ActionRequired(_, reference, details) | Authorized(_, reference, details):
            return _waits(case, waiting(attempt, reference, details, moment))
        case Unknown():
            return _unknown(case, outcome)
        case never:
            assert_never(never)


@dataclass(frozen=True, slots=True)
class _Case:
    """The three aggregates that move together, and the moment."""

    payment: Payment
    refund: Refund
    attempt: Attempt
    moment: Moment

    def payment_with(self, *, refunding: int = 0, refunded: int = 0, news: int = 0) -> Payment:
        payment = self.payment
        return replace(
            payment,
            refunding_minor=payment.refunding_minor + refunding,
            refunded_minor=payment.refunded_minor + refunded,
            news=payment.news + news,
            updated_at=self.moment.now,
            version=payment.version + 1,
        )

    def refund_that(self, status: RefundStatus, failure: Failure | None) -> Refund:
        refund = self.refund
        return replace(
            refund,
            status=status,
            failure=failure,
            news=refund.news + 1,
            updated_at=self.moment.now,
            version=refund.version + 1,
        )


def _gone_back(case: _Case) -> Plan:
    minor = case.refund.money.minor
    done = case.refund_that(RefundStatus.SUCCEEDED, None)
    payment = case.payment_with(refunding=-minor, refunded=minor, news=1)
    news = (
        News(EventType.REFUND_SUCCEEDED, done, done.news),
        News(EventType.PAYMENT_REFUNDED, payment, payment.news),
    )
    return _plan(payment, done, ended(case.attempt, AttemptState.SUCCEEDED, case.moment), news, Stage.SENT)


def _failed(case: _Case, state: AttemptState, failure: Failure | None) -> Plan:
    status = RefundStatus.CANCELLED if state is AttemptState.CANCELLED else RefundStatus.FAILED
    over = case.refund_that(status, failure)
    payment = case.payment_with(refunding=-case.refund.money.minor)
    news = (News(EventType(f"refund.{status}"), over, over.news),)
    return _plan(payment, over, ended(case.attempt, state, case.moment, failure), news, Stage.FREED)


def _after_the_end(case: _Case, outcome: Outcome) -> Plan | None:
    stands = case.refund.status is RefundStatus.SUCCEEDED
    match outcome:
        case Declined() if stands and case.moment.asked:
            return _taken_back(case, outcome)
        case Paid() if not stands and case.payment.attention != REFUND_FOUND:
            payment = replace(case.payment_with(), attention=REFUND_FOUND)
            facts = (_fact(case.refund, case.attempt, Stage.FOUND),)
            return Plan(payment=payment, changes=(Update(payment),), refund=case.refund, facts=facts)
        case _:
            return None


def _taken_back(case: _Case, outcome: Declined) -> Plan:
    failure = Failure.of(outcome.code, outcome.message, outcome.provider_code)
    over = case.refund_that(RefundStatus.FAILED, failure)
    payment = case.payment_with(refunded=-case.refund.money.minor)
    news = (News(EventType.REFUND_FAILED, over, over.news),)
    taken_back = ended(case.attempt, AttemptState.DECLINED, case.moment, failure)
    return _plan(payment, over, taken_back, news, Stage.RETURNED)


def _absent(case: _Case) -> Plan:
    if is_proven_absent(case.attempt, case.moment):
        return _failed(case, AttemptState.ABSENT, Failure.of(FailureCode.TIMED_OUT))
    return _waits(case, maybe_absent(case.attempt, case.moment))


def _unknown(case: _Case, unknown: Unknown) -> Plan:
    return _waits(case, in_doubt(case.attempt, case.moment, unknown.reason), unknown.mismatch)


def _waits(case: _Case, again: Attempt, mismatch: Mismatch | None = None) -> Plan:
    changes: tuple[Change, ...] = (Update(again),)
    payment = case.payment
    attention = mismatch or (NO_ANSWER if again.ask_at is None else payment.attention)
    if attention != payment.attention:
        payment = replace(case.payment_with(), attention=attention)
        changes = (Update(payment), *changes)
    return Plan(payment=payment, changes=changes, refund=case.refund)


def _plan(payment: Payment, refund: Refund, attempt: Attempt, news: tuple[News, ...], stage: Stage) -> Plan:
    changes = (Update(payment), Update(refund), Update(attempt))
    facts = (_fact(refund, attempt, stage),)
    return Plan(payment=payment, changes=changes, news=news, refund=refund, facts=facts)


def _fact(refund: Refund, attempt: Attempt, stage: Stage) -> GoingOut:
    return GoingOut(subject=refund, stage=stage, connection_id=attempt.connection_id)
