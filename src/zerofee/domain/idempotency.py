"""A claim on one key, and what a second request under it is told."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType

from zerofee.domain.errors import DomainError
from zerofee.domain.scope import Scope

ClaimId = NewType("ClaimId", str)

_LONGEST_KEY: Final = 255
_KEY: Final = re.compile(rf"[\x20-\x7e]{{1,{_LONGEST_KEY}}}")


class InvalidKey(DomainError):
    """A key that is empty, too long, or not printable ASCII."""

    code = "idempotency_key_invalid"


class KeyReused(DomainError):
    """The key was used for another request."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("This Idempotency-Key was used for another request. Send this one under a new key.")


class InFlight(DomainError):
    """The first request under the key has not been answered yet."""

    code = "idempotency_in_flight"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("The first request under this Idempotency-Key is still running. Try again in a second.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A finished answer as it went out, to be sent again byte for byte."""

    status: int
    body: bytes
    content_type: str = "application/json"
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """
    One request under one key, made in the commit that records what it protects.

    `operation` is the method and the matched route with its decoded parameters. `fingerprint` is the SHA-256 of
    the validated request's canonical form. `answer` is set once the first request is answered.
    """

    id: ClaimId
    scope: Scope
    key: str
    operation: str
    fingerprint: str
    created_at: datetime
    answer: Answer | None = None
    finished_at: datetime | None = None


def idempotency_key(text: str) -> str:
    """
    Read a key: 1 to 255 printable ASCII characters; one pair of double quotes round it is dropped.

    Raises `InvalidKey`.

    Source: draft-ietf-httpapi-idempotency-key-header, "Syntax"; reliability rules IDM-9.
    """
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    key = text[1:-1] if quoted else text
    if not _KEY.fullmatch(key):
        detail = f"Idempotency-Key must be 1 to {_LONGEST_KEY} printable ASCII characters, sent once."
        raise InvalidKey(detail, field="Idempotency-Key")
    return key


def claim(*, scope: Scope, key: str, operation: str, fingerprint: str, now: datetime) -> Claim:
    """Make a claim; its id is told by where, under which key and for what, and by nothing else."""
    parts = (scope.app_id, scope.environment, operation, key)
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return Claim(id=ClaimId(digest), scope=scope, key=key, operation=operation, fingerprint=fingerprint, created_at=now)


def replay(kept: Claim, wanted: Claim) -> Answer:
    """Give the kept answer to the same request; raise `KeyReused` for another, `InFlight` before there is one."""
    if kept.fingerprint != wanted.fingerprint:
        raise KeyReused
    if kept.answer is None:
        raise InFlight
    return kept.answer
