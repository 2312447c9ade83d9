"""Orders of ours, answers of Hub2's, and a line on which they are given in turn."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Send, Silence
from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.hub2.adapter import PROVIDER
from zerofee.adapters.providers.hub2.operators import Approach, find_operator
from zerofee.adapters.providers.hub2.settings import Way
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, WithdrawalId
from zerofee.domain.method import MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.outcome import Details, Outcome
from zerofee.domain.ports.provider import ChargeOrder, OperationOrder, PayoutOrder, Provider
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode

DATA: Final = Path(__file__).parents[2] / "contracts/data/hub2"
NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
XOF: Final = Currency("XOF")
API_KEY: Final = "hub2-key-6dba71c0aa3e"
MERCHANT_ID: Final = "merchant-7"
WEBHOOK_SECRET: Final = "5f2aef1683bd513a5b26409e6cfbbe86"
TOKEN: Final = "eyJhbGciOiJIUzI1NiJ9.intent"
INTENT_ID: Final = "pi_Q1"
PAYMENT_ID: Final = "pay_Q1"
PHONES: Final[Mapping[str, str]] = {
    "CI": "+2250700000000",
    "SN": "+221770000000",
    "BJ": "+2290100000000",
    "BF": "+22670000000",
    "CM": "+237650000000",
    "ML": "+22370000000",
    "TG": "+22890000000",
    "GN": "+224620000000",
    "GA": "+24106000000",
}
ORDER: Final = ChargeOrder(
    attempt_id=AttemptId("att_01JD00000000000000000000AA"),
    payment_id=PaymentId("pay_01JD00000000000000000000AA"),
    provider_key="0b0f1d5e-8a53-4d0c-9d52-7f4c27d9b6a1",
    money=Money(5000, XOF),
    capture=CaptureMode.AUTOMATIC,
    method=MOBILE_MONEY,
    country=Country("CI"),
    operator="mtn",
    customer=Customer(phone=PHONES["CI"]),
    merchant_reference="order n° 4711",
    description="Two tickets",
    return_url="https://shop.example/return",
    cancel_url="https://shop.example/cancel",
    sent_at=NOW,
    expires_at=None,
)
PAYOUT: Final = PayoutOrder(
    withdrawal_id=WithdrawalId("wdr_01JD00000000000000000000AA"),
    attempt_id=AttemptId("att_01JD00000000000000000000CC"),
    provider_key="5f2d6c3a-0d5e-4f0b-8a5b-1c8f1a1e2b3c",
    money=Money(5000, XOF),
    country=Country("CI"),
    operator="mtn",
    phone=PHONES["CI"],
    name="Aïcha Koné",
    sent_at=NOW,
)


def an_order(country: str = "CI", operator: str = "mtn", minor: int = 5000) -> ChargeOrder:
    found = find_operator(Country(country), operator)
    assert found is not None
    return replace(
        ORDER,
        country=Country(country),
        operator=operator,
        money=Money(minor, found.nation.currency),
        customer=Customer(phone=PHONES[country]),
    )


def opened(order: ChargeOrder, details: Details | None = None, approach: str = "push") -> ChargeOrder:
    """Say the order again after its intent was made."""
    return replace(order, reference=INTENT_ID, details={"secret_token": TOKEN, "approach": approach, **(details or {})})


def attempted(order: ChargeOrder, approach: str = "push") -> ChargeOrder:
    """Say the order again after its attempt was taken."""
    return opened(order, {"payment_id": PAYMENT_ID}, approach)


def an_operation(charge: ChargeOrder) -> OperationOrder:
    return OperationOrder(
        charge=charge,
        attempt_id=AttemptId("att_01JD00000000000000000000BB"),
        provider_key="7a9d6c3a-0d5e-4f0b-8a5b-1c8f1a1e2b3c",
        money=charge.money,
        sent_at=NOW,
    )


def way(country: str = "CI", operator: str = "mtn", approach: Approach = Approach.PUSH) -> Way:
    found = find_operator(Country(country), operator)
    assert found is not None
    return Way(operator=found, approach=approach)


def a_payment(status: str = "pending", **changes: object) -> dict[str, Any]:
    return {"id": PAYMENT_ID, "status": status, "amount": 5000, "currency": "XOF", **changes}


def an_intent(status: str = "processing", *payments: Mapping[str, Any], **changes: object) -> dict[str, Any]:
    return {
        "id": INTENT_ID,
        "token": TOKEN,
        "status": status,
        "purchaseReference": ORDER.attempt_id,
        "customerReference": ORDER.payment_id,
        "amount": 5000,
        "currency": "XOF",
        "mode": "live",
        "payments": list(payments),
        **changes,
    }


def a_transfer(status: str = "created", **changes: object) -> dict[str, Any]:
    return {
        "id": "tr_Q1",
        "status": status,
        "reference": PAYOUT.attempt_id,
        "amount": 5000,
        "currency": "XOF",
        "mode": "live",
        **changes,
    }


def an_error(status: int, code: str = "some-code") -> HttpReply:
    return reply({"status": status, "code": code, "message": "No.", "request_id": "r-1"}, status)


def reply(body: object, status: int = 200) -> HttpReply:
    return HttpReply(status=status, headers={"content-type": "application/json"}, body=json.dumps(body).encode())


@dataclass
class Line:
    """Gives the answers it was given, in turn, and remembers what was asked."""

    answers: list[HttpReply | Silence]
    calls: list[HttpCall] = field(default_factory=list)

    async def __call__(self, call: HttpCall) -> HttpReply | Silence:
        self.calls.append(call)
        return self.answers.pop(0)

    @property
    def asked(self) -> list[str]:
        return [f"{call.method} {call.url.removeprefix('https://api.hub2.io')}" for call in self.calls]

    def sent(self, place: int = -1) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.calls[place].body)
        return body


def line(*answers: HttpReply | Silence) -> Line:
    return Line(list(answers))


def an_opening(
    send: Send,
    environment: Environment = Environment.LIVE,
    settings: Mapping[str, str] | None = None,
    base_url: str | None = None,
) -> Opening:
    return Opening(
        connection_id=ConnectionId("con_01JD00000000000000000000AA"),
        environment=environment,
        credentials={
            "api_key": Secret(API_KEY),
            "merchant_id": Secret(MERCHANT_ID),
            "webhook_secret": Secret(WEBHOOK_SECRET),
        },
        settings=settings or {},
        send=send,
        clock=ToldClock(NOW),
        public_url="https://pay.example",
        base_url=base_url,
        own_secret=Secret("derived"),
    )


def hub2(send: Send, environment: Environment = Environment.LIVE, **settings: str) -> Provider:
    return PROVIDER.open(an_opening(send, environment, settings))


def details_of(outcome: Outcome) -> Details:
    found = getattr(outcome, "details", None)
    assert found is not None, f"{outcome} keeps nothing"
    return dict(found)
