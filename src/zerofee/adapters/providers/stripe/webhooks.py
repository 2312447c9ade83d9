"""Stripe's webhooks: the bytes are verified first, then read as a hint of what to ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from zerofee.adapters.providers.stripe.credentials import Account
from zerofee.adapters.providers.stripe.failures import declined
from zerofee.adapters.providers.stripe.objects import (
    INTENT,
    Intent,
    Refund,
    Session,
    intent_details,
    intent_outcome,
    money,
    refund_outcome,
)
from zerofee.adapters.providers.stripe.requests import ATTEMPT
from zerofee.adapters.providers.stripe.signature import verify
from zerofee.domain.errors import DomainError
from zerofee.domain.outcome import Accepted, Details, Expired, Outcome, Paid, Unknown
from zerofee.domain.ports.provider import ForgedEvent, ProviderEvent, RawEvent

SIGNATURE_HEADER: Final = "stripe-signature"


class Data(Struct, frozen=True):
    """What an event is about, unread: its shape is of the account's version, not of ours."""

    object: msgspec.Raw


class Event(Struct, frozen=True, tag_field="object", tag="event"):
    """One event."""

    id: str
    type: str
    livemode: bool
    data: Data
    account: str | None = None


class Anything(Struct, frozen=True):
    """As much of any object as says which payment it belongs to."""

    id: str
    payment_intent: str | None = None
    metadata: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an event says of a payment or a refund."""

    our_reference: str | None
    reference: str | None
    outcome: Outcome | None
    details: Details


def read_event(raw: RawEvent, account: Account, now: datetime) -> ProviderEvent:
    """
    Verify an event and translate it; raise `ForgedEvent` for one that is not of this account, mode and time.

    None is believable: deliveries come in any order and in the account's own version, so Stripe's documents have
    the objects read again. An event of a type that no row knows is kept and changes nothing.

    Source: docs.stripe.com, "Receive Stripe events in your webhook endpoint"; docs/providers/stripe.md, "Webhooks".
    """
    verify(raw.body, raw.headers.get(SIGNATURE_HEADER), account.webhook_secrets, now)
    try:
        event = msgspec.json.decode(raw.body, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ForgedEvent("signed, but not an event") from error
    if event.livemode is not account.live:
        raise ForgedEvent("an event of the other mode")
    if event.account is not None and event.account != account.connected_id:
        # An endpoint may listen for the accounts connected to this one; what happens there is not ours.
        return ProviderEvent(event_id=event.id, type=event.type, details={"account": event.account})
    told = _told(event)
    return ProviderEvent(
        event_id=event.id,
        type=event.type,
        our_reference=told.our_reference,
        reference=told.reference,
        outcome=told.outcome,
        details=told.details,
    )


def _told(event: Event) -> Told:
    read = _READERS.get(event.type)
    if read is None:
        return Told(our_reference=None, reference=None, outcome=None, details={})
    try:
        return read(event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _about(event, Unknown(f"{event.type} in a form we cannot read"))


def _session(event: Event) -> Told:
    session = msgspec.json.decode(event.data.object, type=Session)
    intent = session.payment_intent
    intent_id = intent.id if isinstance(intent, Intent) else intent
    return Told(
        our_reference=_attempt(session.metadata) or session.client_reference_id,
        reference=session.id,
        outcome=_session_hint(event.type, session),
        details={} if intent_id is None else {INTENT: intent_id},
    )


def _session_hint(event_type: str, session: Session) -> Outcome:
    """Say what an event of a session looks like; its intent, which decides, is not in it."""
    match event_type:
        case "checkout.session.expired":
            return Expired(session.id)
        case "checkout.session.async_payment_failed":
            return declined(None, None, "", session.id)
        case _ if session.payment_status == "paid" and session.amount_total is not None:
            try:
                return Paid(money(session.amount_total, session.currency or ""), session.id)
            except DomainError as error:
                return Unknown(f"the session's amount cannot be read: {error.detail}")
        case _:
            return Accepted(session.id)


def _intent(event: Event) -> Told:
    intent = msgspec.json.decode(event.data.object, type=Intent)
    return Told(
        our_reference=_attempt(intent.metadata),
        reference=intent.id,
        # A declined card is not the end while the page is open: only the session knows.
        outcome=intent_outcome(intent, None) or Unknown(f"an intent {intent.status!r}: its session decides"),
        details=intent_details(intent),
    )


def _refund(event: Event) -> Told:
    refund = msgspec.json.decode(event.data.object, type=Refund)
    return Told(
        our_reference=_attempt(refund.metadata), reference=refund.id, outcome=refund_outcome(refund), details={}
    )


def _note(event: Event) -> Told:
    return _about(event, None)


def _about(event: Event, outcome: Outcome | None) -> Told:
    try:
        about = msgspec.json.decode(event.data.object, type=Anything)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Told(our_reference=None, reference=None, outcome=outcome, details={})
    details = {} if about.payment_intent is None else {INTENT: about.payment_intent}
    return Told(our_reference=_attempt(about.metadata), reference=about.id, outcome=outcome, details=details)


def _attempt(metadata: Mapping[str, str] | None) -> str | None:
    return (metadata or {}).get(ATTEMPT)


_READERS: Final[Mapping[str, Callable[[Event], Told]]] = {
    "checkout.session.completed": _session,
    "checkout.session.async_payment_succeeded": _session,
    "checkout.session.async_payment_failed": _session,
    "checkout.session.expired": _session,
    "payment_intent.succeeded": _intent,
    "payment_intent.payment_failed": _intent,
    "payment_intent.processing": _intent,
    "payment_intent.canceled": _intent,
    "payment_intent.amount_capturable_updated": _intent,
    "payment_intent.requires_action": _intent,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.refund.updated": _refund,
    # Sums over all refunds of a charge, some of them not ours; each refund has events of its own.
    "charge.refunded": _note,
    "charge.dispute.created": _note,
    "charge.dispute.closed": _note,
    "charge.dispute.funds_withdrawn": _note,
    "charge.dispute.funds_reinstated": _note,
}
