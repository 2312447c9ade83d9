"""The access token: one for each account, fetched once, renewed early, kept in memory alone."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from zerofee.adapters.http.exchange import HttpReply, Send, Silence
from zerofee.adapters.providers.paypal.bodies import Unreadable, decode
from zerofee.adapters.providers.paypal.credentials import Credentials
from zerofee.adapters.providers.paypal.refusals import read_refusal
from zerofee.adapters.providers.paypal.requests import token_call
from zerofee.adapters.providers.paypal.shelf import Fetched, Shelf
from zerofee.domain.outcome import NotSent, Refused
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.vault import Secret

# Long enough for a call that starts just before; a token that lives shorter is used for half of its life.
_EARLY_S: Final = 300
_DONE: Final = 200
_NEEDED_SCOPES: Final = (
    "https://uri.paypal.com/services/payments/",
    "https://uri.paypal.com/services/applications/webhooks",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token; `scopes` are the rights that go with it."""

    value: Secret
    scopes: frozenset[str]


TokenAnswer = Token | Refused | NotSent
"""A definite no to the credentials, or no token just now: in both cases nothing else was sent."""

Tokens = Shelf[TokenAnswer]


class TokenBody(msgspec.Struct, frozen=True):
    """The answer of the token call."""

    access_token: str
    expires_in: int
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSource:
    """Where one account's token comes from."""

    api: str
    credentials: Credentials
    send: Send
    clock: Clock
    tokens: Tokens

    async def get(self) -> TokenAnswer:
        """Give the account's token, fetched at most once for all who ask."""
        return await self.tokens.get(self._key(), self.clock.now(), self._fetch)

    async def renew(self, used: Token) -> TokenAnswer:
        """Give another token than `used`, which PayPal did not take."""
        self.tokens.drop(self._key(), used)
        return await self.get()

    async def prove(self) -> TokenAnswer:
        """Fetch a token now, whatever is kept: this is how credentials are checked."""
        return (await self._fetch()).value

    async def _fetch(self) -> Fetched[TokenAnswer]:
        asked_at = self.clock.now()
        return read_token(await self.send(token_call(self.api, self.credentials)), asked_at)

    def _key(self) -> str:
        parts = (self.api, self.credentials.client_id, self.credentials.client_secret.reveal())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_token(reply: HttpReply | Silence, asked_at: datetime) -> Fetched[TokenAnswer]:
    """
    Read the answer of the token call.

    It moves nothing, so all but a definite no to the credentials is `NotSent`: the call that needed it has not left.

    Source: PayPal, "Authentication"; docs/providers/paypal.md, "Token".
    """
    if isinstance(reply, Silence):
        return Fetched(NotSent(f"no token: {reply.reason}"), None)
    if reply.status != _DONE:
        refusal = read_refusal(reply)
        no = refusal if isinstance(refusal, Refused) else NotSent(f"no token: HTTP {reply.status}")
        return Fetched(no, None)
    try:
        body = decode(reply.body, TokenBody)
    except Unreadable as error:
        return Fetched(NotSent(f"no token: {error}"), None)
    if not body.access_token.isascii() or not body.access_token or body.expires_in <= 0:
        return Fetched(NotSent("no token: an answer without one"), None)
    token = Token(value=Secret(body.access_token), scopes=frozenset(body.scope.split()))
    life_s = max(body.expires_in - _EARLY_S, body.expires_in // 2)
    return Fetched(token, asked_at + timedelta(seconds=life_s))


def warning(scopes: frozenset[str], *, has_webhook: bool) -> str | None:
    """Say what an account whose credentials are good cannot do all the same."""
    if any(not any(scope.startswith(needed) for scope in scopes) for needed in _NEEDED_SCOPES):
        return "The REST app lacks a right: enable payments and webhooks for it in PayPal's dashboard."
    if not has_webhook:
        return "No webhook can be verified without webhook_id: save the webhook's URL at PayPal, then its id here."
    return None
