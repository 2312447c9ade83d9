"""The one way to PayPal's API: with a token, and once more with another when PayPal did not take it."""

from dataclasses import dataclass
from typing import Final

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Send, Silence, silent_outcome
from zerofee.adapters.providers.paypal.requests import bearing
from zerofee.adapters.providers.paypal.token import Token, TokenSource
from zerofee.domain.outcome import NotSent, Refused, Unknown

_UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One account at PayPal, as calls go to it."""

    api: str
    send: Send
    tokens: TokenSource

    async def call(self, call: HttpCall) -> HttpReply | NotSent | Refused | Unknown:
        """
        Send one call with the account's token.

        401 has no effect at PayPal, so the very same call goes out once more with a fresh token. Without a token
        nothing leaves: `NotSent`, or `Refused` when PayPal does not take the credentials.
        """
        token = await self.tokens.get()
        if not isinstance(token, Token):
            return token
        reply = await self.send(bearing(call, token.value))
        if isinstance(reply, HttpReply) and reply.status == _UNAUTHORIZED:
            token = await self.tokens.renew(token)
            if not isinstance(token, Token):
                return token
            reply = await self.send(bearing(call, token.value))
        return silent_outcome(reply) if isinstance(reply, Silence) else reply
