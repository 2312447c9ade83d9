"""What people send about their accounts, and what they are told."""

from typing import Annotated, Literal

import msgspec

from zerofee.application.accounts.begin_session import LoggedIn
from zerofee.application.accounts.register import NewAccount, Registration
from zerofee.domain.ports.vault import Secret
from zerofee.domain.user import User
from zerofee.entrypoints.http.wire.parts import Time

Email = Annotated[
    str, msgspec.Meta(description="Upper and lower case are the same.", examples=["ama@example.com"], max_length=320)
]
NewPassword = Annotated[
    str,
    msgspec.Meta(
        description="12 characters or more, of any kind, up to 1024 bytes; not one that everybody tries first.",
        examples=["three hens in a canoe"],
    ),
]


class NewAccountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A person who wants an account. `phone` in E.164, such as `+2250700000000`."""

    email: Email
    password: NewPassword
    name: Annotated[str | None, msgspec.Meta(description="Up to 200 characters.")] = None
    phone: str | None = None

    def to_account(self, address: str) -> NewAccount:
        """Read what was sent from a network address, unchecked."""
        return NewAccount(
            email=self.email, password=Secret(self.password), name=self.name, phone=self.phone, address=address
        )


class LoginBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account's address and password."""

    email: Email
    password: str


class CodeRequestBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a one-time code is to be mailed."""

    email: Email


class CodeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The newest code that was mailed to an address. With `password`, that is the account's from now on."""

    email: Email
    code: Annotated[str, msgspec.Meta(examples=["123456"], max_length=32)]
    password: NewPassword | None = None


class RefreshBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The refresh token of the answer before."""

    refresh_token: Annotated[str, msgspec.Meta(max_length=200)]


class UserBody(msgspec.Struct, frozen=True, kw_only=True):
    """A person with an account. `verified_at`: when the address was first proven, null before."""

    id: str
    object: Literal["user"] = "user"
    email: str
    name: str | None
    phone: str | None
    verified_at: Time | None
    created_at: Time

    @classmethod
    def of(cls, user: User) -> "UserBody":
        """Show a user."""
        return cls(
            id=user.id,
            email=user.email,
            name=user.name,
            phone=user.phone,
            verified_at=user.verified_at,
            created_at=user.created_at,
        )


class RegistrationBody(msgspec.Struct, frozen=True, kw_only=True):
    """A registration that was taken; whether the address had an account before is told to its mailbox alone."""

    object: Literal["registration"] = "registration"
    email: str
    created_at: Time

    @classmethod
    def of(cls, registration: Registration) -> "RegistrationBody":
        """Show a registration."""
        return cls(email=registration.email, created_at=registration.created_at)


class CodeRequestedBody(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a code that was taken; if the address has an account, the code is on its way."""

    object: Literal["otp_request"] = "otp_request"
    email: str
    expires_in: Annotated[int, msgspec.Meta(description="Seconds in which a code is good.")]


class SessionBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    A login: an access token for `expires_in` seconds, and a refresh token that gets the next one.

    Each refresh token is good once, for 30 days. One that comes back later ends the login.
    """

    id: str
    object: Literal["session"] = "session"
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the name of a scheme
    expires_in: int
    refresh_token: str
    user: UserBody
    created_at: Time

    @classmethod
    def of(cls, logged_in: LoggedIn) -> "SessionBody":
        """Show a login; this is the only place in which its tokens are written out."""
        return cls(
            id=logged_in.session.id,
            access_token=logged_in.access_token.reveal(),
            expires_in=logged_in.expires_in_s,
            refresh_token=logged_in.refresh_token.reveal(),
            user=UserBody.of(logged_in.user),
            created_at=logged_in.session.created_at,
        )
