"""People: register, log in, stay in, log out."""

from litestar import Controller, get, post
from litestar.types import ASGIApp

from zerofee.application.accounts.log_in import CredentialsRefused, EmailNotVerified
from zerofee.domain.idempotency import Answer
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.one_time_code import CODE_LIFE, CodeRefused
from zerofee.domain.password import WeakPassword
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.domain.ports.vault import Secret
from zerofee.domain.session import SessionRefused
from zerofee.domain.tally import TooManyTries
from zerofee.domain.user import account_email
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import personal, public
from zerofee.entrypoints.http.reply import Reply, json_reply
from zerofee.entrypoints.http.wire.accounts import (
    CodeBody,
    CodeRequestBody,
    CodeRequestedBody,
    LoginBody,
    NewAccountBody,
    RefreshBody,
    RegistrationBody,
    SessionBody,
    UserBody,
)
from zerofee.entrypoints.http.wire.showing import ENCODER

_CREATED = 201
_ACCEPTED = 202


class AccountsController(Controller):
    """`/v1/auth` and below."""

    path = "/v1/auth"

    @post(
        "/register",
        opt=public(
            takes=NewAccountBody,
            gives={_CREATED: RegistrationBody},
            refuses=(InvalidField, WeakPassword, StorageUnavailable),
        ),
    )
    async def register(self, request: Call) -> ASGIApp:
        """
        Make an account.

        The answer is the same for an address that has an account already: its owner is told by mail, and nothing is
        changed. In production the address must be proven by a one-time code before the password lets anybody in.
        """
        body = await request.read(NewAccountBody)
        registration = await request.services.accounts.register(body.to_account(request.network))
        return json_reply(ENCODER.encode(RegistrationBody.of(registration)), _CREATED)

    @post(
        "/login",
        opt=public(
            takes=LoginBody,
            gives={200: SessionBody},
            refuses=(CredentialsRefused, EmailNotVerified, StorageUnavailable),
        ),
    )
    async def login(self, request: Call) -> ASGIApp:
        """Log in by a password."""
        body = await request.read(LoginBody)
        logged_in = await request.services.accounts.log_in(body.email, Secret(body.password))
        return json_reply(ENCODER.encode(SessionBody.of(logged_in)))

    @post(
        "/otp/request",
        opt=public(
            takes=CodeRequestBody,
            gives={_ACCEPTED: CodeRequestedBody},
            refuses=(InvalidField, TooManyTries, StorageUnavailable),
        ),
    )
    async def request_code(self, request: Call) -> ASGIApp:
        """
        Ask for a one-time code by mail.

        Answers 202 whether or not the address has an account. At most five codes an hour are mailed to one address.
        """
        body = await request.read(CodeRequestBody)
        await request.services.accounts.request_code(body.email, request.network)
        shown = CodeRequestedBody(email=account_email(body.email), expires_in=int(CODE_LIFE.total_seconds()))
        return json_reply(ENCODER.encode(shown), _ACCEPTED)

    @post(
        "/otp/verify",
        opt=public(
            takes=CodeBody,
            gives={200: SessionBody},
            refuses=(CodeRefused, WeakPassword, TooManyTries, StorageUnavailable),
        ),
    )
    async def verify_code(self, request: Call) -> ASGIApp:
        """
        Log in by a one-time code, which proves the address.

        Six digits, good once, for five minutes and five tries; only the newest one counts. With `password`, that is
        set too, and every other login of the account ends.
        """
        body = await request.read(CodeBody)
        password = None if body.password is None else Secret(body.password)
        verify = request.services.accounts.verify_code
        logged_in = await verify(body.email, body.code, request.network, password)
        return json_reply(ENCODER.encode(SessionBody.of(logged_in)))

    @post(
        "/refresh",
        opt=public(takes=RefreshBody, gives={200: SessionBody}, refuses=(SessionRefused, StorageUnavailable)),
    )
    async def refresh(self, request: Call) -> ASGIApp:
        """
        Get new tokens for a refresh token.

        The same token may be sent again for ten seconds, when an answer was lost. Later that ends the login: somebody
        else may have it.
        """
        body = await request.read(RefreshBody)
        logged_in = await request.services.accounts.refresh_session(Secret(body.refresh_token))
        return json_reply(ENCODER.encode(SessionBody.of(logged_in)))

    @post("/logout", opt=personal(gives={204: None}))
    async def logout(self, request: Call) -> ASGIApp:
        """End this login at once, with all its tokens."""
        await request.services.accounts.log_out(request.person.session.id)
        return Reply(Answer(status=204, body=b""))

    @get("/me", opt=personal(gives={200: UserBody}))
    async def me(self, request: Call) -> ASGIApp:
        """Read who is logged in."""
        return json_reply(ENCODER.encode(UserBody.of(request.person.user)))
