"""Tinypay's webhooks: the raw bytes are verified first, and then say whom to ask about."""

import hashlib
import hmac
from typing import Final

import msgspec

from zerofee.domain.ports.provider import ForgedEvent, ProviderEvent, RawEvent
from zerofee.domain.ports.vault import Secret

HEADER: Final = "x-tinypay-signature"


class Event(msgspec.Struct, frozen=True):
    """One event; `id` is the same for each try to deliver it."""

    id: str
    type: str
    reference: str | None = None


def sign(body: bytes, secret: Secret) -> str:
    """Sign as Tinypay does; its fake in the tests needs it too."""
    return hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()


def read_event(raw: RawEvent, secret: Secret) -> ProviderEvent:
    """
    Verify, then translate; raise `ForgedEvent` for a signature that is not the connection's.

    Source: tinypay.md, "Webhooks".
    """
    given = raw.headers.get(HEADER, "").encode(errors="replace")
    if not hmac.compare_digest(sign(raw.body, secret).encode(), given):
        raise ForgedEvent("the signature is not this connection's")
    try:
        event = msgspec.json.decode(raw.body, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ProviderEvent(event_id=None, type="unreadable")
    return ProviderEvent(event_id=event.id, type=event.type, our_reference=event.reference)
