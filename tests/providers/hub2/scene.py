"""The adapter and the stand-in in one process, and a payment played between them."""

from dataclasses import dataclass, field, replace
from typing import Final

from tests.providers.hub2.samples import NOW, an_opening
from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence
from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.providers.hub2.adapter import PROVIDER
from zerofee.domain.outcome import Accepted, ActionRequired, Outcome, Paid, Proceed
from zerofee.domain.ports.provider import ChargeOrder, Provider, ProviderEvent, RawEvent
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.entrypoints.standins.app import Standins, create_standins
from zerofee.entrypoints.standins.direct import DirectSend
from zerofee.entrypoints.standins.handset import Prompt, Verdict
from zerofee.entrypoints.standins.hub2 import KEYS, MERCHANT_ID, STANDIN
from zerofee.entrypoints.standins.hub2_events import FIRST_SECRET
from zerofee.entrypoints.standins.webhooks import Webhook
from zerofee.entrypoints.standins.world import World

YES: Final = Verdict(approved=True)
NO: Final = Verdict(approved=False)


@dataclass
class Mailbox:
    """Takes webhooks in, as zerofee does."""

    arrived: list[Webhook] = field(default_factory=list)

    async def __call__(self, webhook: Webhook) -> int:
        self.arrived.append(webhook)
        return 200


class Scene:
    """A stand-in, a line to it, and a mailbox for what it sends."""

    def __init__(self) -> None:
        self.clock = ToldClock(NOW)
        self.mailbox = Mailbox()
        self.standins: Standins = create_standins(self.clock, post=self.mailbox, kinds=(STANDIN,))
        self.world: World = self.standins.worlds["hub2"]
        self.send = DirectSend({self.world.url: self.standins.apps["hub2"]})

    def connect(
        self,
        environment: Environment = Environment.LIVE,
        key: str | None = None,
        settings: dict[str, str] | None = None,
    ) -> Provider:
        opening = an_opening(self.send, environment, settings, base_url=self.world.url)
        credentials = {
            "api_key": Secret(key or KEYS[environment]),
            "merchant_id": Secret(MERCHANT_ID),
            "webhook_secret": Secret(FIRST_SECRET),
        }
        return PROVIDER.open(replace(opening, credentials=credentials))

    def prompt(self) -> Prompt:
        return self.world.handset.prompts()[0]

    async def decide(self, verdict: Verdict) -> None:
        await self.world.handset.decide(self.prompt().id, verdict)

    async def open_page(self, url: str, button: str) -> HttpReply:
        reply = await self.send(HttpCall(method="POST", url=f"{url}/{button}"))
        assert not isinstance(reply, Silence)
        return reply

    async def events(self, provider: Provider) -> list[ProviderEvent]:
        """Say what of the webhooks the provider reads out; a forged one raises."""
        await self.world.webhooks.drain()
        return [await provider.read_event(raw(webhook), NOW) for webhook in self.mailbox.arrived]


def raw(webhook: Webhook) -> RawEvent:
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    return RawEvent(body=webhook.body, headers=headers, method="POST", url=webhook.url)


def keeping(order: ChargeOrder, outcome: Outcome) -> ChargeOrder:
    """Say an order again with what its last answer gave, as the use case does."""
    if isinstance(outcome, Proceed | Accepted | ActionRequired | Paid):
        reference = outcome.reference or order.reference
        return replace(order, reference=reference, details={**order.details, **outcome.details})
    return order


async def play(provider: Provider, order: ChargeOrder) -> tuple[ChargeOrder, Outcome]:
    """Charge until the next step is not ours."""
    outcome = await provider.charge(order)
    while isinstance(outcome, Proceed):
        order = keeping(order, outcome)
        outcome = await provider.charge(order)
    return keeping(order, outcome), outcome
