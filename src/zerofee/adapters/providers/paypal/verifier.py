"""Who verifies webhooks: offline with a published key, by asking PayPal when no key can be had."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.paypal.bodies import Unreadable, decode
from zerofee.adapters.providers.paypal.door import Door
from zerofee.adapters.providers.paypal.requests import fetch_certificate, verify_signature
from zerofee.adapters.providers.paypal.shelf import Fetched, Shelf
from zerofee.adapters.providers.paypal.webhooks import (
    HEADERS,
    SIMULATOR,
    CertificateUnusable,
    check_age,
    read_delivery,
    read_key,
    verify,
)
from zerofee.domain.ports.provider import CannotVerify, ForgedEvent, RawEvent

# A certificate lives for a year under a name of its own; a stolen one shall not be trusted for long.
_KEEP: Final = timedelta(hours=6)
_DONE: Final = 200


@dataclass(frozen=True, slots=True)
class NoKey:
    """What was served instead of a usable certificate; never kept, so the next webhook tries again."""

    why: str


KeyAnswer = RSAPublicKey | NoKey


class Verdict(msgspec.Struct, frozen=True):
    """What PayPal says of a webhook; FAILURE comes with HTTP 200 too."""

    verification_status: Literal["SUCCESS", "FAILURE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """One listener at PayPal. `simulator`: events of PayPal's simulator count too, in the sandbox alone."""

    webhook_id: str | None
    simulator: bool
    origins: tuple[str, ...]
    door: Door
    keys: Shelf[KeyAnswer]

    async def verify(self, raw: RawEvent, now: datetime) -> None:
        """
        Show that a webhook is PayPal's, for this listener, and of now; raise `ForgedEvent` or `CannotVerify`.

        Nothing is fetched before the headers are in order and the certificate's URL is one of PayPal's.
        """
        if self.webhook_id is None:
            raise CannotVerify("the connection has no webhook_id")
        delivery = read_delivery(raw, self.origins)
        key = await self.keys.get(delivery.certificate_url, now, lambda: self._fetch(delivery.certificate_url, now))
        if isinstance(key, NoKey):
            await self._ask_paypal(raw, self.webhook_id, key.why)
        else:
            verify(delivery, key, (self.webhook_id, SIMULATOR) if self.simulator else (self.webhook_id,))
        check_age(delivery, now)

    async def _fetch(self, url: str, now: datetime) -> Fetched[KeyAnswer]:
        reply = await self.door.send(fetch_certificate(url))
        if not isinstance(reply, HttpReply):
            return Fetched(NoKey(reply.reason), None)
        if reply.status != _DONE:
            return Fetched(NoKey(f"HTTP {reply.status}"), None)
        try:
            return Fetched(read_key(reply.body, now), now + _KEEP)
        except CertificateUnusable as error:
            return Fetched(NoKey(str(error)), None)

    async def _ask_paypal(self, raw: RawEvent, webhook_id: str, why: str) -> None:
        try:
            # The body is pasted into the question as it is, so it must be one whole object.
            decode(raw.body, dict)
        except Unreadable:
            raise ForgedEvent("malformed") from None
        headers = {name: raw.headers[name] for name in HEADERS}
        reply = await self.door.call(verify_signature(self.door.api, webhook_id, headers, raw.body))
        if not isinstance(reply, HttpReply) or reply.status != _DONE:
            raise CannotVerify(f"cert_unusable: {why}")
        try:
            verdict = decode(reply.body, Verdict)
        except Unreadable:
            raise CannotVerify(f"cert_unusable: {why}") from None
        if verdict.verification_status != "SUCCESS":
            raise ForgedEvent("bad_signature")
