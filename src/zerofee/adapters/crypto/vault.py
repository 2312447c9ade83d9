"""The vault ports: a connection's credentials, or one detail of an attempt's, in an envelope for that row alone."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from zerofee.adapters.crypto.envelope import Envelopes, Place, key_id
from zerofee.domain.attempt import Attempt
from zerofee.domain.connection import Connection
from zerofee.domain.ports.vault import SealBroken, Secret

_FIELD: Final = "credentials"
_DECODER: Final = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class EnvelopeVault:
    """Keeps credentials sealed; a row moved to another app, environment, connection or provider does not open."""

    envelopes: Envelopes

    def seal(self, connection: Connection, credentials: Mapping[str, Secret]) -> bytes:
        plain = {name: secret.reveal() for name, secret in credentials.items()}
        return self.envelopes.seal(_place(connection), msgspec.json.encode(plain))

    def open(self, connection: Connection) -> Mapping[str, Secret]:
        opened = self.envelopes.open(_place(connection), connection.sealed)
        try:
            plain = _DECODER.decode(opened)
        except msgspec.DecodeError:
            raise SealBroken("what was sealed is not a set of credentials") from None
        return {name: Secret(value) for name, value in plain.items()}

    def seal_detail(self, attempt: Attempt, name: str, value: str) -> str:
        return base64.b64encode(self.envelopes.seal(_place_of(attempt, name), value.encode())).decode()

    def open_detail(self, attempt: Attempt, name: str, sealed: str) -> str:
        try:
            return self.envelopes.open(_place_of(attempt, name), base64.b64decode(sealed, validate=True)).decode()
        except (binascii.Error, ValueError):
            raise SealBroken("what was kept is no sealed detail") from None

    def rewrap(self, connection: Connection) -> bytes | None:
        """
        Seal a connection's credentials under the newest key; `None` when they are already.

        Twice is once, so whoever rotates keys can stop and begin again. Raises `SealBroken`.
        """
        if self.envelopes.is_newest(connection.sealed):
            return None
        return self.envelopes.seal(_place(connection), self.envelopes.open(_place(connection), connection.sealed))

    def key_id(self, connection: Connection) -> str:
        """Name the key that a connection is sealed under, to count what is left under each."""
        return key_id(connection.sealed)


def _place_of(attempt: Attempt, name: str) -> Place:
    return Place(
        app_id=attempt.scope.app_id,
        environment=attempt.scope.environment,
        owner_id=attempt.id,
        provider_id=attempt.provider_id,
        field=f"details.{name}",
    )


def _place(connection: Connection) -> Place:
    return Place(
        app_id=connection.scope.app_id,
        environment=connection.scope.environment,
        owner_id=connection.id,
        provider_id=connection.provider_id,
        field=_FIELD,
    )
