"""People, their logins and their letters, each by one statement."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from zerofee.adapters.sql.account_statements import AccountStatements
from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.prepared import Prepared
from zerofee.adapters.sql.rows.account import code_of, letter_of, session_of, tally_of, user_of
from zerofee.adapters.sql.rows.encoding import Row, micros
from zerofee.domain.ids import CodeId, SessionId, UserId
from zerofee.domain.letter import Letter
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally, TallyId
from zerofee.domain.user import User

T = TypeVar("T")


class SqlAccounts:
    """The `Accounts` and `Post` ports."""

    def __init__(self, engine: Engine, statements: AccountStatements) -> None:
        """Ask `engine`."""
        self._engine = engine
        self._statements = statements

    async def user(self, user_id: UserId) -> User | None:
        return await self._one(self._statements.user, {"id": user_id}, user_of)

    async def user_by_email(self, email: str) -> User | None:
        return await self._one(self._statements.user_by_email, {"email": email}, user_of)

    async def session(self, session_id: SessionId) -> Session | None:
        return await self._one(self._statements.session, {"id": session_id}, session_of)

    async def code(self, code_id: CodeId) -> OneTimeCode | None:
        return await self._one(self._statements.code, {"id": code_id}, code_of)

    async def latest_code(self, email: str) -> OneTimeCode | None:
        return await self._one(self._statements.latest_code, {"email": email}, code_of)

    async def tally(self, tally_id: TallyId) -> Tally | None:
        return await self._one(self._statements.tally, {"id": tally_id}, tally_of)

    async def due_letters(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Letter, ...]:
        values = {"now": micros(now), "lease_until": micros(lease_until), "limit": limit}
        return tuple(map(letter_of, await self._engine.change(self._statements.due_letters, values)))

    async def reap_accounts(self, before: datetime, limit: int) -> int:
        values = {"before": micros(before), "limit": limit}
        known = self._statements
        reaped = 0
        for statement in (known.reap_letters, known.reap_codes, known.reap_sessions, known.reap_tallies):
            reaped += len(await self._engine.change(statement, values))
        return reaped

    async def _one(self, prepared: Prepared, values: Mapping[str, Any], of_row: Callable[[Row], T]) -> T | None:
        found = await self._engine.fetch(prepared, values)
        return of_row(found[0]) if found else None
