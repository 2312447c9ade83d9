"""Who may come in to PayPal's stand-in, and which calls are repeats."""

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from zerofee.entrypoints.standins.paypal_shapes import PayPalError
from zerofee.entrypoints.standins.world import World

SANDBOX_CLIENT: Final = "standin-paypal-sandbox-client"
SANDBOX_SECRET: Final = "standin-paypal-sandbox-secret"  # noqa: S105  published, for a stand-in alone
# The accounts that there are, by client id: the secret, and the mode, which the id itself does not tell.
CLIENTS: Final[Mapping[str, tuple[str, str]]] = {
    SANDBOX_CLIENT: (SANDBOX_SECRET, "sandbox"),
    "standin-paypal-live-client": ("standin-paypal-live-secret", "live"),
}
TOKEN_LIFE_S: Final = 32_400
SCOPE: Final = (
    "https://uri.paypal.com/services/payments/realtimepayment "
    "https://uri.paypal.com/services/payments/payment/authcapture "
    "https://uri.paypal.com/services/payments/refund "
    "https://uri.paypal.com/services/applications/webhooks"
)
_LONGEST_ID: Final = 108
_KEPT: Final = timedelta(hours=6)

Shown = tuple[int, dict[str, Any]]


class WrongClient(Exception):
    """The token call's own kind of no."""


class Mock(msgspec.Struct):
    """PayPal's header for negative tests."""

    mock_application_codes: str


@dataclass(slots=True)
class PayPalGate:
    """Tokens and request ids; it forgets with the process."""

    world: World
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)
    issued: int = 0
    _done: dict[tuple[str, str, str], tuple[datetime, Callable[[], dict[str, Any]]]] = field(default_factory=dict)

    def token(self, authorization: str) -> dict[str, Any]:
        """Give a token for a client's id and secret; raise `WrongClient`."""
        try:
            kind, _, pair = authorization.partition(" ")
            client, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            raise WrongClient from None
        known = CLIENTS.get(client)
        if kind.lower() != "basic" or known is None or not secrets.compare_digest(known[0], secret):
            raise WrongClient
        value = f"A21AA{secrets.token_urlsafe(24)}"
        self.tokens[value] = (known[1], self.world.clock.now() + timedelta(seconds=TOKEN_LIFE_S))
        self.issued += 1
        return {
            "scope": SCOPE,
            "access_token": value,
            "token_type": "Bearer",
            "app_id": "APP-STANDIN",
            "expires_in": TOKEN_LIFE_S,
            "nonce": secrets.token_hex(8),
        }

    def revoke_all(self) -> None:
        """Make every token that is out there worthless."""
        self.tokens.clear()

    def mode(self, headers: Mapping[str, str]) -> str:
        """Give the mode of a call with a good token; raise `PayPalError`, also where the call asks for an error."""
        kind, _, value = headers.get("authorization", "").partition(" ")
        mode, until = self.tokens.get(value, ("", self.world.clock.now()))
        if kind.lower() != "bearer" or self.world.clock.now() >= until:
            raise PayPalError(401)
        mock = headers.get("paypal-mock-response")
        if mock is not None:
            raise PayPalError(422, msgspec.json.decode(mock, type=Mock).mock_application_codes)
        return mode

    def once(
        self, headers: Mapping[str, str], mode: str, path: str, do: Callable[[], Callable[[], dict[str, Any]]]
    ) -> Shown:
        """
        Do a thing once for each request id: 201 the first time, then 200 with the thing as it has become.

        As at PayPal the body is not compared, and a no is not kept.
        """
        identity = headers.get("paypal-request-id", "")
        if len(identity) > _LONGEST_ID:
            raise PayPalError(400, "INVALID_STRING_LENGTH")
        now = self.world.clock.now()
        earlier = self._done.get((mode, path, identity))
        if identity and earlier is not None and now - earlier[0] < _KEPT:
            return 200, earlier[1]()
        show = do()
        self._done[mode, path, identity] = (now, show)
        return 201, show()
