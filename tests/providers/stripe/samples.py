"""Orders of ours, answers as Stripe has published them, and a line to Stripe on which they are given."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from tests.providers.stripe.published import Json, description, faults_of_call, faults_of_reply
from zerofee.adapters.http.exchange import HttpCall, HttpReply, Send, Silence
from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.stripe.adapter import PROVIDER, Stripe
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, RefundId
from zerofee.domain.method import CARD
from zerofee.domain.money import Money
from zerofee.domain.ports.provider import ChargeOrder, OperationOrder, RefundOrder
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode

NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEY: Final = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
SIGNING: Final = "whsec_test_7f3c0a9d5e2b4c61"
ATTEMPT_ID: Final = AttemptId("att_01JD00000000000000000000AA")
SESSION_ID: Final = "cs_test_a1"
INTENT_ID: Final = "pi_3"
EUR: Final = Currency("EUR")
ORDER: Final = ChargeOrder(
    attempt_id=ATTEMPT_ID,
    payment_id=PaymentId("pay_01JD00000000000000000000AA"),
    provider_key="0b0f1d5e-8a53-4d0c-9d52-7f4c27d9b6a1",
    money=Money(1234, EUR),
    capture=CaptureMode.AUTOMATIC,
    method=CARD,
    country=None,
    operator=None,
    customer=Customer(name="Aïcha Koné", email="aicha@example.com"),
    merchant_reference="order-4711",
    description="Two tickets & a drink",
    return_url="https://shop.example/return?order=4711&lang=fr",
    cancel_url="https://shop.example/cancel",
    sent_at=NOW,
    expires_at=None,
)
KNOWN: Final = replace(ORDER, reference=SESSION_ID)


def an_operation(charge: ChargeOrder = KNOWN, minor: int = 1234) -> OperationOrder:
    return OperationOrder(
        charge=charge,
        attempt_id=AttemptId("att_01JD00000000000000000000BB"),
        provider_key="5f2d6c3a-0d5e-4f0b-8a5b-1c8f1a1e2b3c",
        money=Money(minor, charge.money.currency),
        sent_at=NOW,
    )


def a_refund_order(minor: int = 1234, reference: str | None = None, reason: str | None = None) -> RefundOrder:
    return RefundOrder(
        charge=replace(KNOWN, details={"payment_intent": INTENT_ID}),
        refund_id=RefundId("ref_01JD00000000000000000000AA"),
        attempt_id=AttemptId("att_01JD00000000000000000000CC"),
        provider_key="9c1e2f3a-4b5c-4d6e-8f7a-0b1c2d3e4f5a",
        money=Money(minor, EUR),
        reason=reason,
        sent_at=NOW,
        reference=reference,
    )


def a_session(intent: Json | None = None, **changes: object) -> Json:
    ours = {"id": SESSION_ID, "client_reference_id": ATTEMPT_ID, "amount_total": 1234, "currency": "eur"}
    told = {"url": f"https://checkout.stripe.com/c/pay/{SESSION_ID}", "metadata": {"zerofee_attempt_id": ATTEMPT_ID}}
    if changes.get("status", "open") != "open":
        told["url"] = None  # type: ignore[assignment]  # a page that is closed has no address
    return {**_published("/v1/checkout/sessions/{session}"), **ours, **told, "payment_intent": intent, **changes}


def an_intent(status: str, **changes: object) -> Json:
    received = 1234 if status == "succeeded" else 0
    held = 1234 if status == "requires_capture" else 0
    ours = {"id": INTENT_ID, "currency": "eur", "last_payment_error": None, "latest_charge": None}
    sums = {"amount": 1234, "amount_received": received, "amount_capturable": held}
    named = {"metadata": {"zerofee_attempt_id": ATTEMPT_ID}}
    return {**_published("/v1/payment_intents/{intent}"), **ours, **sums, **named, "status": status, **changes}


def a_refund(status: str = "succeeded", **changes: object) -> Json:
    ours = {"id": "re_1", "amount": 1234, "currency": "eur", "payment_intent": INTENT_ID, "status": status}
    named = {"metadata": {"zerofee_attempt_id": "att_01JD00000000000000000000CC"}}
    return {**_published("/v1/refunds/{refund}"), **ours, **named, **changes}


def a_list(path: str, *items: Json, has_more: bool = False) -> Json:
    return {"object": "list", "url": path, "has_more": has_more, "data": list(items)}


def answer(body: Json, status: int = 200) -> HttpReply:
    return HttpReply(status=status, body=json.dumps(body).encode())


def error(status: int, code: str | None = None, type: str = "invalid_request_error", **more: str) -> HttpReply:  # noqa: A002
    told = {"type": type, "message": "…", **({} if code is None else {"code": code}), **more}
    return answer({"error": told}, status)


@dataclass
class Line:
    """A fake `Send`: gives what was laid out, in order, and holds each call and answer to what is published."""

    replies: list[HttpReply | Silence] = field(default_factory=list)
    calls: list[HttpCall] = field(default_factory=list)
    published: bool = True

    async def __call__(self, call: HttpCall) -> HttpReply | Silence:
        assert faults_of_call(call) == []
        self.calls.append(call)
        reply = self.replies.pop(0)
        if isinstance(reply, HttpReply) and self.published:
            assert faults_of_reply(call, reply) == []
        return reply

    @property
    def paths(self) -> list[str]:
        return [
            f"{call.method} {call.url.removeprefix('https://api.stripe.com').partition('?')[0]}" for call in self.calls
        ]


def an_opening(line: Send, **changes: Any) -> Opening:  # noqa: ANN401  # any field of an opening
    whole: dict[str, Any] = {
        "connection_id": ConnectionId("con_01JD00000000000000000000AA"),
        "environment": Environment.SANDBOX,
        "credentials": {"secret_key": Secret(KEY), "webhook_secret": Secret(SIGNING)},
        "settings": {},
        "send": line,
        "clock": ToldClock(NOW),
        "public_url": "https://pay.example",
        "own_secret": Secret("of no use to Stripe"),
    }
    return Opening(**{**whole, **changes})


def stripe(*replies: HttpReply | Silence, at: datetime = NOW, published: bool = True) -> tuple[Stripe, Line]:
    line = Line(list(replies), published=published)
    return PROVIDER.open(an_opening(line, clock=ToldClock(at))), line


def _published(path: str) -> Json:
    """Copy the example that Stripe's description gives of what a path answers."""
    responses: Mapping[str, Any] = description()["paths"][path]["get"]["responses"]
    example: Json = copy.deepcopy(responses["200"]["content"]["application/json"]["example"])
    return example
