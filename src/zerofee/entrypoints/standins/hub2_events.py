"""Hub2's webhooks from the sending side: who is told, and how it is signed."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from zerofee.entrypoints.standins.webhooks import Webhook
from zerofee.entrypoints.standins.world import World

# Known to whoever connects to the stand-in; it protects play money.
FIRST_SECRET: Final = "5tand1n-hub2-webhook-secret"  # noqa: S105  # a published example, for a stand-in alone


@dataclass(slots=True, kw_only=True)
class Listener:
    """One registered address, with the secret that signs and the one before it."""

    id: str
    url: str
    events: tuple[str, ...]
    secret: str
    previous: str | None = None

    def wants(self, event: str) -> bool:
        """Say whether it asked for this event; no list is all."""
        return not self.events or event in self.events


@dataclass(slots=True)
class Hub2Events:
    """Tells every listener; at first there is one, zerofee's own address for Hub2."""

    world: World
    listeners: list[Listener] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Register zerofee."""
        self.register(self.world.webhook_url, (), FIRST_SECRET)

    def register(self, url: str, events: tuple[str, ...], secret: str | None = None) -> Listener:
        """Add an address; its secret is shown this once."""
        listener = Listener(
            id=f"wh_{secrets.token_hex(8)}", url=url, events=events, secret=secret or secrets.token_hex(32)
        )
        self.listeners.append(listener)
        return listener

    def rotate(self) -> str:
        """Give the first listener another secret; the one before goes on signing beside it."""
        listener = self.listeners[0]
        listener.previous, listener.secret = listener.secret, secrets.token_hex(32)
        return listener.secret

    def tell(self, event: str, mode: str, subject: Mapping[str, Any]) -> None:
        """Send one event to all who want it."""
        envelope = {
            "id": f"evt_{secrets.token_hex(12)}",
            "type": event,
            "mode": mode,
            "createdAt": self.world.clock.now().isoformat(),
            "data": subject,
        }
        body = msgspec.json.encode(envelope)
        for listener in self.listeners:
            if listener.wants(event):
                headers = {"Content-Type": "application/json", "Hub2-Signature": _signature(listener, body)}
                self.world.webhooks.send(Webhook(url=listener.url, headers=headers, body=body))


def _signature(listener: Listener, body: bytes) -> str:
    current = f"s1={_mac(listener.secret, body)}"
    return current if listener.previous is None else f"{current},s0={_mac(listener.previous, body)}"


def _mac(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
