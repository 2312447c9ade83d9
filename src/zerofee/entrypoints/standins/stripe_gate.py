"""Who may come in to Stripe's stand-in, how often, and what a repeated key is answered."""

import base64
import binascii
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Request, Response

from zerofee.adapters.providers.stripe.requests import API_VERSION
from zerofee.entrypoints.standins.limits import Window, Windows
from zerofee.entrypoints.standins.stripe_form import StripeError
from zerofee.entrypoints.standins.stripe_objects import Shown
from zerofee.entrypoints.standins.world import World

SANDBOX_KEY: Final = "sk_test_standinStripeSecretKey0001"
# The keys that there are, and whether each is live. The restricted one may not read the balance.
KEYS: Final[Mapping[str, bool]] = {
    SANDBOX_KEY: False,
    "rk_test_standinStripeRestricted001": False,
    "sk_live_standinStripeSecretKey0001": True,
}
RESTRICTED: Final = "rk_test_standinStripeRestricted001"

# Source: docs.stripe.com, "Rate limits".
_LIVE: Final = Window(100, 1)
_SANDBOX: Final = Window(25, 1)
_KEPT: Final = timedelta(hours=24)
_KEY_LENGTH: Final = 255
_VERSION: Final = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")

Call = Request[Any, Any, Any]
Reply = Response[Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The answer to a first request with a key."""

    asked: bytes
    status: int
    body: Shown
    request_id: str
    at: datetime


@dataclass(slots=True)
class StripeGate:
    """Checks every call before it is done, and answers a key that was used before."""

    world: World
    _windows: Windows = field(default_factory=Windows)
    _kept: dict[tuple[bool, str], Kept] = field(default_factory=dict)

    def enter(self, call: Call, *, balance: bool = False) -> bool:
        """Give the mode of a call with a key of the merchant's; raise `StripeError` for any other."""
        key = _key(call.headers.get("authorization", ""))
        if not key:
            raise StripeError(401, "You did not provide an API key.", kept=False)
        if key not in KEYS:
            raise StripeError(401, f"Invalid API Key provided: {key[:8]}****{key[-4:]}", kept=False)
        version = call.headers.get("stripe-version", API_VERSION)
        if not _VERSION.fullmatch(version):
            raise StripeError(400, f"Invalid Stripe API version: {version}", kept=False)
        live = KEYS[key]
        limited = self.world.switch.faults.rate_limits
        if limited and not self._windows.allow(str(live), _LIVE if live else _SANDBOX, self.world.clock.now()):
            raise StripeError(429, "Too many requests.", "rate_limit", kept=False)
        if balance and key == RESTRICTED:
            raise StripeError(403, "The provided key does not have the required permissions for this endpoint.")
        return live

    async def once(self, call: Call, live: bool, work: Callable[[str], Shown]) -> Reply:  # noqa: FBT001  # the mode
        """Do what a POST asks for, or answer as before when its key has been here."""
        body = await call.body()
        key = call.headers.get("idempotency-key")
        if key is None:
            return reply(work(body.decode()))
        if not 1 <= len(key) <= _KEY_LENGTH:
            raise StripeError(400, "Keys for idempotent requests have 1 to 255 characters.", kept=False)
        now, asked = self.world.clock.now(), call.url.path.encode() + b"?" + body
        kept = self._kept.get((live, key))
        if kept is not None and now - kept.at < _KEPT:
            if kept.asked != asked:
                message = f"Keys for idempotent requests can only be used with the same parameters: {key}"
                raise StripeError(400, message, kind="idempotency_error", kept=False)
            again = {"Idempotent-Replayed": "true", "Original-Request": kept.request_id, "Idempotency-Key": key}
            return reply(kept.body, kept.status, again)
        status, done = 200, {}
        try:
            done = work(body.decode())
        except StripeError as error:
            if not error.kept:
                raise
            status, done = error.status, error.body
        answer = reply(done, status, {"Idempotency-Key": key})
        request_id = answer.headers["Request-Id"]
        self._kept[live, key] = Kept(asked=asked, status=status, body=done, request_id=request_id, at=now)
        return answer


def reply(body: Shown, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer in JSON, with the headers that every answer of Stripe's has."""
    common = {"Request-Id": f"req_{secrets.token_hex(7)}", "Stripe-Version": API_VERSION}
    return Response(body, status_code=status, headers={**common, **(headers or {})}, media_type="application/json")


def _key(header: str) -> str:
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
