"""PayPal's webhooks from the sending side: who is told, how it is signed, and the certificate to check it with."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, Final
from zlib import crc32

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from zerofee.entrypoints.standins.paypal_records import said
from zerofee.entrypoints.standins.paypal_shapes import new_id
from zerofee.entrypoints.standins.webhooks import Webhook
from zerofee.entrypoints.standins.world import World

# The id under which zerofee listens from the first; whoever connects to the stand-in gives it as `webhook_id`.
FIRST_WEBHOOK_ID: Final = "0STANDIN0PAYPAL00"
CERTIFICATE_PATH: Final = "/v1/notifications/certs/CERT-standin"
_SIGNER: Final = "messageverificationcerts.sandbox.paypal.com"


@cache
def _signing_key() -> RSAPrivateKey:
    """Make a key of this process's own: it takes a while, and nobody keeps it."""
    return generate_private_key(65537, 2048)


@dataclass(frozen=True, slots=True)
class Listener:
    """One registered address."""

    id: str
    url: str
    events: tuple[str, ...]

    def wants(self, event: str) -> bool:
        """Say whether it asked for this event."""
        return "*" in self.events or event in self.events


@dataclass(slots=True)
class PayPalEvents:
    """Tells every listener; at first there is one, zerofee's own address for PayPal."""

    world: World
    listeners: list[Listener] = field(default_factory=list)
    _key: RSAPrivateKey = field(default_factory=_signing_key, repr=False)

    def __post_init__(self) -> None:
        """Register zerofee."""
        self.listeners.append(Listener(FIRST_WEBHOOK_ID, self.world.webhook_url, ("*",)))

    def register(self, url: str, events: tuple[str, ...]) -> Listener:
        """Add an address."""
        listener = Listener(new_id(), url, events)
        self.listeners.append(listener)
        return listener

    def certificate(self) -> bytes:
        """Give the certificate in PEM: signed by itself, valid around the stand-in's now."""
        now = self.world.clock.now()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _SIGNER)])
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .sign(self._key, SHA256())
            .public_bytes(Encoding.PEM)
        )

    def tell(self, event: str, kind: str, resource: Mapping[str, Any]) -> None:
        """Send one event to all who want it."""
        now = said(self.world.clock.now())
        body = msgspec.json.encode(
            {
                "id": f"WH-{new_id()}-{new_id()}",
                "event_version": "1.0",
                "create_time": now,
                "resource_type": kind,
                "resource_version": "2.0",
                "event_type": event,
                "summary": f"{event} at the stand-in",
                "resource": resource,
                "links": [],
            }
        )
        for listener in self.listeners:
            if listener.wants(event):
                headers = self._headers(listener.id, body, now)
                self.world.webhooks.send(Webhook(url=listener.url, headers=headers, body=body))

    def verifies(self, told: Mapping[str, Any], event: bytes) -> bool:
        """Say whether a webhook was sent by us, as PayPal says when asked."""
        signed = _signed(told["transmission_id"], told["transmission_time"], told["webhook_id"], event)
        try:
            signature = base64.b64decode(told["transmission_sig"], validate=True)
            self._key.public_key().verify(signature, signed, PKCS1v15(), SHA256())
        except (ValueError, InvalidSignature):
            return False
        return True

    def _headers(self, webhook_id: str, body: bytes, now: str) -> dict[str, str]:
        transmission_id = secrets.token_hex(16)
        signature = self._key.sign(_signed(transmission_id, now, webhook_id, body), PKCS1v15(), SHA256())
        return {
            "Content-Type": "application/json",
            "Paypal-Transmission-Id": transmission_id,
            "Paypal-Transmission-Time": now,
            "Paypal-Transmission-Sig": base64.b64encode(signature).decode(),
            "Paypal-Cert-Url": self.world.url + CERTIFICATE_PATH,
            "Paypal-Auth-Algo": "SHA256withRSA",
        }


def _signed(transmission_id: str, time: str, webhook_id: str, body: bytes) -> bytes:
    return f"{transmission_id}|{time}|{webhook_id}|{crc32(body)}".encode()
