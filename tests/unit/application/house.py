"""Everything that people can do about their accounts, put together by hand on memory."""

import re
from dataclasses import dataclass, field

from zerofee.adapters.crypto.access_tokens import JwtAccessTokens
from zerofee.adapters.crypto.codes import HashedCodes
from zerofee.adapters.crypto.refresh_tokens import DerivedRefreshTokens
from zerofee.adapters.memory.clock import CountingIds, ToldClock
from zerofee.adapters.memory.mailbox import MemoryNotifier
from zerofee.adapters.memory.store import MemoryStore
from zerofee.adapters.phone_numbers import PhoneNumbers
from zerofee.adapters.remembered_sessions import RememberedSessions
from zerofee.application.accounts.begin_session import BeginSession, LoggedIn
from zerofee.application.accounts.counting import Counting
from zerofee.application.accounts.log_in import LogIn
from zerofee.application.accounts.log_out import LogOut
from zerofee.application.accounts.refresh_session import RefreshSession
from zerofee.application.accounts.register import NewAccount, Register, Registration
from zerofee.application.accounts.request_code import RequestCode
from zerofee.application.accounts.send_letters import SendLetters
from zerofee.application.accounts.verify_code import VerifyCode
from zerofee.application.rules import AccountRules
from zerofee.domain.letter import Mail
from zerofee.domain.ports.vault import Secret
from zerofee.domain.user import User
from zerofee.testing.counted_passwords import CountedPasswords

AMA = "ama@example.com"
KOFI = "kofi@example.com"
PASSWORD = "three hens in a canoe"
HOME = "192.0.2.1"


@dataclass
class House:
    """The verbs, and what a test may turn by hand."""

    rules: AccountRules = field(default_factory=AccountRules)
    secrets: tuple[Secret, ...] = (Secret("s" * 32),)
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: ToldClock = field(default_factory=ToldClock)
    passwords: CountedPasswords = field(default_factory=CountedPasswords)
    notifier: MemoryNotifier = field(default_factory=MemoryNotifier)
    ids: CountingIds = field(default_factory=CountingIds)

    def __post_init__(self) -> None:
        accounts, commit, clock, ids = self.store.accounts, self.store.commit, self.clock, self.ids
        self.accounts = accounts
        self.access = JwtAccessTokens(self.secrets, "https://pay.example")
        refresh, codes = DerivedRefreshTokens(self.secrets), HashedCodes(self.secrets)
        self.standings = RememberedSessions(accounts)
        counting = Counting(accounts, clock, self.rules)
        begin = BeginSession(self.access, refresh, ids)
        self._register = Register(accounts, commit, self.passwords, PhoneNumbers(), counting, clock, ids, self.rules)
        self._log_in = LogIn(accounts, commit, self.passwords, begin, clock, self.rules)
        self._request_code = RequestCode(accounts, commit, counting, clock, ids)
        self._verify_code = VerifyCode(accounts, commit, self.passwords, codes, counting, begin, clock)
        self.refresh = RefreshSession(accounts, commit, refresh, begin, self.standings, clock)
        self.log_out = LogOut(accounts, commit, self.standings, clock)
        self.letters = SendLetters(accounts, accounts, commit, codes, self.notifier, clock)

    async def register(
        self,
        email: str = AMA,
        password: str = PASSWORD,
        *,
        name: str | None = None,
        phone: str | None = None,
        address: str = HOME,
    ) -> Registration:
        wanted = NewAccount(email=email, password=Secret(password), name=name, phone=phone, address=address)
        return await self._register(wanted)

    async def log_in(self, email: str = AMA, password: str = PASSWORD) -> LoggedIn:
        return await self._log_in(email, Secret(password))

    async def request_code(self, email: str = AMA, address: str = HOME) -> None:
        await self._request_code(email, address)

    async def verify_code(
        self, code: str, email: str = AMA, address: str = HOME, password: str | None = None
    ) -> LoggedIn:
        return await self._verify_code(email, code, address, None if password is None else Secret(password))

    async def mailed(self) -> list[Mail]:
        """Send what is due, and give all mail there ever was."""
        await self.letters.due()
        return self.notifier.mails

    async def code(self, email: str = AMA, address: str = HOME) -> str:
        """Ask for a code, and read it in the mail."""
        await self.request_code(email, address)
        return code_in((await self.mailed())[-1])

    async def user(self, email: str = AMA) -> User:
        found = await self.accounts.user_by_email(email)
        assert found is not None
        return found


def code_in(mail: Mail) -> str:
    """Read the code in a mail."""
    found = re.search(r"\b([0-9]{6})\b", mail.text)
    assert found is not None, mail.text
    return found[1]


def other(code: str) -> str:
    """Give a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"
