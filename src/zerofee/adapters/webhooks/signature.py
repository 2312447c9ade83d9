"""Standard Webhooks signing: what an app verifies with any of that specification's libraries."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final

from zerofee.domain.ports.vault import Secret

PREFIX: Final = "whsec_"
_FEWEST_BYTES: Final = 24
_MOST_BYTES: Final = 64


class NoSecret(ValueError):
    """A text that is no secret of an endpoint."""


def secret_of(key: bytes) -> Secret:
    """Write 24 to 64 random bytes as a secret."""
    return Secret(PREFIX + base64.b64encode(key).decode())


def key_of(secret: Secret) -> bytes:
    """Read the bytes of a secret; raise `NoSecret` for what is none."""
    try:
        key = base64.b64decode(secret.reveal().removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise NoSecret("a secret is whsec_ and base64") from None
    if not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise NoSecret(f"a secret holds {_FEWEST_BYTES} to {_MOST_BYTES} bytes")
    return key


def signed_headers(message_id: str, at_s: int, body: bytes, keys: Iterable[bytes]) -> Mapping[str, str]:
    """
    Make the three headers of a message: one signature for each key, separated by spaces.

    `at_s` is seconds since 1970.

    Source: Standard Webhooks specification, "Signature scheme"; reliability rules OUTB-2 and OUTB-3.
    """
    signed = f"{message_id}.{at_s}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{_signature(key, signed)}" for key in keys),
    }


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
