"""The adapter against the stand-in: each flow from the order to the money, and each fault on the way."""

import json
from dataclasses import replace

import pytest

from tests.providers.hub2.samples import PAYOUT, an_operation, an_order
from tests.providers.hub2.scene import NO, YES, Scene, keeping, play, raw
from zerofee.adapters.http.exchange import HttpCall, HttpReply
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp, Redirect, UssdPush
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Cancelled,
    Declined,
    Outcome,
    Paid,
    Refused,
    Unknown,
)
from zerofee.domain.ports.provider import CredentialsAccepted, CredentialsRefused, ForgedEvent
from zerofee.domain.scope import Environment
from zerofee.entrypoints.standins.book import Kind
from zerofee.entrypoints.standins.faults import Failing, Faults
from zerofee.entrypoints.standins.handset import PromptState, Verdict
from zerofee.entrypoints.standins.hub2 import KEYS


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    ("country", "operator"),
    [
        ("CI", "mtn"),
        ("CI", "moov"),
        ("SN", "free"),
        ("BJ", "mtn"),
        ("BF", "moov"),
        ("CM", "orange"),
        ("ML", "moov"),
        ("TG", "tmoney"),
        ("GN", "mtn"),
        ("GA", "airtel"),
    ],
)
async def test_is_paid_by_a_prompt_on_the_phone(scene: Scene, country: str, operator: str) -> None:
    provider = scene.connect()

    order, shown = await play(provider, an_order(country, operator))
    assert isinstance(shown, ActionRequired)
    assert isinstance(shown.action, UssdPush)
    waiting = await provider.ask(order)
    await scene.decide(YES)
    paid = await provider.ask(order)

    assert isinstance(waiting, ActionRequired)
    assert isinstance(paid, Paid)
    assert paid.money == order.money
    (entry,) = scene.world.book.entries(Kind.CHARGE, order.attempt_id)
    assert (entry.money, entry.moved, entry.status) == (order.money, True, "successful")


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (None, Cancelled),
        ("customer_insufficient_funds", Declined),
        ("service_unavailable", Refused),
        ("timeout", Unknown),
    ],
)
async def test_hears_why_the_customer_did_not_pay(scene: Scene, reason: str | None, outcome: type[Outcome]) -> None:
    provider = scene.connect()
    order, _ = await play(provider, an_order())

    await scene.decide(Verdict(approved=False, reason=reason))

    assert isinstance(await provider.ask(order), outcome)
    assert scene.world.book.moved(Kind.CHARGE) == ()


@pytest.mark.parametrize(("country", "operator"), [("CI", "wave"), ("SN", "wave"), ("CI", "orange"), ("SN", "orange")])
@pytest.mark.parametrize(("button", "outcome", "back"), [("approve", Paid, "return"), ("decline", Cancelled, "cancel")])
async def test_sends_the_customer_to_a_page_and_back(
    scene: Scene, country: str, operator: str, button: str, outcome: type[Outcome], back: str
) -> None:
    provider = scene.connect()

    order, begun = await play(provider, an_order(country, operator))
    assert isinstance(begun, Accepted)
    shown = await provider.ask(order)
    assert isinstance(shown, ActionRequired)
    assert isinstance(shown.action, Redirect)
    went = await scene.open_page(shown.action.url, button)

    assert (went.status, went.headers["location"]) == (303, f"https://shop.example/{back}")
    assert isinstance(await provider.ask(keeping(order, shown)), outcome)


@pytest.mark.parametrize(("country", "workflow"), [("CI", "otp"), ("BF", ""), ("GN", "")])
async def test_is_paid_with_a_code_made_beforehand(scene: Scene, country: str, workflow: str) -> None:
    provider = scene.connect(settings={f"workflow_{country}": workflow} if workflow else None)
    order, wanted = await play(provider, an_order(country, "orange", 10_000))
    assert isinstance(wanted, ActionRequired)
    assert isinstance(wanted.action, Otp)
    assert order.customer is not None
    phone = order.customer.phone or ""
    code = scene.world.handset.send_code(provider="hub2", phone=phone, text="Code:")

    taken = await provider.authenticate(an_operation(order), code)

    assert isinstance(await provider.ask(keeping(order, taken)), Paid)
    assert scene.prompt().state is PromptState.USED


async def test_takes_another_code_after_a_wrong_one_and_stops_at_three(scene: Scene) -> None:
    provider = scene.connect(settings={"workflow_CI": "otp"})
    order, _ = await play(provider, an_order("CI", "orange"))

    for _ in range(2):
        order = keeping(order, await provider.authenticate(an_operation(order), "000000"))
        again = await provider.ask(order)
        assert isinstance(again, ActionRequired)
        order = keeping(order, again)
    order = keeping(order, await provider.authenticate(an_operation(order), "000000"))

    last = await provider.ask(order)
    assert isinstance(last, Declined)
    assert last.code is FailureCode.AUTHENTICATION_FAILED


async def test_pays_with_the_second_code_when_the_first_was_wrong(scene: Scene) -> None:
    provider = scene.connect(settings={"workflow_CI": "otp"})
    order, _ = await play(provider, an_order("CI", "orange"))
    order = keeping(order, await provider.authenticate(an_operation(order), "000000"))
    order = keeping(order, await provider.ask(order))
    code = scene.world.handset.send_code(provider="hub2", phone="2250700000000", text="Code:")

    order = keeping(order, await provider.authenticate(an_operation(order), code))

    assert isinstance(await provider.ask(order), Paid)
    assert len(scene.world.book.moved(Kind.CHARGE)) == 1


@pytest.mark.parametrize(("good", "outcome"), [(True, Paid), (False, Declined)])
async def test_hands_over_a_code_that_the_payment_asks_for(scene: Scene, good: bool, outcome: type[Outcome]) -> None:
    provider = scene.connect()
    order, _ = await play(provider, replace(an_order(), customer=Customer(phone="+2250700000200")))
    wanted = await provider.ask(order)
    assert isinstance(wanted, ActionRequired)
    assert isinstance(wanted.action, Otp)
    code = scene.prompt().code or ""

    order = keeping(order, wanted)
    taken = await provider.authenticate(an_operation(order), code if good else "wrong")

    assert isinstance(await provider.ask(keeping(order, taken)), outcome)


@pytest.mark.parametrize(("number", "outcome"), [("00000001", Paid), ("00000100", Declined)])
async def test_plays_the_sandboxs_own_numbers(scene: Scene, number: str, outcome: type[Outcome]) -> None:
    provider = scene.connect(Environment.SANDBOX)
    order, _ = await play(provider, replace(an_order(), customer=Customer(phone=f"+225{number}")))

    assert isinstance(await provider.ask(order), outcome)


@pytest.mark.parametrize("failing", [Failing.CUT_AFTER, Failing.ERROR_AFTER, Failing.GARBAGE_AFTER])
async def test_finds_the_charge_whose_answer_was_lost_and_makes_no_other(scene: Scene, failing: Failing) -> None:
    provider = scene.connect()
    scene.world.switch.set(Faults(failing=failing, path="/payment-intents/", method="POST", times=1))

    order, lost = await play(provider, an_order())
    assert isinstance(lost, Unknown)
    await scene.decide(YES)

    assert isinstance(await provider.ask(order), Paid)
    assert len(scene.world.book.entries(Kind.CHARGE)) == 1


@pytest.mark.parametrize("failing", [Failing.CUT_BEFORE, Failing.ERROR_BEFORE])
async def test_finds_nothing_when_the_attempt_never_arrived(scene: Scene, failing: Failing) -> None:
    provider = scene.connect()
    scene.world.switch.set(Faults(failing=failing, path="/payment-intents/", method="POST", times=1))

    order, lost = await play(provider, an_order())

    assert isinstance(lost, Unknown)
    assert await provider.ask(order) == Absent()
    assert scene.world.book.entries() == ()


async def test_keeps_to_the_limits_of_a_status_and_is_told_when_it_does_not(scene: Scene) -> None:
    provider = scene.connect()
    order, _ = await play(provider, an_order())
    scene.world.switch.set(Faults(rate_limits=True))

    for _ in range(5):
        scene.clock.advance(2)
        assert isinstance(await provider.ask(order), ActionRequired)
    hasty = [await provider.ask(order) for _ in range(6)]

    assert isinstance(hasty[-1], Unknown)


async def test_tells_of_each_step_by_a_signed_webhook(scene: Scene) -> None:
    provider = scene.connect()
    order, _ = await play(provider, an_order())
    await scene.decide(YES)

    events = await scene.events(provider)

    names = ["payment_intent.created", "payment.created", "payment.pending", "payment.succeeded"]
    assert [event.type for event in events] == names
    assert {(event.our_reference, event.reference) for event in events} == {(order.attempt_id, order.reference)}


async def test_signs_with_both_secrets_while_one_is_rotated(scene: Scene) -> None:
    provider = scene.connect()
    reply = await scene.send(HttpCall(method="POST", url=f"{scene.world.url}/_rotate-secret"))
    assert isinstance(reply, HttpReply)

    await play(provider, an_order())

    events = await scene.events(provider)
    assert len(events) == 3
    assert all("s0=" in webhook.headers["Hub2-Signature"] for webhook in scene.mailbox.arrived)
    forged = replace(raw(scene.mailbox.arrived[0]), body=b"{}")
    with pytest.raises(ForgedEvent):
        await provider.read_event(forged, scene.clock.now())


async def test_pays_out_and_finds_the_payout_whose_answer_was_lost(scene: Scene) -> None:
    provider = scene.connect()
    sent = await provider.payout(PAYOUT)
    assert isinstance(sent, Accepted)
    scene.world.switch.set(Faults(failing=Failing.CUT_AFTER, path="/transfers", method="POST"))
    another = replace(PAYOUT, attempt_id=an_order().attempt_id)
    lost = await provider.payout(another)

    assert isinstance(await provider.ask_payout(replace(PAYOUT, reference=sent.reference)), Paid)
    assert isinstance(lost, Unknown)
    assert isinstance(await provider.ask_payout(another), Paid)
    assert len(scene.world.book.moved(Kind.PAYOUT)) == 2


@pytest.mark.parametrize(("phone", "kind"), [("+2250700000404", Declined), ("+2250700000500", Accepted)])
async def test_hears_what_became_of_a_payout(scene: Scene, phone: str, kind: type[Outcome]) -> None:
    provider = scene.connect()
    sent = await provider.payout(replace(PAYOUT, phone=phone))
    assert isinstance(sent, Accepted)

    assert isinstance(await provider.ask_payout(replace(PAYOUT, phone=phone, reference=sent.reference)), kind)
    assert scene.world.book.moved(Kind.PAYOUT) == ()


@pytest.mark.parametrize(
    ("environment", "key", "kind"),
    [
        (Environment.LIVE, KEYS["live"], CredentialsAccepted),
        (Environment.SANDBOX, KEYS["sandbox"], CredentialsAccepted),
        (Environment.SANDBOX, KEYS["live"], CredentialsRefused),
        (Environment.LIVE, "made-up", CredentialsRefused),
    ],
)
async def test_checks_credentials(scene: Scene, environment: Environment, key: str, kind: type[object]) -> None:
    assert type(await scene.connect(environment, key).check()) is kind


async def test_is_refused_with_wrong_credentials_before_anything_is_made(scene: Scene) -> None:
    refused = await scene.connect(key="made-up").charge(an_order())

    assert isinstance(refused, Refused)
    assert (refused.code, refused.provider_code) == (FailureCode.INVALID_CREDENTIALS, "unauthorized")
    assert scene.world.book.entries() == ()


async def test_collects_what_the_payer_owes_and_books_what_was_ordered(scene: Scene) -> None:
    provider = scene.connect()
    order, _ = await play(provider, an_order("SN", "free", 5001))
    await scene.decide(YES)

    paid = await provider.ask(order)

    assert isinstance(paid, Paid)
    assert paid.money == Money(5001, Currency("XOF"))
    assert paid.details["collected_minor"] == "5005"


INTENT = {"customerReference": "c", "purchaseReference": "p", "amount": 1, "currency": "XOF"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/payment-intents", {**INTENT, "customerReference": ""}, 400),
        (
            "/payment-intents",
            {"customerReference": "a/b", "purchaseReference": "p", "amount": 1, "currency": "XOF"},
            400,
        ),
        (
            "/payment-intents",
            {"customerReference": "c", "purchaseReference": "p", "amount": "1", "currency": "XOF"},
            400,
        ),
        ("/payment-intents", {**INTENT, "amount": 0, "currency": "XOF"}, 400),
        ("/payment-intents", {**INTENT, "amount": 1, "currency": "EUR"}, 400),
        ("/payment-intents/pi_none/authentication", {"token": "t", "confirmationCode": "1"}, 404),
        ("/transfers", {"reference": "r"}, 400),
    ],
)
async def test_refuses_in_hub2s_own_words(scene: Scene, path: str, body: dict[str, object], status: int) -> None:
    headers = {"ApiKey": KEYS["live"], "MerchantId": "standin-merchant", "Environment": "live"}
    call = HttpCall(method="POST", url=scene.world.url + path, headers=headers, body=json.dumps(body).encode())

    reply = await scene.send(call)

    assert isinstance(reply, HttpReply)
    assert reply.status == status
    said = json.loads(reply.body)
    assert said.keys() == {"status", "code", "message", "request_id"}
    assert said["status"] == status


async def test_declining_twice_changes_nothing(scene: Scene) -> None:
    provider = scene.connect()
    order, _ = await play(provider, an_order())

    await scene.decide(YES)
    await scene.decide(NO)

    assert isinstance(await provider.ask(order), Paid)
