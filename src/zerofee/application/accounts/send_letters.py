"""The mail that is due: codes are made here, in the moment in which they are mailed, and kept only as digests."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, assert_never

from zerofee.application.accounts.deciding import decided
from zerofee.domain.change_set import ChangeSet, Conflict, Update
from zerofee.domain.letter import (
    Letter,
    LetterKind,
    Mail,
    already_registered_mail,
    code_mail,
    endpoint_disabled_mail,
    given_up,
    postponed,
    sent,
)
from zerofee.domain.one_time_code import armed, is_open
from zerofee.domain.ports.accounts import Accounts, Post
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.notifier import NotDelivered, Notifier
from zerofee.domain.ports.store import Commit
from zerofee.domain.ports.tokens import Codes

_BATCH: Final = 20
_REAPED: Final = 500
_LEASE: Final = timedelta(seconds=60)
"""Longer than a mail may take; a worker that dies leaves its letters to others after that."""

_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SendLetters:
    """Sends what is due, and forgets what is past its time."""

    accounts: Accounts
    post: Post
    commit: Commit
    codes: Codes
    notifier: Notifier
    clock: Clock

    async def due(self) -> int:
        """
        Send one batch; give how many letters there were.

        A letter that did not go out is tried again later, and `NotDelivered` raised once the rest of the batch is
        through, so that the operator hears of it.
        """
        now = self.clock.now()
        letters = await self.post.due_letters(now, now + _LEASE, _BATCH)
        answers = await asyncio.gather(*map(self._send, letters), return_exceptions=True)
        for fault in answers:
            if fault is not None:
                raise fault
        return len(letters)

    async def reap(self) -> int:
        """Forget one batch of what is past its time; give how much there was."""
        return await self.post.reap_accounts(self.clock.now() - _KEPT, _REAPED)

    async def _send(self, letter: Letter) -> None:
        mail = await self._mail(letter)
        if mail is None:
            await self._note(given_up(letter))
            return
        try:
            await self.notifier.send(mail)
        except NotDelivered:
            await self._note(postponed(letter, self.clock.now()))
            raise
        await self._note(sent(letter, self.clock.now()))

    async def _mail(self, letter: Letter) -> Mail | None:
        match letter.kind:
            case LetterKind.ALREADY_REGISTERED:
                return already_registered_mail(letter.email)
            case LetterKind.ENDPOINT_DISABLED:
                return endpoint_disabled_mail(letter.email)
            case LetterKind.CODE:
                return await self._code_mail(letter)
            case never:
                assert_never(never)

    async def _code_mail(self, letter: Letter) -> Mail | None:
        """Make the code, and keep its digest before anybody can know it; `None` when it would be of no use."""
        code = self.codes.make()

        async def decide() -> Mail | None:
            now = self.clock.now()
            asked = None if letter.code_id is None else await self.accounts.code(letter.code_id)
            if asked is None or asked.user_id is None or not is_open(asked, now):
                return None
            await self.commit(ChangeSet((Update(armed(asked, self.codes.digest(asked.id, code), now)),)))
            return code_mail(letter.email, code)

        return await decided(decide)

    async def _note(self, letter: Letter) -> None:
        try:
            await self.commit(ChangeSet((Update(letter),)))
        except Conflict:
            # Somebody else has noted what became of it.
            return
