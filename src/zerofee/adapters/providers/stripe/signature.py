"""The signature on Stripe's webhooks, over the raw bytes and a time."""

import hashlib
import hmac
from datetime import datetime
from typing import Final

from zerofee.domain.ports.provider import ForgedEvent
from zerofee.domain.ports.vault import Secret

TOLERANCE_S: Final = 300
_LONGEST_TIME: Final = 12


def verify(
    body: bytes,
    header: str | None,
    secrets: tuple[Secret, ...],
    now: datetime,
    tolerance_s: int = TOLERANCE_S,
) -> None:
    """
    Raise `ForgedEvent` unless one of the `v1` signatures is one of our secrets' and the time is of now.

    Source: docs.stripe.com, "Verify webhook signatures manually".
    """
    known = [secret.reveal().encode() for secret in secrets if secret.reveal()]
    if not known:
        raise ForgedEvent("no_secret")
    time, signatures = _header(header or "")
    signed = b"%b.%b" % (time.encode(), body)
    # The key is the whole text, `whsec_` included; it is not base64.
    expected = [hmac.new(key, signed, hashlib.sha256).hexdigest().encode() for key in known]
    matches = [hmac.compare_digest(one, other) for one in expected for other in signatures]
    if not any(matches):
        raise ForgedEvent("no_match")
    age_s = int(now.timestamp()) - int(time)
    if age_s > tolerance_s:
        raise ForgedEvent("timestamp_too_old", stale=True)
    if age_s < -tolerance_s:
        raise ForgedEvent("timestamp_in_future", stale=True)


def _header(header: str) -> tuple[str, list[bytes]]:
    """Split `t=…,v1=…,v1=…`; names are compared exactly, and two times are none."""
    parts = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > _LONGEST_TIME:
        raise ForgedEvent("malformed_header")
    signatures = [value.encode(errors="replace") for name, equals, value in parts if name == "v1" and equals]
    if not signatures:
        raise ForgedEvent("no_supported_signature")
    return times[0], signatures
