"""pawaPay's callbacks from the sending side: its published key, and how it signs."""

import secrets
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zerofee.adapters.http.exchange import HttpCall
from zerofee.adapters.providers.pawapay.signature import sign
from zerofee.entrypoints.standins.pawapay_shapes import Movement
from zerofee.entrypoints.standins.webhooks import Webhook
from zerofee.entrypoints.standins.world import World


def _key_id() -> str:
    # Another one with each start, so that whoever remembers the last key looks this one up.
    return f"HTTP_EC_P256_KEY:{secrets.randbelow(10**9)}"


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(slots=True)
class PawapayCallbacks:
    """Tells the one address that is set for every operation, signed with a key made at the start."""

    world: World
    url: str
    _key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key, repr=False)
    _id: str = field(default_factory=_key_id)

    def published(self) -> list[dict[str, str]]:
        """Show the key with which callbacks are to be checked."""
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return [{"id": self._id, "key": pem.decode()}]

    def tell(self, movement: Movement) -> None:
        """Send a record as it stands now."""
        body = msgspec.json.encode(movement.told())
        headers = {"Content-Type": "application/json"}
        call = HttpCall(method="POST", url=self.url, headers=headers, body=body)
        signed = sign(call, self._key, self._id, self.world.clock.now())
        self.world.webhooks.send(Webhook(url=self.url, headers=signed.headers, body=body))
