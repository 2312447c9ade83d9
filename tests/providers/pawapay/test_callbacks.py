"""Callbacks that are theirs, forged, stale, repeated, out of order or for somebody else."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.providers.pawapay.samples import (
    KEY,
    PAYOUT_KEY,
    REFUND_KEY,
    VECTORS,
    Answer,
    Json,
    a_record,
    answer,
    pawapay,
)
from zerofee.adapters.http.exchange import Silence
from zerofee.adapters.providers.pawapay.adapter import PawapayKind
from zerofee.domain.ports.provider import CannotVerify, ForgedEvent, ProviderEvent, RawEvent

CASES = {case["name"]: case for case in VECTORS["cases"]}
KEYS_PATH = "/v2/public-key/http"
PUBLISHED = answer(VECTORS["published_keys"])
NOW = datetime.fromtimestamp(1790171715, UTC)
HINT = {"unsigned_callbacks": "hint"}


def raw(name: str = "valid_der_sha512") -> RawEvent:
    request = CASES[name]["request"]
    return RawEvent(
        body=base64.b64decode(request["body_base64"]),
        headers={header.lower(): value for header, value in request["headers"].items()},
        method=request["method"],
        url=f"https://{request['authority']}{request['path']}",
    )


def unsigned(body: Json) -> RawEvent:
    return RawEvent(
        body=answer(body).body, headers={"content-type": "application/json"}, method="POST", url="https://a"
    )


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
async def test_gives_the_vectors_verdict_whole(case: Json) -> None:
    provider, line = pawapay({KEYS_PATH: PUBLISHED})
    now = datetime.fromtimestamp(case["now"], UTC)

    if case["expect"] == "accept":
        event = await provider.read_event(raw(case["name"]), now)
        assert event.our_reference == KEY
    else:
        with pytest.raises(ForgedEvent, match=f"^{case['reason']}$") as refused:
            await provider.read_event(raw(case["name"]), now)
        assert refused.value.stale is (case["reason"] == "expired")
    assert len(line.calls) <= 1


async def test_a_signed_callback_is_a_reason_to_ask_and_no_proof() -> None:
    """Its keys are the same for every account: a stranger's deposit under our id is signed by them too."""
    provider, _ = pawapay({KEYS_PATH: PUBLISHED})

    event = await provider.read_event(raw(), NOW)

    assert event == ProviderEvent(event_id=None, type="deposit.completed", our_reference=KEY, reference=KEY)


async def test_a_repeated_callback_says_the_same_and_has_no_id_but_its_bytes() -> None:
    provider, _ = pawapay({KEYS_PATH: PUBLISHED})

    first = await provider.read_event(raw(), NOW)
    again = await provider.read_event(raw(), NOW + timedelta(seconds=30))

    assert first == again
    assert first.event_id is None


async def test_another_connections_callback_is_forged() -> None:
    provider, _ = pawapay({KEYS_PATH: PUBLISHED})
    moved = replace(raw(), url=raw().url.replace("acct_1", "acct_2"))

    with pytest.raises(ForgedEvent, match="signature_invalid"):
        await provider.read_event(moved, NOW)


@pytest.mark.parametrize(
    ("body", "kind", "reference"),
    [
        (a_record("PROCESSING", authorizationUrl="https://w.test/1"), "deposit.processing", KEY),
        (a_record("PROCESSING"), "deposit.processing", KEY),
        (a_record("FAILED", failureReason={"failureCode": "PAYER_LIMIT_REACHED"}), "deposit.failed", KEY),
        (a_record("SOMETHING_NEW"), "deposit.something_new", KEY),
        (a_record("COMPLETED", amount="1000.5"), "deposit.completed", KEY),
        (a_record("COMPLETED", refundId=REFUND_KEY, payer=None), "refund.completed", REFUND_KEY),
        (a_record("FAILED", payoutId=PAYOUT_KEY, depositId=None), "payout.failed", PAYOUT_KEY),
        ({"status": "COMPLETED"}, "unreadable", None),
        ({}, "unreadable", None),
    ],
)
async def test_translates_every_kind(body: Json, kind: str, reference: str | None) -> None:
    provider, line = pawapay({}, settings=HINT)

    event = await provider.read_event(unsigned(body), NOW)

    assert (event.type, event.our_reference) == (kind, reference)
    assert line.calls == []


async def test_an_unsigned_callback_is_forged_unless_the_connection_says_otherwise() -> None:
    provider, line = pawapay({})

    with pytest.raises(ForgedEvent, match="missing_header"):
        await provider.read_event(unsigned(a_record("COMPLETED")), NOW)

    assert line.calls == []


async def test_a_bad_signature_is_not_saved_by_taking_unsigned_ones() -> None:
    provider, _ = pawapay({KEYS_PATH: PUBLISHED}, settings=HINT)

    with pytest.raises(ForgedEvent, match="digest_mismatch"):
        await provider.read_event(raw("tampered_body"), NOW)
    with pytest.raises(ForgedEvent, match="missing_header"):
        await provider.read_event(raw("missing_signature"), NOW)


async def test_keys_are_fetched_once_for_all_connections_to_a_host() -> None:
    kind = PawapayKind()
    first, first_line = pawapay({KEYS_PATH: PUBLISHED}, kind=kind)
    second, second_line = pawapay({KEYS_PATH: PUBLISHED}, kind=kind)

    await first.read_event(raw(), NOW)
    await second.read_event(raw("valid_second_published_key"), NOW)

    assert first_line.paths() == [f"GET {KEYS_PATH}"]
    assert second_line.calls == []


async def test_an_unknown_key_is_looked_up_once_a_minute() -> None:
    older = answer(VECTORS["published_keys"][:1])
    provider, line = pawapay({KEYS_PATH: [older, PUBLISHED]})
    await provider.read_event(raw(), NOW)

    for seconds in (1, 59):
        with pytest.raises(ForgedEvent, match="unknown_key"):
            await provider.read_event(raw("unknown_key_id"), NOW + timedelta(seconds=seconds))
    assert len(line.calls) == 1
    # The signature is of a minute ago; that its key was found is what counts here.
    with pytest.raises(ForgedEvent, match="expired"):
        await provider.read_event(raw("valid_second_published_key"), NOW + timedelta(seconds=61))

    assert len(line.calls) == 2


async def test_a_key_is_read_again_after_a_day() -> None:
    provider, line = pawapay({KEYS_PATH: [PUBLISHED, answer([]), Silence("read timeout")]})
    await provider.read_event(raw(), NOW)

    with pytest.raises(ForgedEvent, match="unknown_key"):
        await provider.read_event(raw(), NOW + timedelta(days=1))

    assert len(line.calls) == 2


@pytest.mark.parametrize("reply", [Silence("read timeout"), answer(b"", 500), answer(b"<html>"), answer([], 401)])
async def test_without_keys_nothing_is_verified_and_the_sender_tries_again(reply: Answer) -> None:
    provider, line = pawapay({KEYS_PATH: [reply, PUBLISHED]})

    for _ in range(2):
        with pytest.raises(CannotVerify):
            await provider.read_event(raw(), NOW)
    assert len(line.calls) == 1


async def test_old_keys_hold_while_pawapay_is_away() -> None:
    provider, _ = pawapay({KEYS_PATH: [PUBLISHED, Silence("read timeout")]})
    await provider.read_event(raw(), NOW)

    with pytest.raises(ForgedEvent, match="expired"):
        await provider.read_event(raw(), NOW + timedelta(days=2))
