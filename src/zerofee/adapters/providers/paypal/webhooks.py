"""How a webhook is shown to be PayPal's: by a certificate from PayPal's own hosts, over the bytes as they came."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zlib import crc32

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from zerofee.domain.ports.provider import ForgedEvent, RawEvent
from zerofee.domain.scope import Environment

_LIVE: Final = ("https://api.paypal.com", "https://api-m.paypal.com")
# Events of the sandbox have come with certificates of the live hosts; the other way round a free account would do.
_SANDBOX: Final = (*_LIVE, "https://api.sandbox.paypal.com", "https://api-m.sandbox.paypal.com")
_PATH: Final = "/v1/notifications/certs/"
_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,200}")
_OWNERS: Final = frozenset({"messageverificationcerts.paypal.com", "messageverificationcerts.sandbox.paypal.com"})
_ALGORITHM: Final = "sha256withrsa"
# The simulator signs with this word for a webhook id.
SIMULATOR: Final = "WEBHOOK_ID"
# PayPal tries again for three days with, as far as we know, the time of the first try. The day more is for clocks.
MAX_AGE: Final = timedelta(days=4)
_AHEAD: Final = timedelta(minutes=5)

HEADERS: Final = (
    "paypal-transmission-id",
    "paypal-transmission-time",
    "paypal-transmission-sig",
    "paypal-cert-url",
    "paypal-auth-algo",
)


class CertificateUnusable(Exception):
    """What was served is no certificate that can verify a webhook now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook whose headers are in order; nothing is verified yet."""

    transmission_id: str
    transmission_time: str
    certificate_url: str
    signature: bytes = field(repr=False)
    crc: int

    def signed_text(self, webhook_id: str) -> bytes:
        """Give what PayPal signs for one listener: the id of the webhook, not the event's."""
        return f"{self.transmission_id}|{self.transmission_time}|{webhook_id}|{self.crc}".encode()


def certificate_origins(environment: Environment, base_url: str | None) -> tuple[str, ...]:
    """Say which hosts may serve certificates: PayPal's of the mode, and the one that the operator has set."""
    origins = _LIVE if environment is Environment.LIVE else _SANDBOX
    return origins if base_url is None else (*origins, base_url)


def read_delivery(raw: RawEvent, origins: Iterable[str]) -> Delivery:
    """
    Check all that can be checked before anything is fetched; raise `ForgedEvent` with one word for the log.

    The URL must be an origin of the list, PayPal's path and one plain name: so no user, port, query or trick of
    spelling is ever looked at.

    Source: PayPal, "Verify a webhook notification"; docs/providers/paypal.md, "Webhooks".
    """
    told = {name: raw.headers.get(name, "") for name in HEADERS}
    try:
        signature = base64.b64decode(told["paypal-transmission-sig"], validate=True)
    except (binascii.Error, ValueError):
        raise ForgedEvent("malformed") from None
    if not signature or not all(told.values()):
        raise ForgedEvent("malformed")
    if told["paypal-auth-algo"].lower() != _ALGORITHM:
        raise ForgedEvent("unsupported_algorithm")
    url = told["paypal-cert-url"]
    if not any(url.startswith(origin + _PATH) and _NAME.fullmatch(url[len(origin + _PATH) :]) for origin in origins):
        raise ForgedEvent("cert_url_refused")
    return Delivery(
        transmission_id=told["paypal-transmission-id"],
        transmission_time=told["paypal-transmission-time"],
        certificate_url=url,
        signature=signature,
        crc=crc32(raw.body),
    )


def read_key(pem: bytes, now: datetime) -> RSAPublicKey:
    """
    Take the key out of a served certificate; raise `CertificateUnusable`.

    It must be named as PayPal's signer and valid now, and where its issuers are served too, each must have signed
    the one before. Whether they are served is not documented; TLS to one of PayPal's hosts is the anchor.
    """
    try:
        chain = x509.load_pem_x509_certificates(pem)
        owners = {str(name.value) for name in chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)}
        key = chain[0].public_key()
        for issued, issuer in pairwise(chain):
            issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        raise CertificateUnusable("no certificate, or a chain that does not hold") from None
    if not all(found.not_valid_before_utc <= now <= found.not_valid_after_utc for found in chain):
        raise CertificateUnusable("not valid now")
    if not owners & _OWNERS:
        raise CertificateUnusable("not PayPal's signer")
    if not isinstance(key, RSAPublicKey):
        raise CertificateUnusable("not an RSA key")
    return key


def verify(delivery: Delivery, key: RSAPublicKey, webhook_ids: Iterable[str]) -> None:
    """Check the signature for one of the listeners that we are; raise `ForgedEvent`."""
    if not any(_signed(delivery, key, webhook_id) for webhook_id in webhook_ids):
        raise ForgedEvent("bad_signature")


def check_age(delivery: Delivery, now: datetime) -> None:
    """Refuse, as stale, what is older than PayPal goes on trying, or not of our time; raise `ForgedEvent`."""
    try:
        sent_at = datetime.fromisoformat(delivery.transmission_time)
        age = now - sent_at
    except (ValueError, TypeError):
        raise ForgedEvent("malformed") from None
    if not -_AHEAD <= age <= MAX_AGE:
        raise ForgedEvent("stale", stale=True)


def _signed(delivery: Delivery, key: RSAPublicKey, webhook_id: str) -> bool:
    try:
        key.verify(delivery.signature, delivery.signed_text(webhook_id), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
