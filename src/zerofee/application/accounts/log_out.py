"""A session ends when its person says so."""

from dataclasses import dataclass

from zerofee.application.accounts.deciding import decided
from zerofee.domain.change_set import ChangeSet, Update
from zerofee.domain.ids import SessionId
from zerofee.domain.ports.accounts import Accounts, Standings
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.store import Commit
from zerofee.domain.session import revoked


@dataclass(frozen=True, slots=True)
class LogOut:
    """`POST /v1/auth/logout`, whoever asks."""

    accounts: Accounts
    commit: Commit
    standings: Standings
    clock: Clock

    async def __call__(self, session_id: SessionId) -> None:
        """End a session: this process refuses it at once, others within 5 s. Twice is once."""

        async def decide() -> None:
            session = await self.accounts.session(session_id)
            if session is not None and session.revoked_at is None:
                await self.commit(ChangeSet((Update(revoked(session, self.clock.now())),)))

        await decided(decide)
        self.standings.forget(session_id)
