"""In by a password; whether an address has an account is not told, nor shown by how long it takes."""

from dataclasses import dataclass

from zerofee.application.accounts.begin_session import BeginSession, LoggedIn
from zerofee.application.accounts.deciding import decided
from zerofee.application.rules import AccountRules
from zerofee.domain.change_set import ChangeSet, Insert, Update
from zerofee.domain.errors import DomainError
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.password import typed_password
from zerofee.domain.ports.accounts import Accounts
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.passwords import Passwords
from zerofee.domain.ports.store import Commit
from zerofee.domain.ports.vault import Secret
from zerofee.domain.user import User, account_email, rehashed


class CredentialsRefused(DomainError):
    """An address without an account, or a password that is not the account's: one answer for all of these."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        """Say what to do, and not what was wrong."""
        super().__init__("The e-mail address or the password is not right.")


class EmailNotVerified(DomainError):
    """The password is right, and nobody has proven yet that the address is theirs."""

    code = "email_not_verified"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Prove your address first: ask for a one-time code, and log in with it.")


@dataclass(frozen=True, slots=True)
class LogIn:
    """`POST /v1/auth/login`, whoever asks."""

    accounts: Accounts
    commit: Commit
    passwords: Passwords
    begin_session: BeginSession
    clock: Clock
    rules: AccountRules

    async def __call__(self, email: str, password: Secret) -> LoggedIn:
        """
        Open a session by a password.

        Raises `CredentialsRefused`, after the same work whatever was wrong, and `EmailNotVerified` to whoever knows
        the password.

        Source: reliability rules AUT-1, AUT-2.
        """
        typed = typed_password(password.reveal())
        user = await self._user(email)
        known = None if user is None or user.disabled_at is not None or typed is None else user.password_hash
        right = await self.passwords.is_right(Secret(typed or ""), known)
        if not right or user is None or known is None:
            raise CredentialsRefused
        if self.rules.require_verified_email and user.verified_at is None:
            raise EmailNotVerified
        newer = await self.passwords.hash(Secret(typed or "")) if self.passwords.is_outdated(known) else None

        async def decide() -> LoggedIn:
            now = self.clock.now()
            current = await self.accounts.user(user.id)
            if current is None or not _is_still_good(current, user):
                raise CredentialsRefused
            logged_in = self.begin_session(current, now)
            kept = () if newer is None else (Update(rehashed(current, newer)),)
            await self.commit(ChangeSet((Insert(logged_in.session), *kept)))
            return logged_in

        return await decided(decide)

    async def _user(self, email: str) -> User | None:
        try:
            return await self.accounts.user_by_email(account_email(email))
        except InvalidField:
            return None


def _is_still_good(current: User, then: User) -> bool:
    """Say whether what was verified a moment ago still lets the user in."""
    unchanged = current.session_version == then.session_version and current.password_hash is not None
    return unchanged and current.disabled_at is None
