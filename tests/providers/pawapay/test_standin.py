"""The adapter against the stand-in, in process: each flow from the order to the money, and what goes wrong."""

import csv
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from tests.providers.pawapay.samples import (
    DATA,
    NOW,
    ORDER,
    PAYOUT_KEY,
    REFUND_KEY,
    XOF,
    Json,
    a_payout,
    a_refund,
    an_opening,
    an_operation,
)
from zerofee.adapters.http.exchange import HttpCall, HttpReply
from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.providers.pawapay.adapter import Pawapay, PawapayKind
from zerofee.adapters.providers.pawapay.operators import OFFERS, Auth
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp, Redirect, UssdPush
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
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
from zerofee.domain.ports.vault import Secret
from zerofee.entrypoints.standins import pawapay
from zerofee.entrypoints.standins.app import Standins, create_standins
from zerofee.entrypoints.standins.book import Kind
from zerofee.entrypoints.standins.direct import DirectSend
from zerofee.entrypoints.standins.faults import Failing, Faults
from zerofee.entrypoints.standins.handset import Verdict
from zerofee.entrypoints.standins.webhooks import Webhook

TOKEN: Final = "standin-pawapay-sandbox-token"
LIVE: Final = "standin-pawapay-live-token"
# A number that decides nothing by itself.
PHONE: Final = "+2250501020304"
ASKED: Final = replace(ORDER, customer=Customer(phone=PHONE))


@dataclass(slots=True)
class Scene:
    """The stand-in, a connection to it, and what it has told by callback."""

    standins: Standins
    clock: ToldClock
    told: list[Webhook]
    line: DirectSend = field(init=False)
    kind: PawapayKind = field(default_factory=PawapayKind)
    pawapay: Pawapay = field(init=False)

    def __post_init__(self) -> None:
        self.line = DirectSend({self.standins.url("pawapay"): self.standins.apps["pawapay"]})
        self.pawapay = self.connected(TOKEN)

    def connected(self, token: str, **settings: str) -> Pawapay:
        opening = an_opening(self.line, self.clock, {"api_token": Secret(token)})
        return self.kind.open(replace(opening, base_url=self.standins.url("pawapay"), settings=settings))

    async def call(self, method: str, path: str, body: object = None, token: str = TOKEN) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = b"" if body is None else json.dumps(body).encode()
        reply = await self.line(
            HttpCall(method=method, url=self.standins.url("pawapay") + path, headers=headers, body=content)
        )
        assert isinstance(reply, HttpReply)
        page = not reply.headers["content-type"].startswith("application/json")
        return reply.status, reply.body.decode() if page else json.loads(reply.body)

    async def sent(self, order: ChargeOrder, provider: Pawapay | None = None) -> tuple[ChargeOrder, Outcome]:
        """Plan and order, as the use case does, and keep what came back."""
        connected = provider or self.pawapay
        known = kept(order, await connected.charge(order))
        outcome = await connected.charge(known)
        return kept(known, outcome), outcome

    async def press(self, *, approved: bool, reason: str | None = None) -> None:
        await self.standins.handset.decide(
            self.standins.handset.prompts()[0].id, Verdict(approved=approved, reason=reason)
        )

    async def paid(self, order: ChargeOrder = ASKED) -> ChargeOrder:
        known, _ = await self.sent(order)
        await self.press(approved=True)
        return kept(known, await self.pawapay.ask(known))

    async def events(self) -> list[ProviderEvent]:
        await self.standins.worlds["pawapay"].webhooks.drain()
        return [await self.pawapay.read_event(raw(webhook), self.clock.now()) for webhook in self.told]

    def moved(self, kind: Kind = Kind.CHARGE) -> list[int]:
        return [entry.money.minor for entry in self.standins.worlds["pawapay"].book.moved(kind)]

    def break_(self, failing: Failing, path: str, times: int | None = 1) -> None:
        self.standins.worlds["pawapay"].switch.set(Faults(failing=failing, path=path, times=times))


def kept(order: ChargeOrder, outcome: Outcome) -> ChargeOrder:
    if not isinstance(outcome, Proceed | Paid | Accepted | ActionRequired):
        return order
    return replace(order, reference=outcome.reference or order.reference, details={**order.details, **outcome.details})


def raw(webhook: Webhook) -> RawEvent:
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    return RawEvent(body=webhook.body, headers=headers, method="POST", url=webhook.url)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    told: list[Webhook] = []

    async def post(webhook: Webhook) -> int:
        told.append(webhook)
        return 200

    clock = ToldClock(NOW)
    standins = create_standins(clock, kinds=(pawapay.STANDIN,), post=post, zerofee_url="https://pay.example.test")
    yield Scene(standins, clock, told)
    await standins.close()


async def test_a_payer_approves_on_the_phone(scene: Scene) -> None:
    known, shown = await scene.sent(ASKED)
    assert isinstance(shown, ActionRequired)
    assert isinstance(shown.action, UssdPush)
    assert await scene.pawapay.ask(known) == shown

    await scene.press(approved=True)

    assert await scene.pawapay.ask(known) == Paid(Money(1000, XOF), ORDER.provider_key, {"provider": "MTN_MOMO_CIV"})
    assert scene.moved() == [1000]
    [event] = await scene.events()
    assert (event.our_reference, event.type) == (ORDER.provider_key, "deposit.completed")


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (None, FailureCode.CUSTOMER_REJECTED),
        ("INSUFFICIENT_BALANCE", FailureCode.INSUFFICIENT_FUNDS),
        ("PAYER_LIMIT_REACHED", FailureCode.LIMIT_EXCEEDED),
    ],
)
async def test_a_payer_says_no(scene: Scene, reason: str | None, code: FailureCode) -> None:
    known, _ = await scene.sent(ASKED)

    await scene.press(approved=False, reason=reason)

    said = await scene.pawapay.ask(known)
    assert isinstance(said, Declined)
    assert said.code is code
    assert scene.moved() == []
    assert [event.type for event in await scene.events()] == ["deposit.failed"]


async def test_the_operator_is_predicted_from_the_number(scene: Scene) -> None:
    order = replace(ORDER, operator=None, customer=Customer(phone="+2250701020304"))

    known, shown = await scene.sent(order)

    assert isinstance(shown, ActionRequired)
    assert known.details["provider"] == "ORANGE_CIV"


@pytest.mark.parametrize("approved", [True, False])
async def test_a_customer_pays_on_the_page(scene: Scene, approved: bool) -> None:
    order = replace(ORDER, customer=None, operator=None)
    known, shown = await scene.sent(order)
    assert isinstance(shown, ActionRequired)
    assert isinstance(shown.action, Redirect)
    path = shown.action.url.removeprefix(scene.standins.url("pawapay"))
    assert "Pay 1000 XOF?" in (await scene.call("GET", path))[1]
    assert await scene.pawapay.ask(known) == ActionRequired(shown.action, ORDER.provider_key)

    verdict = "approve" if approved else "decline"
    reply = await scene.line(HttpCall(method="POST", url=f"{shown.action.url}/{verdict}"))

    assert isinstance(reply, HttpReply)
    assert reply.status == 303
    assert reply.headers["location"] == f"{ORDER.return_url}?depositId={ORDER.provider_key}"
    assert isinstance(await scene.pawapay.ask(known), Paid if approved else Declined)
    assert scene.moved() == ([1000] if approved else [])
    assert "not in use" in (await scene.call("GET", path))[1]


async def test_an_abandoned_page_expires(scene: Scene) -> None:
    known, shown = await scene.sent(replace(ORDER, customer=None, operator=None))
    assert isinstance(shown, ActionRequired)
    assert isinstance(shown.action, Redirect)

    scene.clock.advance(16 * 60)
    await scene.line(HttpCall(method="POST", url=f"{shown.action.url}/approve"))

    assert await scene.pawapay.ask(known) == Expired(ORDER.provider_key)
    assert scene.moved() == []
    assert await scene.events() == []


async def test_an_operator_redirects(scene: Scene) -> None:
    known, accepted = await scene.sent(replace(ASKED, operator="wave"))
    assert isinstance(accepted, Accepted)
    shown = await scene.pawapay.ask(known)
    assert isinstance(shown, ActionRequired)
    assert isinstance(shown.action, Redirect)

    reply = await scene.line(HttpCall(method="POST", url=f"{shown.action.url}/approve"))

    assert isinstance(reply, HttpReply)
    assert reply.headers["location"] == ORDER.return_url
    assert isinstance(await scene.pawapay.ask(known), Paid)
    events = await scene.events()
    assert [event.type for event in events] == ["deposit.processing", "deposit.completed"]


async def test_a_code_is_made_first(scene: Scene) -> None:
    order = replace(ORDER, country=Country("BF"), operator="orange", customer=Customer(phone="+22607010203"))
    known, shown = await scene.sent(order)
    assert isinstance(shown, ActionRequired)
    assert isinstance(shown.action, Otp)
    assert await scene.pawapay.ask(known) == shown
    code = scene.standins.handset.send_code(provider="pawapay", phone="22607010203", text="code")

    assert await scene.pawapay.authenticate(an_operation(known), code) == Accepted(ORDER.provider_key)

    assert isinstance(await scene.pawapay.ask(known), Paid)
    assert scene.moved() == [1000]


async def test_a_wrong_code_ends_the_deposit(scene: Scene) -> None:
    order = replace(ORDER, country=Country("BF"), operator="orange", customer=Customer(phone="+22607010203"))
    known, _ = await scene.sent(order)

    await scene.pawapay.authenticate(an_operation(known), "000000")

    assert isinstance(await scene.pawapay.ask(known), Declined)
    assert scene.moved() == []


@pytest.mark.parametrize(
    "failing", [Failing.ERROR_AFTER, Failing.GARBAGE_AFTER, Failing.CUT_AFTER, Failing.ERROR_BEFORE, Failing.CUT_BEFORE]
)
async def test_a_lost_answer_is_asked_about_and_a_second_send_charges_nobody_twice(
    scene: Scene, failing: Failing
) -> None:
    known = kept(ASKED, await scene.pawapay.charge(ASKED))
    scene.break_(failing, "/v2/deposits")

    assert isinstance(await scene.pawapay.charge(known), Unknown)
    arrived = failing not in {Failing.ERROR_BEFORE, Failing.CUT_BEFORE}
    assert isinstance(await scene.pawapay.ask(known), ActionRequired if arrived else Absent)
    assert isinstance(await scene.pawapay.charge(known), ActionRequired)
    await scene.press(approved=True)
    assert isinstance(await scene.pawapay.charge(known), Paid)

    assert len(scene.standins.handset.prompts()) == 1
    assert scene.moved() == [1000]


async def test_refunds_whole_and_in_parts(scene: Scene) -> None:
    known = await scene.paid()
    half = replace(a_refund(400, known), provider_key=str(UUID(int=1, version=4)))
    rest = replace(a_refund(600, known), provider_key=str(UUID(int=2, version=4)))
    more = replace(a_refund(1, known), provider_key=str(UUID(int=3, version=4)))

    assert await scene.pawapay.refund(half) == Accepted(half.provider_key)
    assert await scene.pawapay.ask_refund(half) == Paid(Money(400, XOF), half.provider_key)
    assert await scene.pawapay.refund(half) == Paid(Money(400, XOF), half.provider_key)
    whole = await scene.pawapay.refund(a_refund(1000, known))
    assert isinstance(whole, Refused)
    assert whole.provider_code == "AMOUNT_TOO_LARGE"
    assert await scene.pawapay.refund(rest) == Accepted(rest.provider_key)
    again = await scene.pawapay.refund(more)

    assert isinstance(again, Refused)
    assert again.code is FailureCode.DUPLICATE
    assert scene.moved(Kind.REFUND) == [400, 600]
    assert [event.our_reference for event in await scene.events()][1:] == [half.provider_key, rest.provider_key]


async def test_refunds_all_of_it(scene: Scene) -> None:
    known = await scene.paid()

    assert await scene.pawapay.ask_refund(a_refund(1000, known)) == Absent()
    assert await scene.pawapay.refund(a_refund(1000, known)) == Accepted(REFUND_KEY)
    assert await scene.pawapay.ask_refund(a_refund(1000, known)) == Paid(Money(1000, XOF), REFUND_KEY)


async def test_refunds_nothing_that_is_not_paid(scene: Scene) -> None:
    known, _ = await scene.sent(ASKED)

    early = await scene.pawapay.refund(a_refund(1000, known))
    never = await scene.pawapay.refund(a_refund(1000, replace(known, provider_key=PAYOUT_KEY)))

    assert isinstance(early, Refused)
    assert isinstance(never, Refused)
    assert (early.provider_code, never.provider_code) == ("INVALID_STATE", "NOT_FOUND")


async def test_pays_out(scene: Scene) -> None:
    assert await scene.pawapay.ask_payout(a_payout()) == Absent()
    assert await scene.pawapay.payout(a_payout()) == Accepted(PAYOUT_KEY)
    assert await scene.pawapay.ask_payout(a_payout()) == Paid(Money(1000, XOF), PAYOUT_KEY)
    assert await scene.pawapay.payout(a_payout()) == Paid(Money(1000, XOF), PAYOUT_KEY)

    assert scene.moved(Kind.PAYOUT) == [1000]


async def test_pays_out_no_more_than_the_wallet_holds(scene: Scene) -> None:
    codes = []
    for number in range(201):
        order = replace(a_payout(), provider_key=str(UUID(int=number, version=4)), money=Money(5_000_000, XOF))
        said = await scene.pawapay.payout(order)
        codes.append(said.provider_code if isinstance(said, Refused) else None)

    assert codes == [*[None] * 200, "PAWAPAY_WALLET_OUT_OF_FUNDS"]


async def test_every_number_of_the_sandbox_does_what_it_is_for(scene: Scene) -> None:
    """The table is the documented one; a number of the live environment decides nothing."""
    rows = list(csv.DictReader((DATA / "sandbox_msisdns.csv").read_text().splitlines()))
    wrong = []
    for number, row in enumerate(rows):
        kind, party = ("deposit", "payer") if row["operation"] == "DEPOSIT" else ("payout", "recipient")
        offer = next(offer for offer in OFFERS if offer.code == row["provider"])
        account = {"phoneNumber": row["msisdn"], "provider": offer.code}
        key = str(UUID(int=number, version=4))
        body = {
            f"{kind}Id": key,
            "amount": "5",
            "currency": offer.currency,
            party: {"type": "MMO", "accountDetails": account},
        }
        code = {"preAuthorisationCode": "123456"} if offer.auth is Auth.PREAUTH and kind == "deposit" else {}
        await scene.call("POST", f"/v2/{kind}s", {**body, **code})
        data = (await scene.call("GET", f"/v2/{kind}s/{key}"))[1]["data"]
        said = (data["status"], data.get("failureReason", {}).get("failureCode", ""))
        if said != (row["final_status"].replace("PENDING", "PROCESSING"), row["failure_code_v2"]):
            wrong.append((row, said))

    assert len(rows) == 275
    assert wrong == []


@pytest.mark.parametrize(
    ("phone", "operator", "outcome"),
    [
        ("+2250503456789", "mtn", Paid),
        ("+2250503456129", "mtn", ActionRequired),
        ("+2250503456039", "mtn", Declined),
    ],
)
async def test_a_sandbox_number_decides_by_itself(scene: Scene, phone: str, operator: str, outcome: type) -> None:
    known, _ = await scene.sent(replace(ORDER, operator=operator, customer=Customer(phone=phone)))

    assert isinstance(await scene.pawapay.ask(known), outcome)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "1000.0"}, "INVALID_AMOUNT"),
        ({"amount": "0"}, "AMOUNT_OUT_OF_BOUNDS"),
        ({"amount": "5000001"}, "AMOUNT_OUT_OF_BOUNDS"),
        ({"amount": "10.5"}, "INVALID_AMOUNT"),
        ({"amount": 1000}, "INVALID_PARAMETER"),
        ({"currency": "USD"}, "INVALID_CURRENCY"),
        ({"depositId": "1"}, "INVALID_PARAMETER"),
        ({"customerMessage": "é"}, "INVALID_PARAMETER"),
        ({"metadata": [{"a": "1"}, {"a": "2"}]}, "DUPLICATE_METADATA_FIELD"),
        ({"extra": None}, "UNSUPPORTED_PARAMETER"),
        ({"amount": None}, "INVALID_PARAMETER"),
    ],
)
async def test_refuses_as_pawapay_does(scene: Scene, changes: Json, code: str) -> None:
    status, answered = await scene.call("POST", "/v2/deposits", {**a_body(), **changes})

    assert answered["status"] == "REJECTED"
    assert answered["failureReason"]["failureCode"] == code
    assert status == (400 if code.endswith(("PARAMETER", "FIELD")) else 200)


async def test_refuses_an_account_that_cannot_be(scene: Scene) -> None:
    codes = []
    for phone, provider in [("22505", "MTN_MOMO_CIV"), ("221773456789", "MTN_MOMO_CIV"), ("2250503456789", "X_CIV")]:
        payer = {"type": "MMO", "accountDetails": {"phoneNumber": phone, "provider": provider}}
        _, answered = await scene.call("POST", "/v2/deposits", {**a_body(), "payer": payer})
        codes.append(answered["failureReason"]["failureCode"])

    assert codes == ["INVALID_PHONE_NUMBER", "INVALID_PHONE_NUMBER", "INVALID_PROVIDER"]


async def test_lets_nobody_in_without_the_right_token(scene: Scene) -> None:
    none, _ = await scene.call("GET", "/v2/active-conf", token="")
    wrong, body = await scene.call("POST", "/v2/deposits", a_body(), token="wrong")

    assert (none, wrong) == (401, 403)
    assert body["failureReason"]["failureCode"] == "AUTHENTICATION_ERROR"
    assert isinstance(await scene.connected("wrong").check(), CredentialsRefused)
    refused = await scene.connected("wrong").charge(ASKED)
    assert isinstance(refused, Refused)
    assert refused.code is FailureCode.INVALID_CREDENTIALS
    assert await scene.pawapay.check() == CredentialsAccepted()


async def test_the_environments_do_not_meet(scene: Scene) -> None:
    known = await scene.paid()

    assert await scene.connected(LIVE).ask(known) == Absent()


async def test_a_callback_of_another_stand_in_is_forged(scene: Scene) -> None:
    await scene.paid()
    await scene.events()
    moved = replace(raw(scene.told[0]), url="https://pay.example.test/v1/webhooks/pawapay/con_other")
    bent = replace(raw(scene.told[0]), body=scene.told[0].body.replace(b"1000.00", b"9000.00"))

    for forged in (moved, bent):
        with pytest.raises(ForgedEvent):
            await scene.pawapay.read_event(forged, scene.clock.now())
    with pytest.raises(ForgedEvent, match="expired") as old:
        await scene.pawapay.read_event(raw(scene.told[0]), scene.clock.now() + timedelta(minutes=5))
    assert old.value.stale


async def test_sends_a_callback_again_when_asked(scene: Scene) -> None:
    known, _ = await scene.sent(ASKED)
    path = f"/v2/deposits/resend-callback/{known.provider_key}"
    early = (await scene.call("POST", path))[1]["failureReason"]["failureCode"]
    await scene.press(approved=True)

    assert (await scene.call("POST", path))[1]["status"] == "ACCEPTED"

    assert early == "INVALID_STATE"
    first, second = await scene.events()
    assert first == second


async def test_counts_an_amount_with_decimals(scene: Scene) -> None:
    order = replace(
        ASKED,
        money=Money(1050, Currency("CDF")),
        country=Country("CD"),
        operator="airtel",
        customer=Customer(phone="+243971020304"),
    )

    known = await scene.paid(order)

    assert await scene.pawapay.ask(known) == Paid(order.money, ORDER.provider_key, {"provider": "AIRTEL_COD"})
    part = a_refund(250, known)
    assert await scene.pawapay.refund(part) == Accepted(REFUND_KEY)
    assert await scene.pawapay.ask_refund(part) == Paid(Money(250, Currency("CDF")), REFUND_KEY)


async def test_shows_the_wallet(scene: Scene) -> None:
    await scene.paid()

    _, body = await scene.call("GET", "/v2/wallet-balances?country=CIV")

    assert body == {"balances": [{"country": "CIV", "balance": "1000001000", "currency": "XOF", "provider": ""}]}


def a_body() -> Json:
    return {
        "depositId": ORDER.provider_key,
        "amount": "1000",
        "currency": "XOF",
        "payer": {"type": "MMO", "accountDetails": {"phoneNumber": "2250501020304", "provider": "MTN_MOMO_CIV"}},
    }
