import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.providers.paypal.published import Json
from tests.providers.paypal.samples import (
    ATTEMPT_ID,
    NOW,
    ORDER_ID,
    REFUND_ID,
    WEBHOOK_ID,
    Hand,
    Line,
    a_capture,
    a_line,
    a_refund,
    amount,
    an_authorization,
    an_order,
    opened,
)
from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.adapters.providers.paypal.events import KNOWN, read_body
from zerofee.adapters.providers.paypal.webhooks import MAX_AGE
from zerofee.domain.ports.provider import CannotVerify, ForgedEvent, ProviderEvent, RawEvent

SIGNER: Final = "messageverificationcerts.sandbox.paypal.com"
PATH: Final = "/v1/notifications/certs/CERT-1"
KEY: Final = generate_private_key(65537, 2048)
CA_KEY: Final = generate_private_key(65537, 2048)


def a_certificate(
    name: str = SIGNER, issuer: str | None = None, signer: RSAPrivateKey = KEY, until: datetime | None = None
) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by = subject if issuer is None else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(KEY.public_key() if name != "CA" else CA_KEY.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(until or NOW + timedelta(days=365))
    )
    return built.sign(signer, SHA256()).public_bytes(Encoding.PEM)


def a_webhook(body: bytes, at: datetime = NOW, webhook_id: str = WEBHOOK_ID, key: RSAPrivateKey = KEY) -> RawEvent:
    time = at.isoformat().replace("+00:00", "Z")
    signed = f"69cd13f0|{time}|{webhook_id}|{crc32(body)}".encode()
    headers = {
        "paypal-transmission-id": "69cd13f0",
        "paypal-transmission-time": time,
        "paypal-transmission-sig": base64.b64encode(key.sign(signed, PKCS1v15(), SHA256())).decode(),
        "paypal-cert-url": f"https://api.sandbox.paypal.com{PATH}",
        "paypal-auth-algo": "SHA256withRSA",
    }
    return RawEvent(body=body, headers=headers, method="POST", url="https://pay.example/v1/webhooks/paypal")


def an_event(event_type: str, resource: Json, **changes: object) -> bytes:
    return json.dumps({"id": "WH-1", "event_type": event_type, "resource": resource, **changes}).encode()


def serving(*certificates: bytes) -> Line:
    return a_line({f"GET {PATH}": HttpReply(status=200, body=b"".join(certificates))})


BODY: Final = an_event("CHECKOUT.ORDER.APPROVED", an_order("APPROVED"))


async def test_reads_what_paypal_has_signed() -> None:
    event = await opened(serving(a_certificate())).read_event(a_webhook(BODY), NOW)

    assert event == ProviderEvent(
        event_id="WH-1",
        type="CHECKOUT.ORDER.APPROVED",
        our_reference=ATTEMPT_ID,
        reference=ORDER_ID,
    )


async def test_fetches_a_certificate_once_and_again_after_some_hours() -> None:
    line = serving(a_certificate())
    paypal = opened(line, clock := Hand())

    for _ in range(3):
        await paypal.read_event(a_webhook(BODY), NOW)
    assert len(line.sent(PATH)) == 1
    clock.move(hours=6)
    await paypal.read_event(a_webhook(BODY), clock.now())

    assert len(line.sent(PATH)) == 2


async def test_gives_a_repeated_webhook_the_same_id() -> None:
    """Deduplication is the inbox's, by this id: PayPal sends each event up to 25 times."""
    paypal = opened(serving(a_certificate()))

    first = await paypal.read_event(a_webhook(BODY), NOW)
    again = await paypal.read_event(a_webhook(BODY, NOW + timedelta(hours=2)), NOW + timedelta(hours=2))

    assert first == again


@pytest.mark.parametrize(
    "forged",
    [
        replace(a_webhook(BODY), body=BODY.replace(b"12.34", b"99.34")),
        a_webhook(BODY, key=CA_KEY),
        a_webhook(BODY, webhook_id="3JE4291016473214X"),
        a_webhook(BODY, webhook_id="WEBHOOK_ID"),
        replace(a_webhook(BODY), headers={}),
    ],
    ids=["changed", "other key", "another app's listener", "simulator", "unsigned"],
)
async def test_refuses_a_forged_webhook(forged: RawEvent) -> None:
    with pytest.raises(ForgedEvent) as refused:
        await opened(serving(a_certificate())).read_event(forged, NOW)

    assert not refused.value.stale


async def test_takes_the_simulator_only_where_it_is_asked_to() -> None:
    event = a_webhook(BODY, webhook_id="WEBHOOK_ID")
    willing = opened(serving(a_certificate()), settings={"simulator_events": "true"})

    assert (await willing.read_event(event, NOW)).event_id == "WH-1"


@pytest.mark.parametrize("age", [MAX_AGE + timedelta(seconds=1), -timedelta(minutes=6)])
async def test_refuses_a_webhook_that_is_not_of_now(age: timedelta) -> None:
    with pytest.raises(ForgedEvent) as refused:
        await opened(serving(a_certificate())).read_event(a_webhook(BODY, NOW - age), NOW)

    assert refused.value.stale


async def test_takes_the_last_try_of_a_delivery() -> None:
    """PayPal goes on for three days, and nobody has said that it signs anew each time."""
    event = await opened(serving(a_certificate())).read_event(a_webhook(BODY, NOW - timedelta(days=3)), NOW)

    assert event.event_id == "WH-1"


async def test_cannot_verify_without_a_webhook_id() -> None:
    line = serving(a_certificate())

    with pytest.raises(CannotVerify):
        await opened(line, credentials={"webhook_id": None}).read_event(a_webhook(BODY), NOW)
    assert line.calls == []


async def test_follows_a_chain_where_one_is_served() -> None:
    chain = (a_certificate(issuer="CA", signer=CA_KEY), a_certificate("CA", signer=CA_KEY))

    assert (await opened(serving(*chain)).read_event(a_webhook(BODY), NOW)).event_id == "WH-1"


@pytest.mark.parametrize(
    "served",
    [
        (a_certificate("attacker.example"),),
        (a_certificate(until=NOW - timedelta(seconds=1)),),
        (a_certificate(issuer="CA", signer=KEY), a_certificate("CA", signer=CA_KEY)),
        (a_certificate(issuer="CA", signer=CA_KEY), a_certificate("CA", signer=CA_KEY, until=NOW - timedelta(hours=1))),
        (b"<html></html>",),
    ],
    ids=["another's name", "expired", "broken chain", "expired issuer", "no certificate"],
)
async def test_trusts_no_certificate_that_does_not_hold(served: tuple[bytes, ...]) -> None:
    """With PayPal's API away there is no other way to verify, and the webhook is left for the next try."""
    with pytest.raises(CannotVerify):
        await opened(serving(*served)).read_event(a_webhook(BODY), NOW)


async def test_keeps_no_failure() -> None:
    line = a_line({f"GET {PATH}": [Silence("ReadTimeout"), HttpReply(status=200, body=a_certificate())]})
    paypal = opened(line)

    with pytest.raises(CannotVerify):
        await paypal.read_event(a_webhook(BODY), NOW)

    assert (await paypal.read_event(a_webhook(BODY), NOW)).event_id == "WH-1"


async def test_takes_certificates_from_where_the_operator_says_paypal_is() -> None:
    raw = a_webhook(BODY)
    raw = replace(raw, headers={**raw.headers, "paypal-cert-url": f"http://127.0.0.1:4010{PATH}"})

    event = await opened(serving(a_certificate()), base_url="http://127.0.0.1:4010/").read_event(raw, NOW)

    assert event.event_id == "WH-1"
    with pytest.raises(ForgedEvent):
        await opened(serving(a_certificate())).read_event(raw, NOW)


def related(resource: Callable[..., Json], *args: str, **changes: object) -> Json:
    return resource(*args, supplementary_data={"related_ids": {"order_id": ORDER_ID}}, **changes)


@pytest.mark.parametrize(
    ("event_type", "resource", "reference"),
    [
        ("CHECKOUT.ORDER.APPROVED", an_order("APPROVED"), ORDER_ID),
        ("PAYMENT.CAPTURE.COMPLETED", related(a_capture), ORDER_ID),
        ("PAYMENT.CAPTURE.PENDING", related(a_capture, "PENDING"), ORDER_ID),
        ("PAYMENT.CAPTURE.DENIED", related(a_capture, "DECLINED"), ORDER_ID),
        ("PAYMENT.CAPTURE.DECLINED", related(a_capture, "DECLINED", "OTHER"), ORDER_ID),
        ("PAYMENT.AUTHORIZATION.CREATED", related(an_authorization, custom_id=ATTEMPT_ID), ORDER_ID),
        ("PAYMENT.AUTHORIZATION.VOIDED", related(an_authorization, "VOIDED", custom_id=ATTEMPT_ID), ORDER_ID),
        ("PAYMENT.CAPTURE.REFUNDED", a_refund(custom_id=ATTEMPT_ID), REFUND_ID),
        ("PAYMENT.REFUND.PENDING", a_refund("PENDING", custom_id=ATTEMPT_ID), REFUND_ID),
        ("PAYMENT.REFUND.FAILED", a_refund("FAILED", custom_id=ATTEMPT_ID), REFUND_ID),
        ("PAYMENT.CAPTURE.REVERSED", a_refund(custom_id=ATTEMPT_ID), REFUND_ID),
        ("CHECKOUT.ORDER.COMPLETED", an_order("COMPLETED"), ORDER_ID),
        ("CHECKOUT.ORDER.DECLINED", an_order("CREATED"), ORDER_ID),
        ("CHECKOUT.ORDER.VOIDED", an_order("VOIDED"), ORDER_ID),
        (
            "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
            {"order_id": ORDER_ID, "purchase_units": [{"custom_id": ATTEMPT_ID, "amount": amount()}]},
            ORDER_ID,
        ),
    ],
)
def test_says_whom_each_event_is_about(event_type: str, resource: Json, reference: str) -> None:
    assert event_type in KNOWN
    assert read_body(an_event(event_type, resource)) == ProviderEvent(
        event_id="WH-1", type=event_type, our_reference=ATTEMPT_ID, reference=reference
    )


def test_tries_each_kind_of_event_above() -> None:
    tried = test_says_whom_each_event_is_about.pytestmark[0].args[1]  # type: ignore[attr-defined]

    assert {case[0] for case in tried} == KNOWN


@pytest.mark.parametrize("event_type", ["CUSTOMER.DISPUTE.CREATED", "BILLING.PLAN.CREATED", "NEW.NEXT.YEAR"])
def test_has_nothing_to_say_about_events_that_tell_nothing_of_a_payment(event_type: str) -> None:
    event = read_body(an_event(event_type, {"id": "PP-D-1", "amount": 7}))

    assert event == ProviderEvent(event_id="WH-1", type=event_type)


@pytest.mark.parametrize("resource", [{"amount": {"total": "7.47"}}, {"id": 7}, {}, []])
def test_names_nobody_where_nobody_is_named(resource: object) -> None:
    event = read_body(an_event("PAYMENT.CAPTURE.COMPLETED", resource))  # type: ignore[arg-type]

    assert (event.our_reference, event.reference) == (None, None)


@pytest.mark.parametrize("body", [b"", b"[]", b"hello", b"\xff", b'{"id":7}'])
def test_survives_a_body_that_says_nothing(body: bytes) -> None:
    assert read_body(body) == ProviderEvent(event_id=None, type="unreadable")
