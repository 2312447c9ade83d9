"""The secrets of webhook endpoints: drawn by chance, kept in envelopes, and used to sign."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from zerofee.adapters.crypto.envelope import Envelopes, Place
from zerofee.adapters.webhooks.signature import key_of, secret_of, signed_headers
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.ports.vault import Secret

_BYTES: Final = 32
_FIELD: Final = "secret"
_NO_PROVIDER: Final = "webhook"


@dataclass(frozen=True, slots=True)
class EnvelopeSigning:
    """The `Signing` port; a secret that was moved to another endpoint does not open."""

    envelopes: Envelopes

    def make(self) -> Secret:
        return secret_of(os.urandom(_BYTES))

    def seal(self, endpoint: WebhookEndpoint, secret: Secret) -> bytes:
        return self.envelopes.seal(_place(endpoint), secret.reveal().encode())

    def headers(self, endpoint: WebhookEndpoint, message_id: str, body: bytes, at_s: int) -> Mapping[str, str]:
        keys = [self._key(endpoint, endpoint.sealed)]
        until = endpoint.previous_until
        if endpoint.previous_sealed and until is not None and datetime.fromtimestamp(at_s, UTC) < until:
            keys.append(self._key(endpoint, endpoint.previous_sealed))
        return signed_headers(message_id, at_s, body, keys)

    def _key(self, endpoint: WebhookEndpoint, sealed: bytes) -> bytes:
        return key_of(Secret(self.envelopes.open(_place(endpoint), sealed).decode()))


def _place(endpoint: WebhookEndpoint) -> Place:
    return Place(
        app_id=endpoint.scope.app_id,
        environment=endpoint.scope.environment,
        owner_id=endpoint.id,
        provider_id=_NO_PROVIDER,
        field=_FIELD,
    )
