"""Stripe's objects as far as we read them, and what each says of money."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from zerofee.adapters.providers.stripe.capabilities import DIGITS
from zerofee.adapters.providers.stripe.failures import REFUND_FAILURES, declined
from zerofee.domain.currency import UnknownCurrency, currency
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import AttemptId
from zerofee.domain.money import Money, from_units
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import (
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Details,
    Expired,
    Mismatch,
    Outcome,
    Paid,
    Unknown,
)

INTENT: Final = "payment_intent"
CHARGE: Final = "charge"
# Who lets an intent go when nobody asked for it: the hold has lapsed.
_LAPSED: Final = frozenset({"automatic", "expired"})
# Where a declined card leaves an intent, and where it starts: the customer may try once more.
_NO_CARD_YET: Final = frozenset({None, "requires_payment_method"})
_AUTHENTICATING: Final = frozenset({"requires_action", "requires_confirmation"})


class Error(Struct, frozen=True):
    """What is wrong, in Stripe's words."""

    type: str = ""
    code: str | None = None
    decline_code: str | None = None
    message: str | None = None


class Charge(Struct, frozen=True):
    """The one try of an intent that got through."""

    id: str


class Intent(Struct, frozen=True, tag_field="object", tag="payment_intent"):
    """A PaymentIntent."""

    id: str
    status: str
    currency: str
    livemode: bool
    amount_received: int
    amount_capturable: int
    cancellation_reason: str | None = None
    last_payment_error: Error | None = None
    latest_charge: str | Charge | None = None
    metadata: Mapping[str, str] | None = None


class Session(Struct, frozen=True, tag_field="object", tag="checkout.session"):
    """A Checkout Session; its intent is whole when it was asked for, else a name."""

    id: str
    livemode: bool
    payment_status: str
    status: str | None = None
    url: str | None = None
    currency: str | None = None
    amount_total: int | None = None
    client_reference_id: str | None = None
    payment_intent: str | Intent | None = None
    metadata: Mapping[str, str] | None = None


class Refund(Struct, frozen=True, tag_field="object", tag="refund"):
    """A refund."""

    id: str
    amount: int
    currency: str
    status: str | None = None
    failure_reason: str | None = None
    metadata: Mapping[str, str] | None = None


class Sessions(Struct, frozen=True):
    """One page of sessions."""

    data: list[Session]
    has_more: bool


class Refunds(Struct, frozen=True):
    """One page of refunds."""

    data: list[Refund]
    has_more: bool


class Balance(Struct, frozen=True, tag_field="object", tag="balance"):
    """The balance, of which only the mode matters here."""

    livemode: bool


class Failed(Struct, frozen=True):
    """Every error's body."""

    error: Error


def session_outcome(session: Session, attempt_id: AttemptId, *, live: bool) -> Outcome:
    """
    Say what a session, read with its intent, makes of the attempt it was made for.

    The intent decides wherever there is one: a session is `complete` with nothing paid for a hold and for slow
    methods, and a declined card leaves it `open` for the next card. A pair that no row knows is `Unknown`.

    Source: docs.stripe.com, "The Checkout Session object"; docs/providers/stripe.md, "Status".
    """
    if session.livemode is not live:
        return Unknown("the session is of the other mode", Mismatch.MODE)
    if session.client_reference_id != attempt_id:
        return Unknown("the session was made for another attempt", Mismatch.REFERENCE)
    intent = session.payment_intent
    if isinstance(intent, str):
        return Unknown("the session came without its intent")
    if intent is not None and intent.currency != session.currency:
        return Unknown("the session and its intent differ in currency", Mismatch.AMOUNT)
    decided = None if intent is None else intent_outcome(intent, session.id)
    return _by_session(session, intent) if decided is None else decided


def intent_outcome(intent: Intent, reference: str | None) -> Outcome | None:
    """Say what an intent decides by itself; `None` while the customer is still at it, or for an unknown word."""
    details = intent_details(intent)
    try:
        match intent.status:
            case "succeeded":
                return Paid(money(intent.amount_received, intent.currency), reference, details)
            case "requires_capture":
                return Authorized(money(intent.amount_capturable, intent.currency), reference, details)
            case "processing":
                return Accepted(reference, details)
            case "canceled":
                return Expired(reference) if intent.cancellation_reason in _LAPSED else Cancelled(reference)
            case _:
                return None
    except DomainError as error:
        return Unknown(f"the intent's amount cannot be read: {error.detail}")


def intent_details(intent: Intent) -> Details:
    """Keep what captures, cancels and refunds need of an intent."""
    charge = intent.latest_charge
    if charge is None:
        return {INTENT: intent.id}
    return {INTENT: intent.id, CHARGE: charge if isinstance(charge, str) else charge.id}


def refund_outcome(refund: Refund) -> Outcome:
    """
    Say what became of a refund; one that had succeeded may fail days later.

    Source: docs.stripe.com, "The Refund object".
    """
    match refund.status:
        case "succeeded":
            try:
                return Paid(money(refund.amount, refund.currency), refund.id)
            except DomainError as error:
                return Unknown(f"the refund's amount cannot be read: {error.detail}")
        case "pending" | "requires_action":
            return Accepted(refund.id)
        case "failed":
            said = refund.failure_reason
            return Declined(REFUND_FAILURES.get(said or "", FailureCode.UNKNOWN), "", said, reference=refund.id)
        case "canceled":
            return Cancelled(refund.id)
        case _:
            return Unknown(f"a refund with status {refund.status!r}")


def money(units: int, code: str) -> Money:
    """Read an amount that Stripe counted; raise `DomainError` for a currency or an amount that is none of ours."""
    known = currency(code.upper())
    if known not in DIGITS:
        # UGX above all: how Stripe counts it is not settled, and a wrong guess is a factor of a hundred.
        raise UnknownCurrency(known)
    return from_units(units, known, digits=DIGITS[known])


def _by_session(session: Session, intent: Intent | None) -> Outcome:
    status = None if intent is None else intent.status
    match session.status:
        case "open" if session.url and status in _NO_CARD_YET | _AUTHENTICATING:
            details = {} if intent is None else intent_details(intent)
            return ActionRequired(Redirect(session.url), session.id, details)
        case "complete" if intent is not None and status == "requires_payment_method":
            error = intent.last_payment_error or Error()
            return declined(error.code, error.decline_code, error.message or "", session.id)
        case "expired" if status in _NO_CARD_YET:
            return Expired(session.id)
        case _:
            return Unknown(f"a session {session.status!r} and {session.payment_status!r} with an intent {status!r}")
