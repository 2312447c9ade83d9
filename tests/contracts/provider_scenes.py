"""A scene for each provider that zerofee brings: the adapter, and its stand-in at the other end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Send, Silence
from zerofee.adapters.memory.clock import START, ToldClock
from zerofee.adapters.provider_kind import Opening, ProviderKind
from zerofee.adapters.providers.hub2.adapter import PROVIDER as HUB2
from zerofee.adapters.providers.pawapay.adapter import PawapayKind
from zerofee.adapters.providers.paypal.adapter import PROVIDER as PAYPAL
from zerofee.adapters.providers.stripe.adapter import PROVIDER as STRIPE
from zerofee.adapters.providers.test.adapter import PROVIDER as TEST
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.method import PAYPAL as BY_PAYPAL
from zerofee.domain.money import Money
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import ActionRequired, Outcome
from zerofee.domain.ports.provider import ChargeOrder, RawEvent
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode
from zerofee.entrypoints.standins.app import KINDS, Standins, create_standins
from zerofee.entrypoints.standins.book import Kind
from zerofee.entrypoints.standins.direct import DirectSend
from zerofee.entrypoints.standins.handset import Verdict
from zerofee.entrypoints.standins.webhooks import Webhook
from zerofee.testing.provider_scene import ProviderScene

PUBLIC_URL: Final = "https://pay.example"
CARD_ORDER: Final = ChargeOrder(
    attempt_id=AttemptId("att_01JD00000000000000000000AA"),
    payment_id=PaymentId("pay_01JD00000000000000000000AA"),
    provider_key="0b0f1d5e-8a53-4d0c-9d52-7f4c27d9b6a1",
    money=Money(1234, Currency("EUR")),
    capture=CaptureMode.AUTOMATIC,
    method=CARD,
    country=None,
    operator=None,
    customer=None,
    merchant_reference="order-4711",
    description="Two tickets",
    return_url="https://shop.example/return",
    cancel_url="https://shop.example/cancel",
    sent_at=START,
    expires_at=None,
)
PHONE_ORDER: Final = replace(
    CARD_ORDER,
    money=Money(5000, Currency("XOF")),
    method=MOBILE_MONEY,
    country=Country("CI"),
    operator="mtn",
    customer=Customer(phone="+2250501020304"),
)


def stripe_scene() -> ProviderScene:
    """Stripe, whose payer presses a button on its page."""
    return _scene("stripe", STRIPE, CARD_ORDER)


def paypal_scene() -> ProviderScene:
    """PayPal, whose payer does so too."""
    return _scene("paypal", PAYPAL, replace(CARD_ORDER, method=BY_PAYPAL))


def hub2_scene() -> ProviderScene:
    """Hub2, whose payer answers a telephone."""
    return _scene("hub2", HUB2, PHONE_ORDER)


def pawapay_scene() -> ProviderScene:
    """Give pawaPay, whose payer does so too; the keys that it publishes are this stand-in's."""
    return _scene("pawapay", PawapayKind(), PHONE_ORDER)


def local_scene() -> ProviderScene:
    """Give the test provider, which calls nobody and keeps no book: it says what it promises."""
    clock = ToldClock()

    async def unreached(call: HttpCall) -> HttpReply | Silence:
        raise AssertionError(f"the test provider has called {call.url}")

    opening = _opening(clock, {}, unreached, None)
    order = replace(PHONE_ORDER, money=Money(77_777, Currency("XOF")))
    return ProviderScene(kind=TEST, opening=opening, clock=clock, order=order, moved=lambda: [order.money])


def _scene(name: str, kind: ProviderKind, order: ChargeOrder) -> ProviderScene:
    clock, sent = ToldClock(), list[Webhook]()

    async def post(webhook: Webhook) -> int:
        sent.append(webhook)
        return 200

    standin = next(found for found in KINDS if found.name == name)
    standins = create_standins(clock, zerofee_url=PUBLIC_URL, post=post, kinds=(standin,))
    url, world = standins.url(name), standins.worlds[name]
    line = DirectSend({url: standins.apps[name]})

    async def events() -> Sequence[RawEvent]:
        await world.webhooks.drain()
        return [_raw(webhook) for webhook in sent]

    return ProviderScene(
        kind=kind,
        opening=_opening(clock, standin.credentials, line, url),
        clock=clock,
        order=order,
        moved=lambda: [entry.money for entry in world.book.moved(Kind.CHARGE)],
        take_step=lambda outcome: _take_step(standins, line, outcome),
        events=events,
    )


async def _take_step(standins: Standins, line: DirectSend, outcome: Outcome) -> None:
    """Press Approve, on the page that the outcome leads to or on the telephone."""
    if isinstance(outcome, ActionRequired) and isinstance(outcome.action, Redirect):
        page = outcome.action.url.replace("?token=", "/")
        await line(HttpCall(method="POST", url=f"{page}/approve"))
    else:
        await standins.handset.decide(standins.handset.prompts()[0].id, Verdict(approved=True))


def _opening(clock: ToldClock, credentials: Mapping[str, str], send: Send, base_url: str | None) -> Opening:
    return Opening(
        connection_id=ConnectionId("con_01JD00000000000000000000AA"),
        environment=Environment.SANDBOX,
        credentials={name: Secret(value) for name, value in credentials.items()},
        settings={},
        send=send,
        clock=clock,
        public_url=PUBLIC_URL,
        base_url=base_url,
        own_secret=Secret("of this connection alone"),
    )


def _raw(webhook: Webhook) -> RawEvent:
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    return RawEvent(body=webhook.body, headers=headers, method="POST", url=webhook.url)
