"""One secret, a key for each purpose: what is signed for one can never be taken for another."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from zerofee.domain.ports.vault import Secret


@dataclass(frozen=True, slots=True)
class DerivedKey:
    """A key for one purpose, and a name that may be shown."""

    id: str
    key: bytes = field(repr=False)


def derived_keys(secrets: Sequence[Secret], purpose: str) -> tuple[DerivedKey, ...]:
    """
    Derive a key of 32 bytes from each secret, in their order; raise `ValueError` when there is none.

    Source: NIST SP 800-108, 4.1: one block of a pseudo-random function in counter mode, under a label.
    """
    if not secrets:
        raise ValueError("at least one secret is needed")
    return tuple(_derived(secret.reveal().encode(), purpose) for secret in secrets)


def _derived(secret: bytes, purpose: str) -> DerivedKey:
    key = hmac.digest(secret, f"zerofee {purpose}".encode(), hashlib.sha256)
    return DerivedKey(hmac.digest(key, b"key id", hashlib.sha256).hex()[:16], key)
