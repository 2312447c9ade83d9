"""What everybody is given who has just proven to be themselves, or renews what they were given."""

from dataclasses import dataclass
from datetime import datetime

from zerofee.domain.ids import SessionId
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.tokens import AccessTokens, Grant, RefreshTokens
from zerofee.domain.ports.vault import Secret
from zerofee.domain.session import Session, open_session
from zerofee.domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """A person's two tokens; the access token is good for `expires_in_s` seconds."""

    user: User
    session: Session
    access_token: Secret
    refresh_token: Secret
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class BeginSession:
    """Opens sessions; nothing is written here."""

    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    ids: Ids

    def __call__(self, user: User, now: datetime) -> LoggedIn:
        """Open a session of a user: whoever commits it may hand the tokens out."""
        session_id = self.ids.new(SessionId)
        token = self.refresh_tokens.first(session_id)
        return self.renewed(user, open_session(session_id, user, token.digest, now), token.text, now)

    def renewed(self, user: User, session: Session, refresh_token: Secret, now: datetime) -> LoggedIn:
        """Give a new access token beside a refresh token of the session."""
        grant = Grant(user_id=user.id, session_id=session.id, session_version=session.session_version)
        return LoggedIn(
            user=user,
            session=session,
            access_token=self.access_tokens.issue(grant, now),
            refresh_token=refresh_token,
            expires_in_s=self.access_tokens.life_s,
        )
