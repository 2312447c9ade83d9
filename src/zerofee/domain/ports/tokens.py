"""What a person's client holds: short access tokens, and the refresh tokens that renew them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from zerofee.domain.ids import CodeId, SessionId, UserId
from zerofee.domain.ports.vault import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an access token says: who acts, in which session, and at which version of the user's sessions."""

    user_id: UserId
    session_id: SessionId
    session_version: int


class AccessTokens(Protocol):
    """Signed tokens that tell for some minutes who somebody is."""

    @property
    def life_s(self) -> int:
        """Give how many seconds a token is good for."""
        ...

    def issue(self, grant: Grant, now: datetime) -> Secret:
        """Sign a token."""
        ...

    def read(self, text: str, now: datetime) -> Grant | None:
        """Verify a token; `None` for every one that is not ours, or not good now."""
        ...


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A token, and the digest by which it is known."""

    text: Secret
    digest: str


class RefreshTokens(Protocol):
    """Tokens that renew a session. Each tells its session, and its successor can be told from it again and again."""

    def first(self, session_id: SessionId) -> RefreshToken:
        """Make the first token of a session, by chance."""
        ...

    def session_of(self, text: Secret) -> SessionId | None:
        """Say whose token it is; `None` for what we never made."""
        ...

    def digest(self, text: Secret) -> str:
        """Give the digest of a token."""
        ...

    def successors(self, text: Secret) -> tuple[RefreshToken, ...]:
        """Derive the token that replaces this one: first as it is made today, then as it was under older secrets."""
        ...


class Codes(Protocol):
    """One-time codes, made by chance and known by a digest that is bound to their request."""

    def make(self) -> str:
        """Make a code of six digits that nobody can guess."""
        ...

    def digest(self, code_id: CodeId, code: str) -> str:
        """Give the digest of a code for one request."""
        ...

    def is_right(self, code_id: CodeId, code: str, digest: str | None) -> bool:
        """Say in constant time whether a code has this digest; with `None` there is none, which takes as long."""
        ...
