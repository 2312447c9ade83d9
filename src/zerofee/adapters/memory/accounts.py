"""People, their logins and their letters, looked up in dictionaries."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from zerofee.adapters.memory.shelves import Shelf
from zerofee.adapters.memory.shop import Shop
from zerofee.domain.ids import CodeId, SessionId, UserId
from zerofee.domain.letter import Letter
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally, TallyId
from zerofee.domain.user import User

T = TypeVar("T", Letter, OneTimeCode, Session, Tally)


class MemoryAccounts:
    """The `Accounts` and `Post` ports."""

    def __init__(self, shop: Shop) -> None:
        """Look into `shop`."""
        self._shop = shop

    async def user(self, user_id: UserId) -> User | None:
        return self._shop.users.rows.get(user_id)

    async def user_by_email(self, email: str) -> User | None:
        return self._shop.users.by(0, email)

    async def session(self, session_id: SessionId) -> Session | None:
        return self._shop.sessions.rows.get(session_id)

    async def code(self, code_id: CodeId) -> OneTimeCode | None:
        return self._shop.codes.rows.get(code_id)

    async def latest_code(self, email: str) -> OneTimeCode | None:
        return max((c for c in self._shop.codes if c.email == email), key=lambda code: code.id, default=None)

    async def tally(self, tally_id: TallyId) -> Tally | None:
        return self._shop.tallies.rows.get(tally_id)

    async def due_letters(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Letter, ...]:
        due = [(at, letter.id, letter) for letter in self._shop.letters if (at := letter.due_at) and at <= now]
        claimed = [replace(letter, due_at=lease_until) for _, _, letter in sorted(due, key=lambda row: row[:2])[:limit]]
        for letter in claimed:
            self._shop.letters.replace(letter.id, letter, [])
        return tuple(claimed)

    async def reap_accounts(self, before: datetime, limit: int) -> int:
        shop = self._shop
        return (
            _reap(shop.letters, ((letter.created_at, letter) for letter in shop.letters), before, limit)
            + _reap(shop.codes, ((code.created_at, code) for code in shop.codes), before, limit)
            + _reap(shop.sessions, ((session.expires_at, session) for session in shop.sessions), before, limit)
            + _reap(shop.tallies, ((tally.moments[-1], tally) for tally in shop.tallies), before, limit)
        )


def _reap(shelf: Shelf[T], dated: Iterable[tuple[datetime, T]], before: datetime, limit: int) -> int:
    past = sorted(((at, thing.id) for at, thing in dated if at < before))[:limit]
    for _, thing_id in past:
        shelf.remove(thing_id)
    return len(past)
