"""Orders of ours, answers as pawaPay's documents show them, and a line to pawaPay on which they are given."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Send, Silence
from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.pawapay.adapter import Pawapay, PawapayKind
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, RefundId, WithdrawalId
from zerofee.domain.method import MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.ports.provider import ChargeOrder, OperationOrder, PayoutOrder, RefundOrder
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode

Json = dict[str, Any]
Answer = HttpReply | Silence

DATA: Final = Path(__file__).parents[2] / "contracts" / "data" / "pawapay"
VECTORS: Final[Json] = json.loads((DATA / "callback_vectors.json").read_text())
NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOKEN: Final = "eyJraWQiOiIxIn0.secret-token-of-the-sandbox"
KEY: Final = "f4401bd2-1568-4140-bf2d-eb77d2b2b639"
REFUND_KEY: Final = "0d4a6ac8-2f1e-4f8e-9f0c-0b1f0c4d5e6f"
PAYOUT_KEY: Final = "7c1f0b3e-91d5-4d6c-8d0e-3a2b1c0d9e8f"
XOF: Final = Currency("XOF")

ORDER: Final = ChargeOrder(
    attempt_id=AttemptId("att_01JD00000000000000000000AA"),
    payment_id=PaymentId("pay_01JD00000000000000000000AA"),
    provider_key=KEY,
    money=Money(1000, XOF),
    capture=CaptureMode.AUTOMATIC,
    method=MOBILE_MONEY,
    country=Country("CI"),
    operator="mtn",
    customer=Customer(name="Aïcha Koné", phone="+2250503456789"),
    merchant_reference="order-4711",
    description="Café & thé",
    return_url="https://pay.example/return/1",
    cancel_url="https://pay.example/cancel/1",
    sent_at=NOW,
    expires_at=None,
)
DEPOSIT_PLAN: Final = {
    "flow": "deposit",
    "amount": "1000",
    "provider": "MTN_MOMO_CIV",
    "phone": "2250503456789",
    "auth": "PROVIDER_AUTH",
}
PAGE_PLAN: Final = {"flow": "page", "amount": "1000", "phone": "2250503456789"}
PAGE_URL: Final = "https://sandbox.paywith.pawapay.io/?token=abc"
PLANNED: Final = replace(ORDER, details=DEPOSIT_PLAN)
PREAUTH: Final = replace(
    ORDER,
    country=Country("BF"),
    operator="orange",
    customer=Customer(phone="+22607345678"),
    details={
        **DEPOSIT_PLAN,
        "provider": "ORANGE_BFA",
        "phone": "22607345678",
        "auth": "PREAUTH",
        "ussd_code": "*144*4*6#",
    },
)
WAVE: Final = replace(ORDER, operator="wave", details={**DEPOSIT_PLAN, "provider": "WAVE_CIV", "auth": "REDIRECT_AUTH"})


def an_operation(charge: ChargeOrder) -> OperationOrder:
    return OperationOrder(
        charge=charge,
        attempt_id=AttemptId("att_01JD00000000000000000000BB"),
        provider_key="5f2d6c3a-0d5e-4f0b-8a5b-1c8f1a1e2b3c",
        money=charge.money,
        sent_at=NOW,
    )


def a_refund(minor: int = 1000, charge: ChargeOrder = PLANNED) -> RefundOrder:
    return RefundOrder(
        charge=charge,
        refund_id=RefundId("ref_01JD00000000000000000000AA"),
        attempt_id=AttemptId("att_01JD00000000000000000000CC"),
        provider_key=REFUND_KEY,
        money=Money(minor, charge.money.currency),
        reason=None,
        sent_at=NOW,
    )


def a_payout(operator: str | None = "mtn") -> PayoutOrder:
    return PayoutOrder(
        withdrawal_id=WithdrawalId("wdr_01JD00000000000000000000AA"),
        attempt_id=AttemptId("att_01JD00000000000000000000DD"),
        provider_key=PAYOUT_KEY,
        money=Money(1000, XOF),
        country=Country("CI"),
        operator=operator,
        phone="+2250503456789",
        name=None,
        sent_at=NOW,
    )


def answer(body: object, status: int = 200) -> HttpReply:
    return HttpReply(status=status, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def rejected(code: str, status: int = 200) -> HttpReply:
    reason = {"failureCode": code, "failureMessage": "in pawaPay's words"}
    return answer({"depositId": None, "status": "REJECTED", "failureReason": reason}, status)


def accepted(**more: object) -> HttpReply:
    return answer({"depositId": KEY, "status": "ACCEPTED", "created": "2026-11-24T12:00:01Z", **more})


def a_record(status: str, **changes: object) -> Json:
    record = {
        "depositId": KEY,
        "status": status,
        "amount": "1000.0000",
        "currency": "XOF",
        "country": "CIV",
        "payer": {"type": "MMO", "accountDetails": {"phoneNUmber": "2250503456789", "provider": "MTN_MOMO_CIV"}},
        "customerMessage": "Cafe the",
        "created": "2026-11-24T12:00:01Z",
        "metadata": {"orderId": "ORD-42"},
    }
    return {name: value for name, value in {**record, **changes}.items() if value is not None}


def found(status: str, **changes: object) -> HttpReply:
    return answer({"status": "FOUND", "data": a_record(status, **changes)})


NOT_FOUND: Final = answer({"status": "NOT_FOUND"})


def an_account(*providers: Json, country: str = "CIV", **more: object) -> HttpReply:
    """An active configuration in the shape of the reference."""
    return answer({"companyName": "Demo", "countries": [{"country": country, "providers": list(providers)}], **more})


def a_provider(code: str, currency: str = "XOF", **operations: object) -> Json:
    kinds = operations or {"DEPOSIT": {"decimalsInAmount": "NONE", "authType": "PROVIDER_AUTH"}}
    return {"provider": code, "currencies": [{"currency": currency, "operationTypes": kinds}]}


ACCOUNT: Final = an_account(a_provider("MTN_MOMO_CIV"), a_provider("ORANGE_CIV"))


@dataclass(slots=True)
class Line:
    """Gives one answer after another to each path, and keeps the calls."""

    answers: Mapping[str, list[Answer]]
    calls: list[HttpCall] = field(default_factory=list)

    async def __call__(self, call: HttpCall) -> Answer:
        self.calls.append(call)
        path = call.url.partition("pawapay.io")[2]
        waiting = self.answers.get(path)
        if not waiting:
            raise AssertionError(f"nobody awaits {call.method} {path}")
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def paths(self) -> list[str]:
        return [f"{call.method} {call.url.partition('pawapay.io')[2]}" for call in self.calls]

    def body(self, index: int = -1) -> Json:
        read: Json = json.loads(self.calls[index].body)
        return read


def pawapay(
    answers: Mapping[str, Answer | list[Answer]],
    *,
    settings: Mapping[str, str] | None = None,
    credentials: Mapping[str, Secret] | None = None,
    clock: ToldClock | None = None,
    kind: PawapayKind | None = None,
) -> tuple[Pawapay, Line]:
    """Open a connection whose calls are answered from `answers`, by path; the last answer of a path stays."""
    line = Line({path: given if isinstance(given, list) else [given] for path, given in answers.items()})
    opening = an_opening(line, clock or ToldClock(NOW), credentials or {"api_token": Secret(TOKEN)})
    return (kind or PawapayKind()).open(replace(opening, settings=settings or {})), line


def an_opening(send: Send, clock: ToldClock, credentials: Mapping[str, Secret]) -> Opening:
    return Opening(
        connection_id=ConnectionId("con_01JD00000000000000000000AA"),
        environment=Environment.SANDBOX,
        credentials=credentials,
        settings={},
        send=send,
        clock=clock,
        public_url="https://pay.example.test",
        own_secret=Secret("own"),
    )
