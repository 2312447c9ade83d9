"""Orders of ours, answers as PayPal gives them, and a line to PayPal on which they are given."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from tests.providers.paypal.published import faults_of_call
from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence
from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.paypal.adapter import PayPal, PayPalKind
from zerofee.adapters.providers.paypal.responses import View
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, RefundId
from zerofee.domain.method import PAYPAL
from zerofee.domain.money import Money
from zerofee.domain.ports.provider import ChargeOrder, OperationOrder, RefundOrder
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode

Json = dict[str, Any]
Answer = HttpReply | Silence

NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CLIENT_ID: Final = "AZDxjDScFpQtjWTOUtWKbyN_bDt4OgqaF4eYXlewfBP4"
CLIENT_SECRET: Final = "EGnHDxD_qRPdaLdZz8iCr8N7_MzF-YHPTkjs6NKYQvQS"
WEBHOOK_ID: Final = "1JE4291016473214C"
API: Final = "https://api-m.sandbox.paypal.com"
PAYER: Final = "https://www.sandbox.paypal.com"
SCOPES: Final = (
    "https://uri.paypal.com/services/payments/realtimepayment https://uri.paypal.com/services/payments/refund "
    "https://uri.paypal.com/services/applications/webhooks"
)
ORDER_ID: Final = "5O190127TN364715T"
CAPTURE_ID: Final = "2GG279541U471931P"
AUTHORIZATION_ID: Final = "0VF52814937998046"
REFUND_ID: Final = "1JU08902781691411"
EUR: Final = Currency("EUR")
ATTEMPT_ID: Final = AttemptId("att_01JD00000000000000000000AA")

ORDER: Final = ChargeOrder(
    attempt_id=ATTEMPT_ID,
    payment_id=PaymentId("pay_01JD00000000000000000000AA"),
    provider_key="0b0f1d5e-8a53-4d0c-9d52-7f4c27d9b6a1",
    money=Money(1234, EUR),
    capture=CaptureMode.AUTOMATIC,
    method=PAYPAL,
    country=None,
    operator=None,
    customer=Customer(name="Aïcha Koné", email="aicha@example.com"),
    merchant_reference="order-4711",
    description="Two tickets\n& a drink",
    return_url="https://shop.example/return?order=4711&lang=fr",
    cancel_url="https://shop.example/cancel",
    sent_at=NOW,
    expires_at=None,
)
KNOWN: Final = replace(ORDER, reference=ORDER_ID)
APPROVED: Final = replace(KNOWN, details={"approved": "1"})
HELD: Final = replace(KNOWN, capture=CaptureMode.MANUAL, details={"authorization_id": AUTHORIZATION_ID})
VIEW: Final = View(KNOWN, NOW, PAYER)


def an_operation(charge: ChargeOrder = HELD, minor: int = 1234) -> OperationOrder:
    return OperationOrder(
        charge=charge,
        attempt_id=AttemptId("att_01JD00000000000000000000BB"),
        provider_key="5f2d6c3a-0d5e-4f0b-8a5b-1c8f1a1e2b3c",
        money=Money(minor, charge.money.currency),
        sent_at=NOW,
    )


def a_refund_order(minor: int = 1234, reference: str | None = None, charge: ChargeOrder | None = None) -> RefundOrder:
    return RefundOrder(
        charge=charge or replace(KNOWN, details={"capture_id": CAPTURE_ID}),
        refund_id=RefundId("ref_01JD00000000000000000000AA"),
        attempt_id=AttemptId("att_01JD00000000000000000000CC"),
        provider_key="9c1e2f3a-4b5c-4d6e-8f7a-0b1c2d3e4f5a",
        money=Money(minor, EUR),
        reason="changed my mind",
        sent_at=NOW,
        reference=reference,
    )


def amount(value: str = "12.34", code: str = "EUR") -> Json:
    return {"currency_code": code, "value": value}


def an_order(status: str = "PAYER_ACTION_REQUIRED", payments: Json | None = None, **changes: object) -> Json:
    unit: Json = {"reference_id": "default", "custom_id": ATTEMPT_ID, "amount": amount()}
    if payments is not None:
        unit["payments"] = payments
    links = [
        {"rel": "self", "method": "GET", "href": f"{API}/v2/checkout/orders/{ORDER_ID}"},
        {"rel": "payer-action", "method": "GET", "href": f"{PAYER}/checkoutnow?token={ORDER_ID}"},
    ]
    return {"id": ORDER_ID, "status": status, "purchase_units": [unit], "links": links, **changes}


def a_capture(status: str = "COMPLETED", reason: str | None = None, **changes: object) -> Json:
    told: Json = {"id": CAPTURE_ID, "status": status, "amount": amount(), "final_capture": True}
    if reason is not None:
        told["status_details"] = {"reason": reason}
    return {**told, "custom_id": ATTEMPT_ID, **changes}


def an_authorization(status: str = "CREATED", **changes: object) -> Json:
    expiry = "2026-12-23T12:00:00Z"
    return {"id": AUTHORIZATION_ID, "status": status, "amount": amount(), "expiration_time": expiry, **changes}


def a_refund(status: str = "COMPLETED", **changes: object) -> Json:
    return {"id": REFUND_ID, "status": status, "amount": amount(), **changes}


def captured(*captures: Json, **changes: object) -> Json:
    return an_order("COMPLETED", {"captures": list(captures or [a_capture()])}, **changes)


def a_problem(issue: str, name: str = "UNPROCESSABLE_ENTITY", links: tuple[Json, ...] = ()) -> Json:
    details = [{"issue": issue, "description": f"About {issue}."}]
    return {"name": name, "message": "No.", "debug_id": "90957fca61718", "details": details, "links": list(links)}


def replied(status: int, body: object = None) -> HttpReply:
    return HttpReply(status=status, body=b"" if body is None else json.dumps(body).encode())


def a_token(value: str = "A21AAToken", expires_in: int = 32400, scope: str = SCOPES) -> HttpReply:
    told = {"access_token": value, "token_type": "Bearer", "expires_in": expires_in, "scope": scope}
    return replied(200, told)


@dataclass(slots=True)
class Line:
    """Answers each kind of call from its own list, the last one for ever; each call must fit what is published."""

    answers: Mapping[str, list[Answer]]
    calls: list[HttpCall] = field(default_factory=list)

    async def __call__(self, call: HttpCall) -> Answer:
        self.calls.append(call)
        if not call.url.partition("/v1/notifications/certs/")[1]:
            assert faults_of_call(call) == []
        path = urlsplit(call.url).path
        found = next((told for key, told in self.answers.items() if f"{call.method} {path}".endswith(key)), None)
        if found is None:
            return Silence("nobody answers here")
        return found.pop(0) if len(found) > 1 else found[0]

    def paths(self) -> list[str]:
        return [f"{call.method} {urlsplit(call.url).path}" for call in self.calls if not call.url.endswith("/token")]

    def sent(self, ending: str) -> list[HttpCall]:
        return [call for call in self.calls if urlsplit(call.url).path.endswith(ending)]


TOKEN: Final = "POST /v1/oauth2/token"
CREATE: Final = "POST /v2/checkout/orders"
SHOW: Final = f"GET /v2/checkout/orders/{ORDER_ID}"
CAPTURE: Final = f"POST /v2/checkout/orders/{ORDER_ID}/capture"
AUTHORIZE: Final = f"POST /v2/checkout/orders/{ORDER_ID}/authorize"
SHOW_CAPTURE: Final = f"GET /v2/payments/captures/{CAPTURE_ID}"
REFUND: Final = f"POST /v2/payments/captures/{CAPTURE_ID}/refund"
SHOW_REFUND: Final = f"GET /v2/payments/refunds/{REFUND_ID}"
CAPTURE_HELD: Final = f"POST /v2/payments/authorizations/{AUTHORIZATION_ID}/capture"
VOID: Final = f"POST /v2/payments/authorizations/{AUTHORIZATION_ID}/void"
ASK_PAYPAL: Final = "POST /v1/notifications/verify-webhook-signature"


def a_line(answers: Mapping[str, Answer | list[Answer]] | None = None) -> Line:
    told = {TOKEN: a_token(), **(answers or {})}
    return Line({key: value if isinstance(value, list) else [value] for key, value in told.items()})


@dataclass(slots=True)
class Hand:
    """A clock that stands until it is moved."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def follow(self, told: datetime) -> None:
        self.at = told

    async def sleep(self, seconds: int) -> None:
        self.move(seconds=seconds)

    def move(self, **by: int) -> None:
        self.at += timedelta(**by)


def secrets(**changes: str | None) -> dict[str, Secret]:
    given = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "webhook_id": WEBHOOK_ID, **changes}
    return {name: Secret(value) for name, value in given.items() if value is not None}


def opened(
    line: Line | Callable[..., Any],
    clock: Hand | None = None,
    *,
    kind: PayPalKind | None = None,
    environment: Environment = Environment.SANDBOX,
    settings: Mapping[str, str] | None = None,
    base_url: str | None = None,
    credentials: Mapping[str, str | None] | None = None,
) -> PayPal:
    return (kind or PayPalKind()).open(
        Opening(
            connection_id=ConnectionId("con_01JD00000000000000000000AA"),
            environment=environment,
            credentials=secrets(**(credentials or {})),
            settings=settings or {},
            send=line,
            clock=clock or Hand(),
            public_url="https://pay.example",
            own_secret=Secret("own"),
            base_url=base_url,
        )
    )
