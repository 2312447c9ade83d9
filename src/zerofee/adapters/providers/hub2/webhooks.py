"""Hub2's webhooks: verified on their raw bytes, and then no more than a hint to ask."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from zerofee.adapters.providers.hub2.answers import decoded
from zerofee.domain.ports.provider import ForgedEvent, ProviderEvent, RawEvent
from zerofee.domain.ports.vault import Secret

HEADER: Final = "hub2-signature"
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")
_VERSIONS: Final = frozenset({"s1", "s0"})
# Where clients have seen the object that an event is about; the envelope is not documented.
_PLACES: Final = ("data", "object", "payment", "paymentIntent", "transfer")


def verify(raw: RawEvent, secrets: Sequence[Secret]) -> None:
    """
    Raise `ForgedEvent` unless a secret that we hold made one of the signatures.

    `s1` is made with Hub2's current secret and `s0` with the one before, and we may be a rotation behind: so each
    is compared with each. There is no time in it, so nothing is ever stale: repeats are told by their bytes.

    Source: Hub2 guide "Webhooks"; the secret's text is the key, and hexadecimal digits are what clients have seen.
    """
    header = raw.headers.get(HEADER)
    if header is None:
        raise ForgedEvent("missing_header")
    given = tuple(_signatures(header))
    if not given:
        raise ForgedEvent("malformed_header")
    expected = [hmac.new(secret.reveal().encode(), raw.body, hashlib.sha256).hexdigest() for secret in secrets]
    # No short cut out of the loops: every pair is compared, whichever fits.
    matches = [
        _HEX.fullmatch(signature) is not None and hmac.compare_digest(signature.lower(), mac)
        for signature in given
        for mac in expected
    ]
    if not any(matches):
        raise ForgedEvent("signature_invalid")


def translate(raw: RawEvent) -> ProviderEvent:
    """
    Say what a verified webhook is about.

    It has no event id: the envelope is unconfirmed, so the inbox tells repeats by the bytes.
    """
    body = decoded(raw.body, dict[str, Any])
    if body is None:
        return ProviderEvent(event_id=None, type="unreadable")
    objects = tuple(_objects(body))
    name = _text(body, "type") or _text(body, "event") or _text(body, "eventType") or "unnamed"
    ours = _first(objects, "purchaseReference") or _first(objects, "reference")
    theirs = _first(objects, "intentId") or _first(objects, "paymentIntentId") or _first(objects[::-1], "id")
    return ProviderEvent(event_id=None, type=name, our_reference=ours, reference=theirs)


def _signatures(header: str) -> Iterator[str]:
    for part in header.split(","):
        version, labelled, value = part.strip().partition("=")
        if labelled and version.strip() in _VERSIONS:
            yield value.strip()


def _objects(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the envelope and what is inside it, outermost first."""
    yield body
    for place in _PLACES:
        inner = body.get(place)
        if isinstance(inner, dict):
            yield from _objects(inner)


def _first(objects: Sequence[Mapping[str, Any]], name: str) -> str | None:
    return next((text for entry in objects if (text := _text(entry, name)) is not None), None)


def _text(entry: Mapping[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return value if isinstance(value, str) and value else None
