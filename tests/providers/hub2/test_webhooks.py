import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.providers.hub2.samples import DATA, NOW, hub2, line
from zerofee.adapters.providers.hub2.webhooks import translate, verify
from zerofee.domain.ports.provider import ForgedEvent, RawEvent
from zerofee.domain.ports.vault import Secret

VECTORS = json.loads((DATA / "webhook_vectors.json").read_text())
CASES = VECTORS["cases"]


def a_webhook(case: dict[str, Any]) -> RawEvent:
    return RawEvent(
        body=base64.b64decode(case["body_base64"]),
        headers={name.lower(): value for name, value in case["headers"].items()},
        method="POST",
        url="https://pay.example/v1/webhooks/hub2",
    )


def known(case: dict[str, Any]) -> tuple[Secret, ...]:
    return tuple(Secret(VECTORS["secrets"][name]) for name in case["receiver_knows"])


def a_body(body: object) -> RawEvent:
    return RawEvent(body=json.dumps(body).encode(), headers={}, method="POST", url="")


def test_knows_all_the_cases() -> None:
    assert len(CASES) == 25
    assert {case["expect"] for case in CASES} == {"accept", "reject"}


@pytest.mark.parametrize("case", [case for case in CASES if case["expect"] == "accept"], ids=lambda case: case["name"])
def test_accepts_what_hub2_signed(case: dict[str, Any]) -> None:
    raw = a_webhook(case)

    verify(raw, known(case))

    assert translate(raw).event_id is None


@pytest.mark.parametrize("case", [case for case in CASES if case["expect"] == "reject"], ids=lambda case: case["name"])
def test_refuses_what_hub2_did_not_sign(case: dict[str, Any]) -> None:
    with pytest.raises(ForgedEvent, match=case["reason"]):
        verify(a_webhook(case), known(case))


def test_refuses_everything_without_a_secret() -> None:
    with pytest.raises(ForgedEvent):
        verify(a_webhook(CASES[0]), ())


async def test_refuses_another_connections_webhook_at_the_door() -> None:
    with pytest.raises(ForgedEvent):
        await hub2(line()).read_event(a_webhook(CASES[0]), NOW)


def test_says_of_a_repeat_the_same_again() -> None:
    assert translate(a_webhook(CASES[0])) == translate(a_webhook(CASES[0]))


PAYMENT = {"id": "pay_1", "intentId": "pi_1", "purchaseReference": "att_1"}
TRANSFER = {"id": "tr_1", "reference": "att_2"}


@pytest.mark.parametrize(
    ("body", "kind", "ours", "theirs"),
    [
        ({"type": "payment.succeeded", "data": PAYMENT}, "payment.succeeded", "att_1", "pi_1"),
        (
            {"event": "payment_intent.created", "data": {"object": {"id": "pi_1"}}},
            "payment_intent.created",
            None,
            "pi_1",
        ),
        ({"type": "transfer.failed", "id": "evt_1", "data": TRANSFER}, "transfer.failed", "att_2", "tr_1"),
        ({"id": "pi_1", "status": "successful", "purchaseReference": "att_1"}, "unnamed", "att_1", "pi_1"),
        ({"eventType": "payment.pending", "payment": {"paymentIntentId": "pi_1"}}, "payment.pending", None, "pi_1"),
    ],
)
def test_finds_what_it_is_about_wherever_it_is_told(body: object, kind: str, ours: str, theirs: str) -> None:
    event = translate(a_body(body))

    assert (event.type, event.our_reference, event.reference) == (kind, ours, theirs)


@pytest.mark.parametrize("body", [{"type": "merchant.renamed", "data": {"status": "successful"}}, {}, {"id": None}])
def test_names_nobody_where_nobody_is_named(body: object) -> None:
    event = translate(a_body(body))

    assert (event.our_reference, event.reference) == (None, None)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\xff", b'{"type":'])
def test_reads_a_signed_mess_as_nothing(body: bytes) -> None:
    event = translate(replace(a_body({}), body=body))

    assert (event.type, event.our_reference) == ("unreadable", None)
