"""The adapter and the stand-in, face to face: neither knows the other, and what passes between is as published."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
import pytest

from tests.providers.stripe.published import Json, faults_of_call, faults_of_object, faults_of_reply
from tests.providers.stripe.samples import ATTEMPT_ID, NOW, ORDER, a_refund_order, an_opening, an_operation
from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence
from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.providers.stripe.adapter import PROVIDER, Stripe
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import AttemptId
from zerofee.domain.money import Money
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import (
    Absent,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    NotSent,
    Paid,
    Refused,
    Unknown,
)
from zerofee.domain.ports.listing import CannotList
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialsAccepted,
    CredentialsRefused,
    ProviderEvent,
    RawEvent,
)
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.domain.sweeping import Span
from zerofee.domain.wish import CaptureMode
from zerofee.entrypoints.standins.app import Standins, create_standins
from zerofee.entrypoints.standins.book import Kind
from zerofee.entrypoints.standins.direct import DirectSend
from zerofee.entrypoints.standins.faults import Failing, Faults
from zerofee.entrypoints.standins.stripe import STANDIN
from zerofee.entrypoints.standins.stripe_events import FIRST_SECRET
from zerofee.entrypoints.standins.stripe_gate import RESTRICTED
from zerofee.entrypoints.standins.webhooks import Webhook
from zerofee.entrypoints.standins.world import World

TEST_KEY = "sk_test_standinStripeSecretKey0001"
LIVE_KEY = "sk_live_standinStripeSecretKey0001"
EUR = Currency("EUR")
EUROS = Money(1234, EUR)
HOLD = replace(ORDER, capture=CaptureMode.MANUAL)


@dataclass
class Checked:
    """A line on which every call and every answer is held to what Stripe has published."""

    line: DirectSend
    garbled: bool = False
    replies: list[HttpReply] = field(default_factory=list)

    async def __call__(self, call: HttpCall) -> HttpReply | Silence:
        assert faults_of_call(call) == []
        reply = await self.line(call)
        if isinstance(reply, HttpReply):
            self.replies.append(reply)
            if not self.garbled:
                assert faults_of_reply(call, reply) == []
        return reply


@dataclass
class Scene:
    """A merchant, a payer and Stripe's stand-in."""

    standins: Standins
    clock: ToldClock
    send: Checked
    received: list[Webhook]

    @property
    def world(self) -> World:
        return self.standins.worlds["stripe"]

    @property
    def url(self) -> str:
        return self.standins.url("stripe")

    def merchant(self, key: str = TEST_KEY, environment: Environment = Environment.SANDBOX) -> Stripe:
        credentials = {"secret_key": Secret(key), "webhook_secret": Secret(FIRST_SECRET)}
        opening = an_opening(
            self.send,
            credentials=credentials,
            environment=environment,
            clock=self.clock,
            base_url=self.url,
        )
        return PROVIDER.open(opening)

    async def press(self, page: str, button: str) -> HttpReply:
        reply = await self.send.line(HttpCall(method="POST", url=f"{page}/{button}"))
        assert isinstance(reply, HttpReply)
        return reply

    async def post(self, path: str, form: dict[str, str], **headers: str) -> tuple[int, Json]:
        sent = {
            "authorization": f"Bearer {TEST_KEY}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        body = urlencode(form).encode()
        reply = await self.send.line(HttpCall(method="POST", url=self.url + path, headers=sent, body=body))
        assert isinstance(reply, HttpReply)
        answer: Json = msgspec.json.decode(reply.body)
        return reply.status, answer

    def break_line(self, failing: Failing, path: str = "/v1", times: int = 1, method: str | None = None) -> None:
        self.send.garbled = True
        self.world.switch.set(Faults(failing=failing, path=path, times=times, method=method))

    async def told(self) -> list[ProviderEvent]:
        """Read every webhook so far, in order."""
        await self.world.webhooks.drain()
        merchant = self.merchant()
        return [
            await merchant.read_event(
                RawEvent(
                    body=webhook.body,
                    headers={name.lower(): value for name, value in webhook.headers.items()},
                    method="POST",
                    url=webhook.url,
                ),
                self.clock.now(),
            )
            for webhook in self.received
        ]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    clock, received = ToldClock(NOW), list[Webhook]()

    async def post(webhook: Webhook) -> int:
        received.append(webhook)
        return 200

    standins = create_standins(clock, kinds=(STANDIN,), post=post)
    yield Scene(standins, clock, Checked(DirectSend({standins.url("stripe"): standins.apps["stripe"]})), received)
    await standins.close()


async def opened(scene: Scene, order: ChargeOrder = ORDER) -> tuple[ChargeOrder, str]:
    outcome = await scene.merchant().charge(order)
    assert isinstance(outcome, ActionRequired)
    assert isinstance(outcome.action, Redirect)
    return replace(order, reference=outcome.reference), outcome.action.url


async def paid(scene: Scene, order: ChargeOrder = ORDER) -> ChargeOrder:
    known, page = await opened(scene, order)
    await scene.press(page, "approve")
    outcome = await scene.merchant().ask(known)
    assert isinstance(outcome, Paid | Authorized)
    return replace(known, details=outcome.details)


async def test_a_payer_approves_and_is_sent_back(scene: Scene) -> None:
    known, page = await opened(scene)

    shown = await scene.send.line(HttpCall(method="GET", url=page))
    back = await scene.press(page, "approve")
    outcome = await scene.merchant().ask(known)

    assert isinstance(shown, HttpReply)
    assert "Pay 12.34 EUR?" in shown.body.decode()
    assert (back.status, back.headers["location"]) == (303, ORDER.return_url)
    assert isinstance(outcome, Paid)
    assert outcome.money == EUROS
    assert [entry.money for entry in scene.world.book.moved(Kind.CHARGE, ATTEMPT_ID)] == [EUROS]


async def test_the_merchant_hears_of_it(scene: Scene) -> None:
    known, page = await opened(scene)
    await scene.press(page, "approve")

    told = await scene.told()

    assert [event.type for event in told] == ["payment_intent.succeeded", "checkout.session.completed"]
    assert all(event.our_reference == ATTEMPT_ID for event in told)
    assert told[1].reference == known.reference
    assert all(faults_of_object(msgspec.json.decode(webhook.body), "event") == [] for webhook in scene.received)


async def test_a_declined_card_is_not_the_end(scene: Scene) -> None:
    known, page = await opened(scene)

    stays = await scene.press(page, "decline?reason=insufficient_funds")
    still_open = await scene.merchant().ask(known)
    shown = await scene.send.line(HttpCall(method="GET", url=page))
    await scene.press(page, "approve")

    assert stays.status == 303
    assert isinstance(still_open, ActionRequired)
    assert isinstance(shown, HttpReply)
    assert "insufficient_funds" in shown.body.decode()
    assert isinstance(await scene.merchant().ask(known), Paid)
    assert (await scene.told())[0].type == "payment_intent.payment_failed"


async def test_holds_then_takes_a_part_and_gives_some_of_it_back(scene: Scene) -> None:
    held = await paid(scene, HOLD)
    merchant = scene.merchant()

    taken = await merchant.capture(an_operation(held, minor=1000))
    again = await merchant.capture(replace(an_operation(held, minor=1000), provider_key="another"))
    back = await merchant.refund(replace(a_refund_order(minor=400), charge=held))

    assert isinstance(taken, Paid)
    assert taken.money == Money(1000, EUR)
    assert again == taken
    assert isinstance(back, Paid)
    assert [entry.money.minor for entry in scene.world.book.moved(Kind.CHARGE)] == [1000]
    assert [entry.money.minor for entry in scene.world.book.moved(Kind.REFUND)] == [400]


async def test_takes_no_more_than_is_held(scene: Scene) -> None:
    held = await paid(scene, HOLD)

    outcome = await scene.merchant().capture(an_operation(held, minor=1235))

    assert outcome == Refused(FailureCode.UNSUPPORTED, provider_code="amount_too_large")
    assert isinstance(await scene.merchant().ask(held), Authorized)


async def test_lets_a_hold_go(scene: Scene) -> None:
    held = await paid(scene, HOLD)

    assert await scene.merchant().cancel(an_operation(held)) == Cancelled(held.reference)
    assert await scene.merchant().ask(held) == Cancelled(held.reference)
    assert "payment_intent.canceled" in [event.type for event in await scene.told()]
    assert scene.world.book.moved(Kind.CHARGE) == ()


async def test_a_hold_lapses_after_a_week(scene: Scene) -> None:
    held = await paid(scene, HOLD)
    scene.clock.set(scene.clock.now() + timedelta(days=7))

    assert await scene.merchant().ask(held) == Expired(held.reference)
    assert await scene.merchant().capture(an_operation(held)) == Expired(held.reference)


async def test_closes_a_page_nobody_has_paid_on(scene: Scene) -> None:
    known, page = await opened(scene)

    outcome = await scene.merchant().cancel(an_operation(known))
    late = await scene.press(page, "approve")

    assert outcome == Cancelled(known.reference)
    assert late.headers["location"].startswith("/c/pay/")
    assert await scene.merchant().ask(known) == Expired(known.reference)
    assert [event.type for event in await scene.told()] == ["checkout.session.expired"]


async def test_a_page_runs_out(scene: Scene) -> None:
    known, _ = await opened(scene, replace(ORDER, expires_at=NOW + timedelta(hours=1)))
    scene.clock.set(scene.clock.now() + timedelta(hours=1))

    assert await scene.merchant().ask(known) == Expired(known.reference)


async def test_a_cancel_finds_that_the_payer_was_faster(scene: Scene) -> None:
    known = await paid(scene)

    outcome = await scene.merchant().cancel(an_operation(known))

    assert isinstance(outcome, Paid)


async def test_refunds_no_more_than_was_taken(scene: Scene) -> None:
    charge = await paid(scene)
    order = replace(a_refund_order(), charge=charge)
    merchant = scene.merchant()

    over = await merchant.refund(replace(order, money=Money(1235, EUR), provider_key="over"))
    whole = await merchant.refund(order)
    repeated = await merchant.refund(order)
    other = await merchant.refund(
        replace(order, provider_key="more", attempt_id=an_operation().attempt_id, money=Money(1, EUR))
    )

    assert over == Refused(FailureCode.INVALID_REQUEST)
    assert isinstance(whole, Paid)
    assert repeated == whole
    assert other == Refused(FailureCode.INVALID_REQUEST, provider_code="charge_already_refunded")
    assert [entry.money for entry in scene.world.book.moved(Kind.REFUND)] == [EUROS]


async def test_a_refund_may_fail_days_later(scene: Scene) -> None:
    charge = await paid(scene)
    done = await scene.merchant().refund(replace(a_refund_order(), charge=charge))
    assert isinstance(done, Paid)

    await scene.post(f"/_refunds/{done.reference}/fail", {})
    asked = await scene.merchant().ask_refund(replace(a_refund_order(), charge=charge, reference=done.reference))

    failed = Declined(FailureCode.EXPIRED_INSTRUMENT, "", "expired_or_canceled_card", reference=done.reference)
    assert asked == failed
    assert (await scene.told())[-1].type == "refund.failed"


@pytest.mark.parametrize("failing", [Failing.ERROR_AFTER, Failing.GARBAGE_AFTER, Failing.CUT_AFTER])
async def test_a_lost_answer_is_found_and_nobody_pays_twice(scene: Scene, failing: Failing) -> None:
    merchant = scene.merchant()
    scene.break_line(failing)

    lost = await merchant.charge(ORDER)
    found = await merchant.ask(ORDER)
    again = await merchant.charge(ORDER)

    assert isinstance(lost, Unknown)
    assert isinstance(found, ActionRequired)
    assert again == found
    assert len(scene.world.book.entries(Kind.CHARGE)) == 1


@pytest.mark.parametrize("failing", [Failing.ERROR_BEFORE, Failing.CUT_BEFORE])
async def test_a_charge_that_never_arrived_is_absent(scene: Scene, failing: Failing) -> None:
    scene.break_line(failing)

    assert isinstance(await scene.merchant().charge(ORDER), Unknown)
    assert await scene.merchant().ask(ORDER) == Absent()


async def test_a_lost_refund_is_found_and_nobody_gets_it_twice(scene: Scene) -> None:
    charge = await paid(scene)
    order = replace(a_refund_order(minor=400), charge=charge)
    scene.break_line(Failing.CUT_AFTER, "/v1/refunds")

    lost = await scene.merchant().refund(order)
    found = await scene.merchant().ask_refund(order)

    assert isinstance(lost, Unknown)
    assert isinstance(found, Paid)
    assert len(scene.world.book.moved(Kind.REFUND)) == 1


@pytest.mark.parametrize("verb", ["capture", "cancel"])
async def test_a_lost_answer_about_a_hold_is_found_by_asking(scene: Scene, verb: str) -> None:
    held = await paid(scene, HOLD)
    merchant, order = scene.merchant(), an_operation(held)
    scene.break_line(Failing.CUT_AFTER, "/v1/payment_intents")

    lost = await (merchant.capture(order) if verb == "capture" else merchant.cancel(order))
    found = await merchant.ask(held)

    assert isinstance(lost, Unknown)
    assert isinstance(found, Paid if verb == "capture" else Cancelled)


async def test_nobody_listening_is_not_sent(scene: Scene) -> None:
    scene.send.line.apps = {}

    assert isinstance(await scene.merchant().charge(ORDER), NotSent)


async def test_a_busy_stripe_refuses(scene: Scene) -> None:
    scene.world.switch.set(Faults(rate_limits=True))
    merchant = scene.merchant()

    outcomes = [await merchant.charge(replace(ORDER, provider_key=f"key-{n}")) for n in range(26)]

    assert isinstance(outcomes[24], ActionRequired)
    assert outcomes[25] == Refused(FailureCode.PROVIDER_UNAVAILABLE, provider_code="rate_limit")


async def test_a_secret_that_is_rolled_goes_on_for_a_while(scene: Scene) -> None:
    await scene.post("/_roll-secret", {})
    _, page = await opened(scene)
    await scene.press(page, "approve")

    assert [event.type for event in await scene.told()][-1] == "checkout.session.completed"
    assert scene.received[0].headers["Stripe-Signature"].count("v1=") == 2


async def test_sends_to_a_registered_address_too(scene: Scene) -> None:
    form = {"url": "https://pay.example/v1/webhooks/stripe/con_1", "enabled_events[]": "checkout.session.completed"}
    status, endpoint = await scene.post("/v1/webhook_endpoints", form)
    _, page = await opened(scene)
    await scene.press(page, "approve")
    await scene.world.webhooks.drain()

    assert status == 200
    assert endpoint["secret"].startswith("whsec_")
    assert [webhook.url for webhook in scene.received].count(form["url"]) == 1


@pytest.mark.parametrize(
    ("key", "environment", "expected"),
    [
        (TEST_KEY, Environment.SANDBOX, CredentialsAccepted),
        (LIVE_KEY, Environment.LIVE, CredentialsAccepted),
        (RESTRICTED, Environment.SANDBOX, CredentialsAccepted),
        ("sk_test_nobodysKey00000000", Environment.SANDBOX, CredentialsRefused),
    ],
)
async def test_checks_keys(scene: Scene, key: str, environment: Environment, expected: type[object]) -> None:
    check = await scene.merchant(key, environment).check()

    assert isinstance(check, expected)
    assert bool(getattr(check, "warning", None)) is (key == RESTRICTED)


async def test_wrong_credentials_take_nothing(scene: Scene) -> None:
    outcome = await scene.merchant("sk_test_nobodysKey00000000").charge(ORDER)

    assert outcome == Refused(FailureCode.INVALID_CREDENTIALS)
    assert scene.world.book.entries() == ()


async def test_test_and_live_do_not_see_each_other(scene: Scene) -> None:
    known = await paid(scene)
    live = scene.merchant(LIVE_KEY, Environment.LIVE)

    assert isinstance(await live.ask(known), Unknown)
    assert isinstance(await live.refund(replace(a_refund_order(), charge=known)), Refused)
    assert isinstance(await live.capture(an_operation(known)), NotSent)


FORM = {
    "mode": "payment",
    "success_url": "https://shop.example/",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "1234",
    "line_items[0][price_data][product_data][name]": "Tea",
}


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"ui_mode": "hosted"}, "parameter_unknown", "ui_mode"),
        ({"payment_method_types[0]": "card"}, "payment_method_types_no_longer_supported", "payment_method_types[0]"),
        ({"mode": "pay"}, None, "mode"),
        (
            {"line_items[0][price_data][unit_amount]": "12.5"},
            "parameter_invalid_integer",
            "line_items.price_data.unit_amount",
        ),
        ({"line_items[0][price_data][unit_amount]": "49"}, "amount_too_small", None),
        ({"line_items[0][price_data][unit_amount]": "100000000"}, "amount_too_large", None),
        ({"line_items[0][price_data][currency]": "EUR"}, "parameter_invalid_integer", None),
        ({"line_items[0][price_data][currency]": "zzz"}, None, "currency"),
        ({"success_url": "shop"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"customer_email": ""}, "parameter_invalid_empty", "customer_email"),
        ({"expires_at": str(int(NOW.timestamp()) + 60)}, None, "expires_at"),
        ({"expand[0]": "nonsense"}, None, "expand"),
    ],
)
async def test_the_stand_in_refuses_what_stripe_refuses(
    scene: Scene, changes: dict[str, str], code: str | None, param: str | None
) -> None:
    status, answer = await scene.post("/v1/checkout/sessions", {**FORM, **changes})

    assert status == 400
    assert faults_of_object(answer, "error") == []
    assert (answer["error"].get("code"), answer["error"].get("param")) == (code, param)


@pytest.mark.parametrize("missing", ["mode", "success_url", "line_items[0][price_data][currency]"])
async def test_the_stand_in_names_what_is_missing(scene: Scene, missing: str) -> None:
    status, answer = await scene.post(
        "/v1/checkout/sessions", {name: value for name, value in FORM.items() if name != missing}
    )

    assert (status, answer["error"]["code"]) == (400, "parameter_missing")


async def test_a_key_replays_its_answer_and_takes_no_other_request(scene: Scene) -> None:
    first = await scene.post("/v1/checkout/sessions", FORM, idempotency_key="k")
    same = await scene.post("/v1/checkout/sessions", FORM, idempotency_key="k")
    other = await scene.post("/v1/checkout/sessions", {**FORM, "locale": "fr"}, idempotency_key="k")
    scene.clock.set(scene.clock.now() + timedelta(hours=24))
    forgotten = await scene.post("/v1/checkout/sessions", FORM, idempotency_key="k")

    assert first == same
    assert (other[0], other[1]["error"]["type"]) == (400, "idempotency_error")
    assert forgotten[1]["id"] != first[1]["id"]


async def test_a_refused_parameter_burns_no_key(scene: Scene) -> None:
    wrong, _ = await scene.post("/v1/checkout/sessions", {**FORM, "mode": "pay"}, idempotency_key="k")
    mended, _ = await scene.post("/v1/checkout/sessions", FORM, idempotency_key="k")

    assert (wrong, mended) == (400, 200)


async def test_shows_events_charges_and_intents_as_published(scene: Scene) -> None:
    known = await paid(scene)
    headers = {"authorization": f"Bearer {TEST_KEY}", "stripe-version": "2026-10-28.endive"}
    intent_id, charge_id = known.details["payment_intent"], known.details["charge"]

    for path in (
        "events?limit=1",
        "events?type=checkout.session.completed",
        f"charges/{charge_id}?expand[0]=payment_intent",
        f"payment_intents/{intent_id}?expand[]=latest_charge",
        f"checkout/sessions?payment_intent={intent_id}",
        "charges/ch_nobody",
        "events/evt_nobody",
        "checkout/sessions/cs_nobody",
    ):
        call = HttpCall(method="GET", url=f"{scene.url}/v1/{path}", headers=headers)
        reply = await scene.send.line(call)
        assert isinstance(reply, HttpReply)
        assert reply.status == (404 if "nobody" in path else 200)
        assert faults_of_reply(call, reply) == []


async def test_lists_what_was_paid_in_a_span(scene: Scene) -> None:
    """ASK-7: more than one page, of which some are held, open, or the merchant's own."""
    orders = [replace(ORDER, attempt_id=AttemptId(f"att_{number:026d}")) for number in range(103)]
    for number, order in enumerate(orders):
        known = await opened(scene, replace(order, provider_key=f"key-{number}"))
        if number != 5:
            await scene.press(known[1], "approve")
    await paid(scene, replace(HOLD, attempt_id=AttemptId("att_held"), provider_key="key-held"))
    now = scene.clock.now()

    listed = await scene.merchant().listed(Span(now - timedelta(hours=1), now + timedelta(minutes=1)))
    before = await scene.merchant().listed(Span(now - timedelta(hours=2), now - timedelta(hours=1)))

    assert {movement.our_reference for movement in listed} == {o.attempt_id for o in orders} - {orders[5].attempt_id}
    assert {movement.money for movement in listed} == {EUROS}
    assert before == ()


async def test_says_when_the_list_could_not_be_read(scene: Scene) -> None:
    scene.break_line(Failing.ERROR_BEFORE)
    now = scene.clock.now()

    with pytest.raises(CannotList):
        await scene.merchant().listed(Span(now - timedelta(hours=1), now))
