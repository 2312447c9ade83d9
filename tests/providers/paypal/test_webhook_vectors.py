import base64
import json
from datetime import datetime
from typing import Any, Final

import pytest

from tests.providers.paypal.published import DATA
from tests.providers.paypal.samples import a_line, opened, replied
from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.domain.ports.provider import CannotVerify, ForgedEvent, RawEvent
from zerofee.domain.scope import Environment

VECTORS: Final[dict[str, Any]] = json.loads((DATA / "webhook_vectors.json").read_text())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
async def test_gives_each_published_vector_its_verdict(case: dict[str, Any]) -> None:
    """PayPal's API is away, so that the offline check alone decides; nothing is fetched that must not be."""
    served = {
        f"GET {url.partition('paypal.com')[2]}": HttpReply(status=200, body=VECTORS["certs"][name].encode())
        for url, name in case["serve"].items()
        if "paypal.com/" in url
    }
    line = a_line(served)
    paypal = opened(
        line,
        environment=Environment(case["environment"]),
        settings={"simulator_events": "true"} if case["allow_mock"] else {},
        credentials={"webhook_id": case["webhook_id"]},
    )
    raw = RawEvent(
        body=base64.b64decode(case["body_base64"]),
        headers={name.lower(): value for name, value in case["headers"].items()},
        method="POST",
        url="https://pay.example/v1/webhooks/paypal",
    )
    now = datetime.fromisoformat(case["now"])

    reason = "ok"
    try:
        event = await paypal.read_event(raw, now)
        assert event.event_id
    except (ForgedEvent, CannotVerify) as refused:
        reason = str(refused).partition(":")[0]

    assert reason == case["reason"].removesuffix("_mock")
    if not case["may_fetch_cert"]:
        assert line.calls == []


@pytest.mark.parametrize("name", ["cert_not_served", "cert_is_html", "cert_is_empty"])
async def test_asks_paypal_when_the_certificate_cannot_be_had(name: str) -> None:
    case = next(case for case in VECTORS["cases"] if case["name"] == name)
    raw = RawEvent(
        body=base64.b64decode(case["body_base64"]),
        headers={name.lower(): value for name, value in case["headers"].items()},
        method="POST",
        url="https://pay.example/v1/webhooks/paypal",
    )
    now = datetime.fromisoformat(case["now"])
    asked = "POST /v1/notifications/verify-webhook-signature"

    good = a_line({asked: replied(200, {"verification_status": "SUCCESS"})})
    event = await opened(good, environment=Environment.LIVE).read_event(raw, now)
    bad = a_line({asked: replied(200, {"verification_status": "FAILURE"})})
    away = a_line({asked: Silence("ReadTimeout")})
    with pytest.raises(ForgedEvent):
        await opened(bad, environment=Environment.LIVE).read_event(raw, now)
    with pytest.raises(CannotVerify):
        await opened(away, environment=Environment.LIVE).read_event(raw, now)

    assert event.type == "PAYMENT.CAPTURE.COMPLETED"
    assert raw.body in good.sent("verify-webhook-signature")[0].body
