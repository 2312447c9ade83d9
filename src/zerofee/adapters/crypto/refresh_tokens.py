"""Refresh tokens: opaque, each telling its session to us alone, and each the parent of the next."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import Final

from zerofee.adapters.crypto.derived_keys import derived_keys
from zerofee.domain.ids import SessionId, is_id
from zerofee.domain.ports.tokens import RefreshToken
from zerofee.domain.ports.vault import Secret

_PREFIX: Final = "rt_"
_ID_PREFIX: Final = SessionId("ses_")
_ID_BYTES: Final = 26
_CHANCE_BYTES: Final = 32
_TAG_BYTES: Final = 16
_LENGTH: Final = _ID_BYTES + _CHANCE_BYTES + _TAG_BYTES
# 74 bytes are 99 characters without padding.
_FORM: Final = re.compile(rf"{_PREFIX}[A-Za-z0-9_-]{{99}}", re.ASCII)


class DerivedRefreshTokens:
    """
    The `RefreshTokens` port.

    A token is `rt_` and the base64url of: its session's id, 256 bits, and a tag over both under our secret. The tag
    lets us tell a token that we once made from one that somebody made up, of any age and with no database: only the
    former ends a session when it comes back. The 256 bits are chance at login, and afterwards the keyed hash of the
    token before, so that asking twice gives the same.

    Source: reliability rules AUT-6; RFC 9700, section 4.14.2.
    """

    def __init__(self, jwt_secrets: Sequence[Secret]) -> None:
        """Take the secrets, the newest first; at least one."""
        self._tags = derived_keys(jwt_secrets, "refresh token tags")
        self._parents = derived_keys(jwt_secrets, "refresh token successors")

    def first(self, session_id: SessionId) -> RefreshToken:
        body = session_id.removeprefix(_ID_PREFIX).encode() + secrets.token_bytes(_CHANCE_BYTES)
        return self._token(body, self._tags[0].key)

    def session_of(self, text: Secret) -> SessionId | None:
        content = _content(text.reveal())
        if content is None:
            return None
        body, tag = content[:-_TAG_BYTES], content[-_TAG_BYTES:]
        if not any(hmac.compare_digest(_tag(body, key.key), tag) for key in self._tags):
            return None
        session_id = SessionId(_ID_PREFIX + body[:_ID_BYTES].decode("ascii", "replace"))
        return session_id if is_id(SessionId, session_id) else None

    def digest(self, text: Secret) -> str:
        return hashlib.sha256(text.reveal().encode()).hexdigest()

    def successors(self, text: Secret) -> tuple[RefreshToken, ...]:
        content = _content(text.reveal()) or bytes(_LENGTH)
        session_id = content[:_ID_BYTES]
        return tuple(
            self._token(session_id + hmac.digest(parent.key, content, hashlib.sha256), tag.key)
            for parent, tag in zip(self._parents, self._tags, strict=True)
        )

    def _token(self, body: bytes, key: bytes) -> RefreshToken:
        text = Secret(_PREFIX + base64.urlsafe_b64encode(body + _tag(body, key)).decode().rstrip("="))
        return RefreshToken(text, self.digest(text))


def _content(text: str) -> bytes | None:
    if not _FORM.fullmatch(text):
        return None
    try:
        content = base64.urlsafe_b64decode(text.removeprefix(_PREFIX) + "=")
    except binascii.Error:
        return None
    # Two spellings of one token would be two digests of it.
    canonical = base64.urlsafe_b64encode(content).decode().rstrip("=") == text.removeprefix(_PREFIX)
    return content if canonical else None


def _tag(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:_TAG_BYTES]
