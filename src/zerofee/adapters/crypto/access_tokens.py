"""Access tokens: JWTs of one algorithm, one issuer and one purpose, under keys that can be rotated."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from zerofee.adapters.crypto.derived_keys import derived_keys
from zerofee.domain.ids import SessionId, UserId, is_id
from zerofee.domain.ports.tokens import Grant
from zerofee.domain.ports.vault import Secret

_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"
_USE: Final = "access"
_LIFE: Final = timedelta(minutes=15)
_LEEWAY: Final = timedelta(seconds=10)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REQUIRED: Final = ("exp", "iat", "nbf", "iss", "aud", "sub", "jti", "sid", "sv", "token_use")
# The times are compared here, with the clock that we are given.
_OPTIONS: Final[Any] = {
    "require": list(_REQUIRED),
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "strict_aud": True,
}
_LONGEST: Final = 2048


class JwtAccessTokens:
    """
    The `AccessTokens` port: HS256 under the newest secret, read under any.

    A token names its key (`kid`), and the key alone decides the algorithm. `issuer` is this server's own URL, to
    which tokens are issued too.

    Source: RFC 8725, sections 3.1, 3.2, 3.9 and 3.11; RFC 9068, section 2; reliability rules AUT-5.
    """

    def __init__(self, jwt_secrets: Sequence[Secret], issuer: str) -> None:
        """Take the secrets, the newest first; at least one."""
        keys = derived_keys(jwt_secrets, "access tokens")
        self._newest = keys[0]
        self._keys = {key.id: key.key for key in keys}
        self._issuer = issuer

    @property
    def life_s(self) -> int:
        return _LIFE // timedelta(seconds=1)

    def issue(self, grant: Grant, now: datetime) -> Secret:
        issued_at = (now - _EPOCH) // timedelta(seconds=1)
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": grant.user_id,
            "sid": grant.session_id,
            "sv": grant.session_version,
            "token_use": _USE,
            "jti": secrets.token_urlsafe(16),
            "iat": issued_at,
            "nbf": issued_at,
            "exp": issued_at + self.life_s,
        }
        head = {"kid": self._newest.id, "typ": _TYPE}
        return Secret(jwt.encode(claims, self._newest.key, algorithm=_ALGORITHM, headers=head))

    def read(self, text: str, now: datetime) -> Grant | None:
        if len(text) > _LONGEST:
            return None
        try:
            head = jwt.get_unverified_header(text)
            key = self._keys.get(head.get("kid", ""))
            if key is None or head.get("typ") != _TYPE:
                return None
            claims = jwt.decode(
                text, key, algorithms=[_ALGORITHM], audience=self._issuer, issuer=self._issuer, options=_OPTIONS
            )
        # A token of nobody's may be anything: what the library trips over is no token either.
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            return None
        return _grant(claims) if _is_timely(claims, now) else None


def _is_timely(claims: dict[str, Any], now: datetime) -> bool:
    times = [claims[name] for name in ("iat", "nbf", "exp")]
    if not all(type(at) is int for at in times):
        return False
    issued_at, not_before, ends_at = times
    at = (now - _EPOCH) // timedelta(seconds=1)
    leeway = _LEEWAY // timedelta(seconds=1)
    return bool(max(issued_at, not_before) <= at + leeway and at < ends_at + leeway)


def _grant(claims: dict[str, Any]) -> Grant | None:
    user_id, session_id, version = claims["sub"], claims["sid"], claims["sv"]
    if claims["token_use"] != _USE or type(version) is not int or not isinstance(session_id, str):
        return None
    if not is_id(UserId, user_id) or not is_id(SessionId, session_id):
        return None
    return Grant(user_id=UserId(user_id), session_id=SessionId(session_id), session_version=version)
