"""Stripe's webhooks from the sending side: the events there were, who is told, and how it is signed."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

import msgspec

from zerofee.adapters.providers.stripe.requests import API_VERSION
from zerofee.entrypoints.standins.stripe_objects import Shown
from zerofee.entrypoints.standins.webhooks import Webhook
from zerofee.entrypoints.standins.world import World

# Known to whoever connects to the stand-in; it protects play money.
FIRST_SECRET: Final = "whsec_standin5tr1pe0webhook0secret"  # noqa: S105  # a published example, for a stand-in alone


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """One registered address; while its secret is rolled, the one before signs as well."""

    id: str
    url: str
    events: tuple[str, ...]
    live: bool | None
    secrets: list[str]

    def wants(self, event: str, *, live: bool) -> bool:
        """Say whether it asked for this event of this mode."""
        return self.live in {None, live} and ("*" in self.events or event in self.events)

    def shown(self) -> Shown:
        """Write it as Stripe does, with the secret that is shown this once."""
        return {
            "id": self.id,
            "object": "webhook_endpoint",
            "enabled_events": list(self.events),
            "livemode": bool(self.live),
            "secret": self.secrets[0],
            "status": "enabled",
            "url": self.url,
        }


@dataclass(slots=True)
class StripeEvents:
    """Tells every endpoint; at first there is one, zerofee's own address for Stripe."""

    world: World
    endpoints: list[Endpoint] = field(default_factory=list)
    events: dict[str, Shown] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Register zerofee."""
        first = Endpoint(id="we_zerofee", url=self.world.webhook_url, events=("*",), live=None, secrets=[FIRST_SECRET])
        self.endpoints.append(first)

    def register(self, url: str, events: list[str], *, live: bool) -> Endpoint:
        """Add an address."""
        signing = f"whsec_{secrets.token_hex(16)}"
        endpoint = Endpoint(
            id=f"we_{secrets.token_hex(12)}", url=url, events=tuple(events), live=live, secrets=[signing]
        )
        self.endpoints.append(endpoint)
        return endpoint

    def roll(self) -> str:
        """Give the first endpoint another secret, as a person does in the dashboard."""
        first = self.endpoints[0]
        first.secrets = [f"whsec_{secrets.token_hex(16)}", first.secrets[0]]
        return first.secrets[0]

    def tell(self, event_type: str, about: Shown, *, live: bool) -> None:
        """Keep one event and send it to all who want it."""
        event = {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "api_version": API_VERSION,
            "created": int(self.world.clock.now().timestamp()),
            "data": {"object": about},
            "livemode": live,
            "pending_webhooks": len(self.endpoints),
            "request": {"id": None, "idempotency_key": None},
            "type": event_type,
        }
        self.events[str(event["id"])] = event
        body = msgspec.json.encode(event)
        for endpoint in self.endpoints:
            if endpoint.wants(event_type, live=live):
                headers = {
                    "Content-Type": "application/json; charset=utf-8",
                    "Stripe-Signature": self._sign(endpoint, body),
                }
                self.world.webhooks.send(Webhook(url=endpoint.url, headers=headers, body=body))

    def _sign(self, endpoint: Endpoint, body: bytes) -> str:
        time = int(self.world.clock.now().timestamp())
        signed = b"%d.%b" % (time, body)
        marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in endpoint.secrets]
        return ",".join([f"t={time}", *(f"v1={mark}" for mark in marks)])
