"""A one-time code is asked for; it is made and mailed by the worker, and the answer is the same for every address."""

from dataclasses import dataclass

from zerofee.application.accounts.counting import Counting
from zerofee.application.accounts.deciding import decided
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.ids import CodeId, LetterId
from zerofee.domain.letter import Letter, LetterKind
from zerofee.domain.one_time_code import ask_for_code
from zerofee.domain.ports.accounts import Accounts
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.store import Commit
from zerofee.domain.tally import TooManyTries
from zerofee.domain.user import account_email


@dataclass(frozen=True, slots=True)
class RequestCode:
    """`POST /v1/auth/otp/request`, whoever asks."""

    accounts: Accounts
    commit: Commit
    counting: Counting
    clock: Clock
    ids: Ids

    async def __call__(self, email: str, address: str) -> None:
        """
        Ask for a code for an e-mail address, from a network address.

        The same is read and written for an address without an account. One that has asked often enough within the
        hour is not mailed again, which is not told; a network address that has is refused with `TooManyTries`.
        Raises `InvalidField` for what is no address.

        Source: reliability rules AUT-2, AUT-3.
        """
        account = account_email(email)

        async def decide() -> None:
            now = self.clock.now()
            user = await self.accounts.user_by_email(account)
            from_address = await self.counting.request_from(address)
            try:
                of_account = await self.counting.request_of(account)
            except TooManyTries:
                await self.commit(ChangeSet((from_address,)))
                return
            mailed = user is not None and user.disabled_at is None
            code = ask_for_code(self.ids.new(CodeId), account, user.id if user and mailed else None, now)
            letter = Letter(
                id=self.ids.new(LetterId),
                kind=LetterKind.CODE,
                email=account,
                code_id=code.id,
                due_at=now,
                created_at=now,
            )
            await self.commit(ChangeSet((from_address, of_account, Insert(code), Insert(letter))))

        await decided(decide)
