"""Tinypay against zerofee's provider contract, with a fake of Tinypay at the other end."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from zerofee_tinypay.adapter import PROVIDER
from zerofee_tinypay.responses import REASONS, REFUSALS, Charge, read_charge, read_created
from zerofee_tinypay.webhooks import HEADER, sign

from zerofee.adapters.http.exchange import HttpCall, HttpReply
from zerofee.adapters.memory.clock import START, ToldClock
from zerofee.adapters.provider_kind import Opening
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId
from zerofee.domain.method import CARD
from zerofee.domain.money import Money
from zerofee.domain.outcome import Declined, Mismatch, Outcome, Refused, Unknown
from zerofee.domain.ports.provider import ChargeOrder, RawEvent
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode
from zerofee.testing.provider_contract import CallingProviderContract
from zerofee.testing.provider_scene import ProviderScene

URL: Final = "https://tinypay.test"
KEY: Final = Secret("tp_sandbox_0123456789abcdef")
SIGNING: Final = Secret("tp_signing_0123456789abcdef")
ORDER: Final = ChargeOrder(
    attempt_id=AttemptId("att_01JD00000000000000000000AA"),
    payment_id=PaymentId("pay_01JD00000000000000000000AA"),
    provider_key="0b0f1d5e-8a53-4d0c-9d52-7f4c27d9b6a1",
    money=Money(1234, Currency("EUR")),
    capture=CaptureMode.AUTOMATIC,
    method=CARD,
    country=None,
    operator=None,
    customer=None,
    merchant_reference=None,
    description=None,
    return_url="https://shop.example/return",
    cancel_url="https://shop.example/cancel",
    sent_at=START,
    expires_at=None,
)


@dataclass
class Fake:
    """Tinypay, as far as it is documented: charges by their key, and a webhook for each that is paid."""

    charges: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[RawEvent] = field(default_factory=list)

    async def __call__(self, call: HttpCall) -> HttpReply:
        """Answer one call."""
        if call.headers["authorization"] != f"Bearer {KEY.reveal()}":
            return HttpReply(status=401)
        place = urlsplit(call.url)
        match call.method, place.path:
            case "POST", "/v1/charges":
                return _said(201, self._charge(call))
            case "GET", "/v1/charges":
                (wanted,) = parse_qs(place.query)["reference"]
                return _said(200, {"data": [c for c in self.charges.values() if c["reference"] == wanted]})
            case _:
                return _said(200, {"object": "account"})

    async def press(self, _: Outcome) -> None:
        """Pay every charge, as the payer does on its page, and tell of it."""
        for charge in self.charges.values():
            charge["status"] = "paid"
            event = {"id": f"evt_{charge['id']}", "type": "charge.paid", "reference": charge["reference"]}
            body = msgspec.json.encode(event)
            self.events.append(RawEvent(body=body, headers={HEADER: sign(body, SIGNING)}, method="POST", url=URL))

    async def told(self) -> Sequence[RawEvent]:
        """Give the webhooks so far."""
        return self.events

    def moved(self) -> list[Money]:
        """Say what was taken."""
        paid = (charge for charge in self.charges.values() if charge["status"] == "paid")
        return [Money(charge["amount"], Currency(charge["currency"])) for charge in paid]

    def _charge(self, call: HttpCall) -> dict[str, Any]:
        key = call.headers["idempotency-key"]
        fresh = {**msgspec.json.decode(call.body), "id": f"ch_{len(self.charges)}", "status": "open"}
        return self.charges.setdefault(key, fresh | {"pay_url": f"{URL}/pay/{key}"})


def _said(status: int, body: object) -> HttpReply:
    return HttpReply(status=status, body=msgspec.json.encode(body))


class TestTinypay(CallingProviderContract):
    """Every promise of a provider that is reached over a network."""

    @pytest.fixture
    def scene(self) -> ProviderScene:
        """Give the adapter with the fake at the other end."""
        fake, clock = Fake(), ToldClock()
        opening = Opening(
            connection_id=ConnectionId("con_01JD00000000000000000000AA"),
            environment=Environment.SANDBOX,
            credentials={"api_key": KEY, "webhook_secret": SIGNING},
            settings={},
            send=fake,
            clock=clock,
            public_url="https://pay.example",
            base_url=URL,
            own_secret=Secret("of this connection alone"),
        )
        return ProviderScene(
            kind=PROVIDER,
            opening=opening,
            clock=clock,
            order=ORDER,
            moved=fake.moved,
            take_step=fake.press,
            events=fake.told,
        )


A_CHARGE: Final = Charge(id="ch_1", reference=ORDER.attempt_id, status="paid", amount=1234, currency="EUR")


@pytest.mark.parametrize(("status", "code"), REFUSALS.items())
def test_reads_each_refusal(status: int, code: FailureCode) -> None:
    """A definite no: the next provider may be tried."""
    assert read_created(HttpReply(status=status), ORDER) == Refused(code, provider_code=str(status))


@pytest.mark.parametrize(("reason", "code"), [*REASONS.items(), ("a_new_word", FailureCode.DECLINED)])
def test_reads_each_reason_for_a_no(reason: str, code: FailureCode) -> None:
    """Every documented word is in one class, and the word itself is kept."""
    declined = msgspec.structs.replace(A_CHARGE, status="declined", reason=reason)

    assert read_charge(declined, ORDER) == Declined(code, provider_code=reason, reference="ch_1")


def test_does_not_believe_another_charge() -> None:
    """OUT-5: whatever is of something else is for a person to look at."""
    told = read_charge(A_CHARGE, replace(ORDER, attempt_id=AttemptId("att_01JD00000000000000000000ZZ")))

    assert isinstance(told, Unknown)
    assert told.mismatch is Mismatch.REFERENCE


def test_does_not_guess_at_an_amount() -> None:
    """What cannot be counted is not paid."""
    assert isinstance(read_charge(msgspec.structs.replace(A_CHARGE, currency="ZZZ"), ORDER), Unknown)
