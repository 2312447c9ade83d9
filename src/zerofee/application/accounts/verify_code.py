"""In by a one-time code, which proves the address and may set a new password."""

from dataclasses import dataclass, replace
from datetime import datetime

from zerofee.application.accounts.begin_session import BeginSession, LoggedIn
from zerofee.application.accounts.counting import Counting
from zerofee.application.accounts.deciding import decided
from zerofee.domain.change_set import Change, ChangeSet, Insert, Update
from zerofee.domain.ids import CodeId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.one_time_code import CodeRefused, OneTimeCode, is_open, tried, used
from zerofee.domain.password import new_password, refuse_common
from zerofee.domain.ports.accounts import Accounts
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.passwords import Passwords
from zerofee.domain.ports.store import Commit
from zerofee.domain.ports.tokens import Codes
from zerofee.domain.ports.vault import Secret
from zerofee.domain.user import User, account_email, verified, with_password

_NO_REQUEST = CodeId("")


@dataclass(frozen=True, slots=True)
class VerifyCode:
    """`POST /v1/auth/otp/verify`, whoever asks."""

    accounts: Accounts
    commit: Commit
    passwords: Passwords
    codes: Codes
    counting: Counting
    begin_session: BeginSession
    clock: Clock

    async def __call__(self, email: str, code: str, address: str, password: Secret | None = None) -> LoggedIn:
        """
        Open a session by the newest code of an address; with a `password`, set that, which ends all other sessions.

        Raises `CodeRefused` for every code that is not good, `TooManyTries` after 15 tries of one account or 30 from
        one network address within an hour, and `WeakPassword` before the code is looked at.

        Source: reliability rules AUT-3.
        """
        try:
            account = account_email(email)
        except InvalidField:
            raise CodeRefused from None
        password_hash = None if password is None else await self._hash(password, account)

        async def decide() -> LoggedIn:
            now = self.clock.now()
            counts = (await self.counting.try_of(account), await self.counting.try_from(address))
            asked = await self.accounts.latest_code(account)
            user = None if asked is None or asked.user_id is None else await self.accounts.user(asked.user_id)
            right = self.codes.is_right(asked.id if asked else _NO_REQUEST, code, asked.digest if asked else None)
            if asked is None or user is None or not right or not is_open(asked, now) or user.disabled_at is not None:
                await self.commit(ChangeSet((*counts, *_burning(asked, now))))
                raise CodeRefused
            proven = _proven(user, password_hash, now)
            logged_in = self.begin_session(proven, now)
            changes: list[Change] = [*counts, Update(used(asked, now)), Insert(logged_in.session)]
            if proven != user:
                changes.append(Update(proven))
            await self.commit(ChangeSet(tuple(changes)))
            return logged_in

        return await decided(decide)

    async def _hash(self, password: Secret, email: str) -> str:
        chosen = Secret(new_password(password.reveal(), email))
        if await self.passwords.is_common(chosen):
            raise refuse_common()
        return await self.passwords.hash(chosen)


def _burning(asked: OneTimeCode | None, now: datetime) -> tuple[Change, ...]:
    return (Update(tried(asked)),) if asked is not None and is_open(asked, now) else ()


def _proven(user: User, password_hash: str | None, now: datetime) -> User:
    proven = verified(user, now)
    if password_hash is None:
        return proven
    # One commit, one version, whatever it changes.
    return replace(with_password(proven, password_hash, now), version=user.version + 1)
