"""A session is renewed: each token is good once, and one that comes back later ends the whole family."""

from dataclasses import dataclass

from zerofee.application.accounts.begin_session import BeginSession, LoggedIn
from zerofee.application.accounts.deciding import decided
from zerofee.domain.change_set import ChangeSet, Update
from zerofee.domain.ids import SessionId
from zerofee.domain.ports.accounts import Accounts, Standings
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.store import Commit
from zerofee.domain.ports.tokens import RefreshTokens
from zerofee.domain.ports.vault import Secret
from zerofee.domain.session import SessionRefused, Token, is_alive, revoked, rotated, which


@dataclass(frozen=True, slots=True)
class RefreshSession:
    """`POST /v1/auth/refresh`, whoever asks."""

    accounts: Accounts
    commit: Commit
    refresh_tokens: RefreshTokens
    begin_session: BeginSession
    standings: Standings
    clock: Clock

    async def __call__(self, token: Secret) -> LoggedIn:
        """
        Give new tokens for a refresh token, which is used up by it.

        The token before the current one gives the same successor again for 10 s, since an answer may be lost; an
        older one revokes the session. Raises `SessionRefused` for every token that is not good.

        Source: reliability rules AUT-6.
        """
        session_id = self.refresh_tokens.session_of(token)
        if session_id is None:
            raise SessionRefused
        return await decided(lambda: self._decide(session_id, token))

    async def _decide(self, session_id: SessionId, token: Secret) -> LoggedIn:
        now = self.clock.now()
        session = await self.accounts.session(session_id)
        user = None if session is None else await self.accounts.user(session.user_id)
        if session is None or user is None or not is_alive(session, user, now):
            raise SessionRefused
        successors = self.refresh_tokens.successors(token)
        match which(session, self.refresh_tokens.digest(token), now):
            case Token.CURRENT:
                newest = successors[0]
                session = rotated(session, newest.digest, now)
                await self.commit(ChangeSet((Update(session),)))
                return self.begin_session.renewed(user, session, newest.text, now)
            case Token.JUST_REPLACED:
                same = next((one for one in successors if one.digest == session.digest), None)
                if same is None:
                    raise SessionRefused
                return self.begin_session.renewed(user, session, same.text, now)
            case Token.USED_BEFORE:
                await self.commit(ChangeSet((Update(revoked(session, now)),)))
                self.standings.forget(session.id)
                raise SessionRefused
