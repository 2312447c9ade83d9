"""How messages to apps are written and signed."""

from collections.abc import Mapping
from typing import Protocol

from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.ports.vault import Secret


class Signing(Protocol):
    """Keeps endpoints' secrets, and signs with them."""

    def make(self) -> Secret:
        """Make a secret in the form in which an app is given it."""
        ...

    def seal(self, endpoint: WebhookEndpoint, secret: Secret) -> bytes:
        """Seal a secret so that it opens for this endpoint alone."""
        ...

    def headers(self, endpoint: WebhookEndpoint, message_id: str, body: bytes, at_s: int) -> Mapping[str, str]:
        """
        Sign a message with every secret that is good at `at_s`, in seconds since 1970.

        Raises `SealBroken` when the secret does not open here.
        """
        ...


class ShowingEvents(Protocol):
    """The one writer of events as apps read them."""

    def envelope(self, event: Event) -> bytes:
        """Write an event as JSON in UTF-8; the same bytes each time."""
        ...


class ShowingEndpoints(Protocol):
    """The writer of endpoints as apps read them."""

    def endpoint(self, endpoint: WebhookEndpoint) -> bytes:
        """Write an endpoint as JSON in UTF-8, without its secrets."""
        ...
