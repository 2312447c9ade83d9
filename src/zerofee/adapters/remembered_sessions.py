"""Who stands behind a session, kept in the process for a few seconds, so that not each request reads it."""

import time
from collections.abc import Callable
from typing import Final

from zerofee.adapters.remembering import Remembered
from zerofee.domain.ids import SessionId
from zerofee.domain.ports.accounts import Accounts, Standing

_TTL_S: Final = 5
"""Reliability rule AUT-5: a session that ended in one process is refused in all others after 5 s at most."""


class RememberedSessions:
    """The `Standings` port. Whoever ends a session here tells `forget`."""

    def __init__(
        self, accounts: Accounts, ttl_s: int = _TTL_S, stopwatch: Callable[[], float] = time.monotonic
    ) -> None:
        """Remember what `accounts` finds."""
        self._accounts = accounts
        self._remembered = Remembered(self._find, ttl_s, stopwatch=stopwatch)

    async def standing(self, session_id: SessionId) -> Standing | None:
        return await self._remembered.get(session_id)

    def forget(self, session_id: SessionId) -> None:
        self._remembered.forget(session_id)

    async def _find(self, session_id: SessionId) -> Standing | None:
        session = await self._accounts.session(session_id)
        if session is None:
            return None
        user = await self._accounts.user(session.user_id)
        return None if user is None else Standing(session, user)
