"""People, their logins, and what is counted of them. None of it belongs to an app, so there is no scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from zerofee.domain.ids import CodeId, SessionId, UserId
from zerofee.domain.letter import Letter
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally, TallyId
from zerofee.domain.user import User


class Accounts(Protocol):
    """What is known of people; each look-up gives `None` for what is not there."""

    async def user(self, user_id: UserId) -> User | None:
        """Find a user."""
        ...

    async def user_by_email(self, email: str) -> User | None:
        """Find the user of a normalised address."""
        ...

    async def session(self, session_id: SessionId) -> Session | None:
        """Find a session, one that is over too."""
        ...

    async def code(self, code_id: CodeId) -> OneTimeCode | None:
        """Find a request for a code."""
        ...

    async def latest_code(self, email: str) -> OneTimeCode | None:
        """Find the newest request for a code of a normalised address."""
        ...

    async def tally(self, tally_id: TallyId) -> Tally | None:
        """Find what was counted."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """A session and its user, as they are or were some seconds ago."""

    session: Session
    user: User


class Standings(Protocol):
    """Who stands behind a session; at most 5 s old, and in the process that ended it never old."""

    async def standing(self, session_id: SessionId) -> Standing | None:
        """Find a session with its user; `None` when there is none."""
        ...

    def forget(self, session_id: SessionId) -> None:
        """Look the session up anew when it comes next: it was changed here."""
        ...


class Post(Protocol):
    """Letters that are due, and what is past its time."""

    async def due_letters(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Letter, ...]:
        """Claim up to `limit` letters whose time has come, oldest first; they are due again at `lease_until`."""
        ...

    async def reap_accounts(self, before: datetime, limit: int) -> int:
        """
        Forget up to `limit` of each kind of thing that is past its time; say how many.

        These are letters and codes that were made before, sessions that ended before, and tallies that were last
        written before.
        """
        ...
