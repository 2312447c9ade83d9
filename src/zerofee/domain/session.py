"""A login and what keeps it alive: one family of refresh tokens, of which one is good at a time."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from zerofee.domain.errors import DomainError
from zerofee.domain.ids import SessionId, UserId
from zerofee.domain.user import User

SESSION_LIFE: Final = timedelta(days=30)
GRACE: Final = timedelta(seconds=10)
"""How long the immediately previous token gives the same successor again: an answer may have been lost."""

FRESH_LOGIN: Final = timedelta(minutes=5)


class SessionRefused(DomainError):
    """A session that is over, or a token that is none of its own: one answer for all of these. Log in again."""

    code = "session_expired"

    def __init__(self) -> None:
        """Say what to do, and not what was wrong."""
        super().__init__("This session is over. Log in again.")


class ReauthenticationRequired(DomainError):
    """What is asked touches money or live credentials, and the login is older than five minutes."""

    code = "reauthentication_required"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("This needs a login of the last five minutes. Log in again, then repeat the request.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """
    A login.

    `digest` is that of the token that is good now, `previous_digest` that of the one before, replaced at
    `rotated_at`. `authenticated_at` is when the person last proved to be themselves. `session_version` is the
    user's at login: when the user's goes up, the session is over.
    """

    id: SessionId
    user_id: UserId
    digest: str
    previous_digest: str | None = None
    rotated_at: datetime | None = None
    session_version: int
    authenticated_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    created_at: datetime
    version: int = 1


class Token(Enum):
    """Which of a family's tokens one is."""

    CURRENT = auto()
    JUST_REPLACED = auto()
    USED_BEFORE = auto()


def open_session(session_id: SessionId, user: User, digest: str, now: datetime) -> Session:
    """Begin a session of a user who has just proven to be themselves."""
    return Session(
        id=session_id,
        user_id=user.id,
        digest=digest,
        session_version=user.session_version,
        authenticated_at=now,
        expires_at=now + SESSION_LIFE,
        created_at=now,
    )


def is_alive(session: Session, user: User, now: datetime) -> bool:
    """Say whether a session may act for its user: neither of them has been ended."""
    return (
        session.user_id == user.id
        and session.revoked_at is None
        and now < session.expires_at
        and user.disabled_at is None
        and session.session_version == user.session_version
    )


def which(session: Session, digest: str, now: datetime) -> Token:
    """
    Say which of the family's tokens has this digest.

    Whatever is neither the current one nor, for 10 s, the one before it, was used before: whoever holds it may have
    stolen it.

    Source: reliability rules AUT-6; RFC 9700, section 4.14.2.
    """
    if hmac.compare_digest(digest, session.digest):
        return Token.CURRENT
    previous, rotated_at = session.previous_digest, session.rotated_at
    just_replaced = previous is not None and rotated_at is not None and now <= rotated_at + GRACE
    if just_replaced and hmac.compare_digest(digest, previous or ""):
        return Token.JUST_REPLACED
    return Token.USED_BEFORE


def rotated(session: Session, successor: str, now: datetime) -> Session:
    """Replace the current token by the one whose digest is `successor`, which is good for 30 days."""
    return replace(
        session,
        digest=successor,
        previous_digest=session.digest,
        rotated_at=now,
        expires_at=now + SESSION_LIFE,
        version=session.version + 1,
    )


def revoked(session: Session, now: datetime) -> Session:
    """End a session, and with it every token of its family."""
    return replace(session, revoked_at=now, version=session.version + 1)


def prove_fresh(session: Session, now: datetime) -> None:
    """
    Raise `ReauthenticationRequired` unless the person proved to be themselves within the last five minutes.

    Source: reliability rules AUT-4.
    """
    if now > session.authenticated_at + FRESH_LOGIN:
        raise ReauthenticationRequired
