"""Stripe's webhooks: the bytes are verified first, then read as a hint of what to ask about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from zerofee.adapters.providers.stripe.credentials import Account
from zerofee.adapters.providers.stripe.objects import INTENT
from zerofee.adapters.providers.stripe.requests import ATTEMPT
from zerofee.adapters.providers.stripe.signature import verify
from zerofee.domain.ports.provider import ForgedEvent, ProviderEvent, RawEvent

SIGNATURE_HEADER: Final = "stripe-signature"


class Intent(Struct, frozen=True):
    """An intent within another object."""

    id: str


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
    """As much of any object as says which payment it belongs to; an intent may come whole or as its id."""

    id: str
    object: str = ""
    client_reference_id: str | None = None
    payment_intent: str | Intent | None = None
    metadata: Mapping[str, str] | None = None

    @property
    def intent_id(self) -> str | None:
        """Give the id of the intent that it belongs to, or that it is."""
        if self.object == "payment_intent":
            return self.id
        intent = self.payment_intent
        return intent.id if isinstance(intent, Intent) else intent


def read_event(raw: RawEvent, account: Account, now: datetime) -> ProviderEvent:
    """
    Verify an event and translate it; raise `ForgedEvent` for one that is not of this account, mode and time.

    It says whom to ask about and no more: deliveries come in any order and in the account's own version, so Stripe's
    documents have the objects read again. An event of a type that is not known is kept and changes nothing.

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
    about = _about(event) if event.type in KNOWN else None
    if about is None:
        return ProviderEvent(event_id=event.id, type=event.type)
    return ProviderEvent(
        event_id=event.id,
        type=event.type,
        our_reference=_attempt(about.metadata) or about.client_reference_id,
        reference=about.id,
        details={} if about.intent_id is None else {INTENT: about.intent_id},
    )


def _about(event: Event) -> Anything | None:
    try:
        return msgspec.json.decode(event.data.object, type=Anything)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _attempt(metadata: Mapping[str, str] | None) -> str | None:
    return (metadata or {}).get(ATTEMPT)


KNOWN: Final = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.canceled",
        "payment_intent.amount_capturable_updated",
        "payment_intent.requires_action",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.refund.updated",
        "charge.refunded",
        "charge.dispute.created",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
