import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.providers.paypal.published import faults_of_call, faults_of_reply
from tests.providers.paypal.samples import NOW, ORDER, Hand, a_refund_order, an_operation, opened
from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence
from zerofee.adapters.providers.paypal.adapter import PayPal
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import AttemptId
from zerofee.domain.money import Money
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import (
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialsAccepted,
    CredentialsRefused,
    ForgedEvent,
    ProviderEvent,
    RawEvent,
)
from zerofee.domain.wish import CaptureMode
from zerofee.entrypoints.standins import paypal
from zerofee.entrypoints.standins.app import Standins, create_standins
from zerofee.entrypoints.standins.book import Kind
from zerofee.entrypoints.standins.direct import DirectSend
from zerofee.entrypoints.standins.faults import Failing, Faults
from zerofee.entrypoints.standins.paypal_events import FIRST_WEBHOOK_ID
from zerofee.entrypoints.standins.webhooks import Webhook

CLIENT: Final = {"client_id": "standin-paypal-sandbox-client", "client_secret": "standin-paypal-sandbox-secret"}
LIVE: Final = {"client_id": "standin-paypal-live-client", "client_secret": "standin-paypal-live-secret"}
MANUAL: Final = replace(ORDER, capture=CaptureMode.MANUAL)


@dataclass(slots=True)
class Checked:
    """A line on which every call and every answer must fit what PayPal has published."""

    line: DirectSend

    async def __call__(self, call: HttpCall) -> HttpReply | Silence:
        reply = await self.line(call)
        if "/certs/" not in call.url:
            assert faults_of_call(call) == []
            if isinstance(reply, HttpReply) and reply.status != 500 and reply.body[:1] != b"<":
                assert faults_of_reply(call, reply) == []
        return reply


@dataclass(slots=True)
class Scene:
    """The stand-in, a connection to it, and what it has told by webhook."""

    standins: Standins
    clock: Hand
    told: list[Webhook]
    line: DirectSend = field(init=False)
    paypal: PayPal = field(init=False)

    def __post_init__(self) -> None:
        self.line = DirectSend({self.standins.url("paypal"): self.standins.apps["paypal"]})
        self.paypal = self.connected(**CLIENT)

    def connected(self, **credentials: str) -> PayPal:
        url = self.standins.url("paypal")
        credentials = {"webhook_id": FIRST_WEBHOOK_ID, **credentials}
        return opened(Checked(self.line), self.clock, base_url=url, credentials=credentials)

    async def press(self, path: str) -> HttpReply:
        reply = await self.line(HttpCall(method="POST", url=self.standins.url("paypal") + path))
        assert isinstance(reply, HttpReply)
        return reply

    async def approved(self, order: ChargeOrder, query: str = "") -> ChargeOrder:
        """Go from the first charge to where ours is next, as the use case does."""
        created = await self.paypal.charge(order)
        assert isinstance(created, ActionRequired)
        assert isinstance(created.action, Redirect)
        assert created.action.url.startswith(self.standins.url("paypal"))
        known = replace(order, reference=created.reference, details=dict(created.details))
        assert (await self.press(f"/checkoutnow/{created.reference}/approve{query}")).status == 303
        return kept(known, await self.paypal.ask(known))

    async def paid(self, order: ChargeOrder = ORDER) -> ChargeOrder:
        known = await self.approved(order)
        return kept(known, await self.paypal.charge(known))

    async def events(self) -> list[ProviderEvent]:
        await self.standins.worlds["paypal"].webhooks.drain()
        return [await self.paypal.read_event(raw(webhook), self.clock.now()) for webhook in self.told]

    def moved(self, kind: Kind = Kind.CHARGE) -> list[int]:
        return [entry.money.minor for entry in self.standins.worlds["paypal"].book.moved(kind)]


def kept(order: ChargeOrder, outcome: Outcome) -> ChargeOrder:
    assert isinstance(outcome, Proceed | Paid | Authorized | Accepted | ActionRequired)
    return replace(order, reference=outcome.reference or order.reference, details={**order.details, **outcome.details})


def raw(webhook: Webhook) -> RawEvent:
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    return RawEvent(body=webhook.body, headers=headers, method="POST", url=webhook.url)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    told: list[Webhook] = []
    clock = Hand()

    async def keep(webhook: Webhook) -> int:
        told.append(webhook)
        return 200

    standins = create_standins(clock, post=keep, kinds=[paypal.STANDIN])
    yield Scene(standins, clock, told)
    await standins.close()


async def test_takes_a_payment_and_tells_of_it(scene: Scene) -> None:
    known = await scene.paid()

    assert await scene.paypal.ask(known) == Paid(
        ORDER.money, known.reference, {"capture_id": known.details["capture_id"]}
    )
    assert scene.moved() == [1234]
    approved, taken = await scene.events()
    assert (approved.type, approved.our_reference) == ("CHECKOUT.ORDER.APPROVED", ORDER.attempt_id)
    assert (taken.type, taken.our_reference) == ("PAYMENT.CAPTURE.COMPLETED", ORDER.attempt_id)
    assert taken.reference == known.reference


@pytest.mark.parametrize("code", ["HUF", "JPY", "TWD", "USD"])
async def test_counts_each_currency_alike_on_both_sides(scene: Scene, code: str) -> None:
    money = Money(105000, Currency(code))

    known = await scene.paid(replace(ORDER, money=money))

    outcome = await scene.paypal.ask(known)
    assert isinstance(outcome, Paid)
    assert outcome.money == money


async def test_brings_the_payer_back(scene: Scene) -> None:
    created = await scene.paypal.charge(ORDER)
    assert isinstance(created, ActionRequired)
    assert isinstance(created.action, Redirect)
    page = await scene.line(HttpCall(method="GET", url=created.action.url))

    away = await scene.press(f"/checkoutnow/{created.reference}/decline")
    back = await scene.press(f"/checkoutnow/{created.reference}/approve")

    assert isinstance(page, HttpReply)
    assert "Pay 12.34 EUR?" in page.body.decode()
    assert away.headers["location"] == f"{ORDER.cancel_url}?token={created.reference}"
    assert back.headers["location"].startswith(f"{ORDER.return_url}&token=")
    assert parse_qs(urlsplit(back.headers["location"]).query)["token"] == [created.reference]


async def test_never_captures_twice_whatever_is_sent(scene: Scene) -> None:
    known = await scene.approved(ORDER)

    first = await scene.paypal.charge(known)
    again = await scene.paypal.charge(known)
    another = await scene.paypal.charge(replace(known, provider_key="1e2f3a4b-4b5c-4d6e-8f7a-0b1c2d3e4f5a"))

    assert first == again == another
    assert scene.moved() == [1234]


@pytest.mark.parametrize("failing", [Failing.CUT_AFTER, Failing.ERROR_AFTER, Failing.GARBAGE_AFTER])
async def test_finds_the_money_of_a_capture_whose_answer_was_lost(scene: Scene, failing: Failing) -> None:
    known = await scene.approved(ORDER)
    scene.standins.worlds["paypal"].switch.set(Faults(failing=failing, path="/v2", times=1))

    lost = await scene.paypal.charge(known)
    found = await scene.paypal.ask(known)

    assert isinstance(lost, Unknown)
    assert isinstance(found, Paid)
    assert scene.moved() == [1234]


async def test_finds_the_order_of_a_create_whose_answer_was_lost(scene: Scene) -> None:
    scene.standins.worlds["paypal"].switch.set(Faults(failing=Failing.CUT_AFTER, path="/v2", times=1))

    lost = await scene.paypal.charge(ORDER)
    found = await scene.paypal.ask(ORDER)
    again = await scene.paypal.ask(ORDER)

    assert isinstance(lost, Unknown)
    assert isinstance(found, ActionRequired)
    assert found == again


async def test_holds_captures_a_part_and_lets_the_rest_go(scene: Scene) -> None:
    held = await scene.paid(MANUAL)

    outcome = await scene.paypal.capture(an_operation(held, 200))

    assert isinstance(outcome, Paid)
    assert outcome.money == Money(200, ORDER.money.currency)
    assert await scene.paypal.ask(held) == outcome
    assert scene.moved() == [200]
    twice = replace(an_operation(held, 300), provider_key="1e2f3a4b-4b5c-4d6e-8f7a-0b1c2d3e4f5a")
    assert await scene.paypal.capture(twice) == outcome
    assert await scene.paypal.cancel(an_operation(held)) == outcome
    assert scene.moved() == [200]


async def test_lets_go_what_is_held(scene: Scene) -> None:
    held = await scene.paid(MANUAL)

    first = await scene.paypal.cancel(an_operation(held))
    again = await scene.paypal.cancel(an_operation(held))
    too_late = await scene.paypal.capture(an_operation(held))

    assert first == again == too_late == Cancelled(held.reference)
    assert scene.moved() == []


async def test_knows_that_a_hold_has_lapsed(scene: Scene) -> None:
    held = await scene.paid(MANUAL)
    scene.clock.move(days=29)

    assert isinstance(await scene.paypal.capture(an_operation(held)), Expired)


async def test_refuses_to_capture_more_than_is_held(scene: Scene) -> None:
    held = await scene.paid(MANUAL)

    outcome = await scene.paypal.capture(an_operation(held, 1235))

    assert isinstance(outcome, Refused)
    assert outcome.provider_code == "MAX_CAPTURE_AMOUNT_EXCEEDED"


async def test_refunds_in_parts_until_nothing_is_left(scene: Scene) -> None:
    known = await scene.paid()
    orders = [
        replace(
            a_refund_order(minor, charge=known),
            provider_key=f"9c1e2f3a-4b5c-4d6e-8f7a-0b1c2d3e4f5{n}",
            attempt_id=AttemptId(f"att_01JD0000000000000000000CC{n}"),
        )
        for n, minor in enumerate((234, 1000, 1))
    ]

    first, second, third = [await scene.paypal.refund(order) for order in orders]
    again = await scene.paypal.refund(orders[0])

    assert isinstance(first, Paid)
    assert isinstance(second, Paid)
    assert (first.money.minor, second.money.minor) == (234, 1000)
    assert first == again
    assert isinstance(third, Refused)
    assert third.provider_code == "CAPTURE_FULLY_REFUNDED"
    assert scene.moved(Kind.REFUND) == [234, 1000]
    assert await scene.paypal.ask_refund(replace(orders[1], reference=second.reference)) == second
    refunded = [event for event in await scene.events() if event.type == "PAYMENT.CAPTURE.REFUNDED"]
    assert [event.reference for event in refunded] == [first.reference, second.reference]


@pytest.mark.parametrize("minor", [1235, 99999])
async def test_refuses_to_refund_more_than_was_taken(scene: Scene, minor: int) -> None:
    known = await scene.paid()

    outcome = await scene.paypal.refund(a_refund_order(minor, charge=known))

    assert isinstance(outcome, Refused)
    assert outcome.provider_code == "REFUND_AMOUNT_EXCEEDED"
    assert scene.moved(Kind.REFUND) == []


async def test_finds_a_refund_whose_answer_was_lost(scene: Scene) -> None:
    known = await scene.paid()
    scene.standins.worlds["paypal"].switch.set(Faults(failing=Failing.CUT_AFTER, path="/v2", times=1))
    order = a_refund_order(200, charge=known)

    lost = await scene.paypal.refund(order)
    found = await scene.paypal.ask_refund(order)

    assert isinstance(lost, Unknown)
    assert isinstance(found, Paid)
    assert scene.moved(Kind.REFUND) == [200]


async def test_sends_a_declined_payer_back_and_takes_the_second_way(scene: Scene) -> None:
    known = await scene.approved(ORDER, "?issue=INSTRUMENT_DECLINED")

    declined = await scene.paypal.charge(known)
    known = kept(known, declined)
    scene.clock.move(seconds=60)
    known = kept(known, await scene.paypal.ask(known))
    paid = await scene.paypal.charge(known)

    assert isinstance(declined, ActionRequired)
    assert isinstance(paid, Paid)
    assert scene.moved() == [1234]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?issue=TRANSACTION_REFUSED", FailureCode.DECLINED),
        ("?issue=PAYER_ACCOUNT_RESTRICTED", FailureCode.INVALID_PAYER),
        ("?issue=COMPLIANCE_VIOLATION", FailureCode.FRAUD_SUSPECTED),
        ("?issue=TRANSACTION_LIMIT_EXCEEDED", FailureCode.LIMIT_EXCEEDED),
        ("?capture=DECLINED", FailureCode.DECLINED),
    ],
)
async def test_ends_where_paypal_declines(scene: Scene, query: str, code: FailureCode) -> None:
    known = await scene.approved(ORDER, query)

    outcome = await scene.paypal.charge(known)

    assert isinstance(outcome, Declined)
    assert outcome.code is code
    assert scene.moved() == []


@pytest.mark.parametrize(("status", "kind"), [("COMPLETED", Paid), ("DECLINED", Declined)])
async def test_waits_for_the_end_of_a_review(scene: Scene, status: str, kind: type) -> None:
    known = await scene.approved(ORDER, "?capture=PENDING")

    pending = await scene.paypal.charge(known)
    known = kept(known, pending)
    refused = await scene.paypal.refund(a_refund_order(charge=known))
    await scene.press(f"/_captures/{known.details['capture_id']}/{status}")

    assert isinstance(pending, Accepted)
    assert isinstance(refused, Refused)
    assert refused.provider_code == "PENDING_CAPTURE"
    assert isinstance(await scene.paypal.ask(known), kind)


async def test_expires_with_the_order(scene: Scene) -> None:
    created = await scene.paypal.charge(ORDER)
    assert isinstance(created, ActionRequired)
    known = replace(ORDER, reference=created.reference)
    scene.clock.move(hours=3)

    assert await scene.paypal.ask(known) == Expired(created.reference)


async def test_hears_that_an_approval_was_given_back(scene: Scene) -> None:
    known = await scene.approved(ORDER)
    scene.clock.move(hours=3)

    await scene.paypal.ask(known)

    assert [event.type for event in await scene.events()] == [
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    ]
    assert scene.moved() == []


async def test_goes_on_with_another_token_when_one_is_taken_back(scene: Scene) -> None:
    known = await scene.approved(ORDER)
    await scene.press("/_tokens/revoke")

    assert isinstance(await scene.paypal.charge(known), Paid)


async def test_tells_right_credentials_from_wrong_ones(scene: Scene) -> None:
    wrong = scene.connected(**{**CLIENT, "client_secret": "wrong"})

    assert await scene.paypal.check() == CredentialsAccepted()
    assert isinstance(await wrong.check(), CredentialsRefused)
    assert isinstance(await wrong.charge(ORDER), Refused)


async def test_shows_no_order_to_the_other_mode(scene: Scene) -> None:
    created = await scene.paypal.charge(ORDER)
    assert isinstance(created, ActionRequired)

    assert isinstance(await scene.connected(**LIVE).ask(replace(ORDER, reference=created.reference)), Unknown)


async def test_refuses_a_webhook_for_another_listener(scene: Scene) -> None:
    await scene.approved(ORDER)
    await scene.standins.worlds["paypal"].webhooks.drain()

    with pytest.raises(ForgedEvent):
        await scene.connected(**CLIENT, webhook_id="ANOTHER").read_event(raw(scene.told[0]), NOW)


async def test_vouches_for_its_webhooks_when_the_certificate_is_away(scene: Scene) -> None:
    await scene.approved(ORDER)
    await scene.standins.worlds["paypal"].webhooks.drain()
    scene.standins.worlds["paypal"].switch.set(Faults(failing=Failing.CUT_AFTER, path="/v1/notifications/certs"))
    forged = replace(raw(scene.told[0]), body=scene.told[0].body.replace(b"12.34", b"99.34"))

    event = await scene.paypal.read_event(raw(scene.told[0]), NOW)

    assert event.type == "CHECKOUT.ORDER.APPROVED"
    with pytest.raises(ForgedEvent):
        await scene.paypal.read_event(forged, NOW)


@pytest.mark.parametrize(
    ("change", "status", "issue"),
    [
        ({"intent": "SALE"}, 400, "INVALID_PARAMETER_VALUE"),
        ({"purchase_units": []}, 400, "INVALID_ARRAY_MIN_ITEMS"),
        ({"purchase_units": [{}]}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"purchase_units": [{"amount": {"currency_code": "EUR", "value": 1}}]}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"purchase_units": [{"amount": {"currency_code": "EUR", "value": "1,0"}}]}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"purchase_units": [{"amount": {"currency_code": "EUR", "value": "1.234"}}]}, 422, "DECIMAL_PRECISION"),
        ({"purchase_units": [{"amount": {"currency_code": "JPY", "value": "1.00"}}]}, 422, "DECIMAL_PRECISION"),
        ({"purchase_units": [{"amount": {"currency_code": "XOF", "value": "1"}}]}, 422, "INVALID_CURRENCY_CODE"),
        ({"purchase_units": [{"amount": {"currency_code": "EUR", "value": "0"}}]}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ],
)
async def test_refuses_what_paypal_would_refuse(scene: Scene, change: object, status: int, issue: str) -> None:
    await scene.paypal.charge(ORDER)
    call = scene.line.calls[-1]
    body = json.dumps({**json.loads(call.body), **change}).encode()  # type: ignore[dict-item]
    headers = {**call.headers, "PayPal-Request-Id": issue + str(change)[:60]}

    reply = await scene.line(replace(call, body=body, headers=headers))

    assert isinstance(reply, HttpReply)
    assert reply.status == status
    assert json.loads(reply.body)["details"][0]["issue"] == issue
    assert faults_of_reply(call, reply) == []


@pytest.mark.parametrize(
    ("headers", "status", "issue"),
    [
        ({"Authorization": "Bearer nobody"}, 401, None),
        ({"Content-Type": "text/plain"}, 415, None),
        ({"PayPal-Request-Id": None}, 400, "PAYPAL_REQUEST_ID_REQUIRED"),
        ({"PayPal-Request-Id": "x" * 109}, 400, "INVALID_STRING_LENGTH"),
        ({"PayPal-Mock-Response": '{"mock_application_codes":"PAYEE_ACCOUNT_RESTRICTED"}'}, 422,
         "PAYEE_ACCOUNT_RESTRICTED"),
    ],
)  # fmt: skip
async def test_refuses_calls_whose_headers_are_wrong(
    scene: Scene, headers: dict[str, str | None], status: int, issue: str | None
) -> None:
    await scene.paypal.charge(ORDER)
    call = scene.line.calls[-1]
    told = {name: value for name, value in {**call.headers, **headers}.items() if value is not None}

    reply = await scene.line(replace(call, headers=told))

    assert isinstance(reply, HttpReply)
    assert reply.status == status
    assert json.loads(reply.body).get("details", [{}])[0].get("issue") == issue


async def test_is_as_brief_as_paypal_unless_asked_for_more(scene: Scene) -> None:
    await scene.paypal.charge(ORDER)
    call = scene.line.calls[-1]

    reply = await scene.line(replace(call, headers={**call.headers, "Prefer": "", "PayPal-Request-Id": "another"}))

    assert isinstance(reply, HttpReply)
    assert set(json.loads(reply.body)) == {"id", "status", "links"}
