"""How a payment, and each thing done to it later, begins: written down before any provider hears of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from zerofee.domain.attempt import Attempt, AttemptKind, AttemptState, Start, order_digest
from zerofee.domain.change_set import Change, Insert, Update
from zerofee.domain.errors import DomainError
from zerofee.domain.event import EventType
from zerofee.domain.failure import Failure, FailureCode
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import PaymentId
from zerofee.domain.money import Money, payable
from zerofee.domain.new_payment import NewPayment
from zerofee.domain.next_action import Otp, Redirect
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import OPEN, PaymentStatus
from zerofee.domain.plan import News, Plan
from zerofee.domain.routing import Candidate, Decision

# How long an attempt whose process died waits to be asked about, beyond its call's deadline.
ORPHAN_GRACE: Final = timedelta(seconds=2)


class OutcomeUnknown(DomainError):
    """Something asked of a provider may or may not have happened."""

    code = "outcome_unknown"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("An earlier call's outcome is not known yet and is being asked for. Try again later.")


class OperationInFlight(DomainError):
    """One thing at a time may be done to a payment."""

    code = "operation_in_flight"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Another operation on this payment is under way. Try again when it has ended.")


class WrongStatus(DomainError):
    """The payment's status does not allow what was asked."""

    code = "payment_status_conflict"

    def __init__(self, verb: str, status: PaymentStatus, needed: str) -> None:
        """Name what was asked, the status, and the status that it needs."""
        super().__init__(f"A payment that is {status} cannot be {verb}: it must be {needed}.")


class AmountTooLarge(DomainError):
    """More was asked for than there is."""

    code = "amount_too_large"

    def __init__(self, left: Money) -> None:
        """Say how much is left."""
        super().__init__(f"amount may be at most {left.minor} {left.currency}.", field="amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the house adds to an order: its id, until when it may wait, and the page where it may be paid."""

    payment_id: PaymentId
    expires_at: datetime
    hosted_url: str | None = None


def open_payment(order: NewPayment, decision: Decision, terms: Terms, start: Start) -> Plan:
    """
    Open a payment with its first attempt (`sending`), or `failed` when there is no candidate.

    With `terms.hosted_url` it waits for the customer's choice instead, and nothing is sent.
    """
    payment = _new_payment(order, decision, terms, start.now)
    if terms.hosted_url is not None:
        page = Redirect(terms.hosted_url)
        shown = replace(payment, status=PaymentStatus.REQUIRES_ACTION, next_action=page, news=2, version=1)
        return _opened_without_sending(payment, shown, EventType.PAYMENT_REQUIRES_ACTION, start.claim)
    if payment.candidate is None:
        failure = Failure.of(FailureCode.NO_ROUTE, decision.why)
        failed = replace(payment, status=PaymentStatus.FAILED, failure=failure, news=2, version=1)
        return _opened_without_sending(payment, failed, EventType.PAYMENT_FAILED, start.claim)
    payment, attempt = next_charge(payment, payment.candidate, start)
    changes = _claimed(start.claim, Insert(payment), Insert(attempt))
    news = (News(EventType.PAYMENT_CREATED, payment, 1),)
    return Plan(payment=payment, changes=changes, news=news, opened=attempt)


def next_charge(payment: Payment, candidate: Candidate, start: Start) -> tuple[Payment, Attempt]:
    """Turn the payment to its next candidate: the payment, changed, and the attempt that is to be sent."""
    key = start.draft.provider_key
    attempt = Attempt(
        id=start.draft.id,
        scope=payment.scope,
        payment_id=payment.id,
        kind=AttemptKind.CHARGE,
        number=payment.attempts + 1,
        connection_id=candidate.connection_id,
        credential_version=candidate.credential_version,
        provider_id=candidate.provider_id,
        money=payment.money,
        provider_key=key,
        digest=charge_digest(payment, key),
        boot_id=start.draft.boot_id,
        deadline_at=start.draft.deadline_at,
        ask_at=start.draft.deadline_at + ORPHAN_GRACE,
        claim_id=start.claim.id if start.claim else None,
        started_at=start.now,
    )
    moved = replace(
        payment,
        provider_id=candidate.provider_id,
        charge_id=attempt.id,
        charges=payment.charges + 1,
        attempts=attempt.number,
        updated_at=start.now,
        version=payment.version + 1,
    )
    return moved, attempt


def charge_digest(payment: Payment, provider_key: str) -> str:
    """Digest what a charge of the payment orders under a provider key."""
    return order_digest(AttemptKind.CHARGE, payment.money, provider_key, payment.method, payment.operator)


def operation_digest(charge: Attempt, kind: AttemptKind, money: Money, provider_key: str) -> str:
    """Digest what an operation on a charge orders under a provider key."""
    return order_digest(kind, money, provider_key, charge.reference)


def open_capture(payment: Payment, charge: Attempt, amount_minor: int | None, start: Start) -> Plan:
    """Begin to take what is held, all of it or `amount_minor`; raise when it is not held, or not so much."""
    refuse_while_in_flight(charge)
    if payment.status is not PaymentStatus.AUTHORIZED:
        raise WrongStatus("captured", payment.status, PaymentStatus.AUTHORIZED)
    wanted = charge.money if amount_minor is None else payable(amount_minor, charge.money.currency)
    if wanted > charge.money:
        raise AmountTooLarge(charge.money)
    return _open_operation(payment, charge, AttemptKind.CAPTURE, wanted, start)


def open_cancel(payment: Payment, charge: Attempt, start: Start) -> Plan:
    """Begin to let the payment go at its provider."""
    refuse_while_in_flight(charge)
    refuse_unless_cancellable(payment)
    return _open_operation(payment, charge, AttemptKind.CANCEL, charge.money, start)


def open_expiry(payment: Payment, charge: Attempt, start: Start) -> Plan:
    """Begin to let a payment whose time is up go at its provider; it expires when that is heard."""
    refuse_while_in_flight(charge)
    refuse_unless_cancellable(payment)
    return _open_operation(payment, charge, AttemptKind.EXPIRE, charge.money, start)


def open_authenticate(payment: Payment, charge: Attempt, start: Start) -> Plan:
    """Begin to hand over the customer's one-time code."""
    refuse_while_in_flight(charge)
    if payment.status is not PaymentStatus.REQUIRES_ACTION or not isinstance(charge.next_action, Otp):
        raise WrongStatus("authenticated", payment.status, "waiting for a one-time code")
    return _open_operation(payment, charge, AttemptKind.AUTHENTICATE, charge.money, start)


def refuse_unless_cancellable(payment: Payment) -> None:
    """Raise `WrongStatus` for a payment that has ended."""
    if payment.status not in OPEN:
        raise WrongStatus("cancelled", payment.status, "open")


def refuse_while_in_flight(*attempts: Attempt) -> None:
    """Raise `OperationInFlight` or `OutcomeUnknown` when one of the attempts is not over."""
    states = {attempt.state for attempt in attempts}
    if AttemptState.UNKNOWN in states:
        raise OutcomeUnknown
    if AttemptState.SENDING in states:
        raise OperationInFlight


def operation_attempt(payment: Payment, charge: Attempt, kind: AttemptKind, money: Money, start: Start) -> Attempt:
    """Make the attempt of an operation on a charge, to be sent to the connection that holds it."""
    return Attempt(
        id=start.draft.id,
        scope=payment.scope,
        payment_id=payment.id,
        kind=kind,
        number=payment.attempts + 1,
        connection_id=charge.connection_id,
        credential_version=charge.credential_version,
        provider_id=charge.provider_id,
        money=money,
        provider_key=start.draft.provider_key,
        digest=operation_digest(charge, kind, money, start.draft.provider_key),
        boot_id=start.draft.boot_id,
        deadline_at=start.draft.deadline_at,
        ask_at=start.draft.deadline_at + ORPHAN_GRACE,
        claim_id=start.claim.id if start.claim else None,
        started_at=start.now,
    )


def _open_operation(payment: Payment, charge: Attempt, kind: AttemptKind, money: Money, start: Start) -> Plan:
    attempt = operation_attempt(payment, charge, kind, money, start)
    changed = replace(payment, attempts=attempt.number, updated_at=start.now, version=payment.version + 1)
    changes = _claimed(start.claim, Update(changed), Insert(attempt))
    return Plan(payment=changed, changes=changes, opened=attempt)


def _opened_without_sending(created: Payment, opened: Payment, told: EventType, claim: Claim | None) -> Plan:
    news = (News(EventType.PAYMENT_CREATED, created, 1), News(told, opened, 2))
    return Plan(payment=opened, changes=_claimed(claim, Insert(opened)), news=news)


def _claimed(claim: Claim | None, *changes: Change) -> tuple[Change, ...]:
    return changes if claim is None else (Insert(claim), *changes)


def _new_payment(order: NewPayment, decision: Decision, terms: Terms, now: datetime) -> Payment:
    """Make the payment as it is before anything is done about it: version 0, which is never stored."""
    return Payment(
        id=terms.payment_id,
        scope=order.scope,
        money=order.money,
        capture=order.capture,
        method=order.method,
        country=order.country,
        operator=order.operator,
        customer=order.customer,
        reference=order.reference,
        description=order.description,
        metadata=order.metadata,
        return_url=order.return_url,
        cancel_url=order.cancel_url,
        hosted_url=terms.hosted_url,
        decision=decision,
        expires_at=terms.expires_at,
        news=1,
        created_at=now,
        updated_at=now,
        version=0,
    )
