"""A new account, and an answer that does not tell whether there was one before."""

from dataclasses import dataclass
from datetime import datetime

from zerofee.application.accounts.counting import Counting
from zerofee.application.accounts.deciding import decided
from zerofee.application.rules import AccountRules
from zerofee.domain.change_set import Change, ChangeSet, Insert, Update
from zerofee.domain.ids import LetterId, UserId
from zerofee.domain.letter import Letter, LetterKind
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.password import new_password, refuse_common
from zerofee.domain.ports.accounts import Accounts
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.passwords import Passwords
from zerofee.domain.ports.phones import Phones
from zerofee.domain.ports.store import Commit
from zerofee.domain.ports.vault import Secret
from zerofee.domain.tally import TooManyTries
from zerofee.domain.user import User, account_email, account_name, account_phone, contested


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What somebody registers with; `address` is the network address that it comes from."""

    email: str
    password: Secret
    name: str | None = None
    phone: str | None = None
    address: str


@dataclass(frozen=True, slots=True)
class Registration:
    """What is told of a registration, whatever came of it."""

    email: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Register:
    """`POST /v1/auth/register`, whoever asks."""

    accounts: Accounts
    commit: Commit
    passwords: Passwords
    phones: Phones
    counting: Counting
    clock: Clock
    ids: Ids
    rules: AccountRules

    async def __call__(self, wanted: NewAccount) -> Registration:
        """
        Make an account, or leave the one that there is as it is and write to its owner.

        Both give the same, and both hash one password. Raises `InvalidField` and `WeakPassword`.

        Source: reliability rules AUT-1, AUT-2.
        """
        email = account_email(wanted.email)
        name = None if wanted.name is None else account_name(wanted.name)
        phone = None if wanted.phone is None else self._phone(wanted.phone)
        password = Secret(new_password(wanted.password.reveal(), email))
        if await self.passwords.is_common(password):
            raise refuse_common()
        now = self.clock.now()
        user = User(
            id=self.ids.new(UserId),
            email=email,
            name=name,
            phone=phone,
            password_hash=await self.passwords.hash(password),
            created_at=now,
            updated_at=now,
        )

        async def decide() -> None:
            existing = await self.accounts.user_by_email(email)
            changes = (Insert(user),) if existing is None else await self._again(existing, wanted.address, now)
            await self.commit(ChangeSet(changes))

        await decided(decide)
        return Registration(email, now)

    def _phone(self, text: str) -> str:
        number = self.phones.normal(account_phone(text))
        if number is None:
            raise InvalidField("phone is no number that can exist: check it and its country code.", field="phone")
        return number

    async def _again(self, user: User, address: str, now: datetime) -> tuple[Change, ...]:
        changes: list[Change] = []
        if self.rules.require_verified_email and user.verified_at is None and user.password_hash is not None:
            changes.append(Update(contested(user, now)))
        try:
            counts = (await self.counting.request_of(user.email), await self.counting.request_from(address))
        except TooManyTries:
            # Whoever registers an address again and again must not fill its owner's mailbox, nor learn of it.
            return tuple(changes)
        letter = Letter(
            id=self.ids.new(LetterId),
            kind=LetterKind.ALREADY_REGISTERED,
            email=user.email,
            due_at=now,
            created_at=now,
        )
        return (*changes, *counts, Insert(letter))
