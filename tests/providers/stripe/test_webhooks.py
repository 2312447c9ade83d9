import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.stripe.published import DATA, faults_of_object
from tests.providers.stripe.samples import (
    ATTEMPT_ID,
    INTENT_ID,
    NOW,
    SESSION_ID,
    SIGNING,
    Line,
    a_refund,
    a_session,
    an_intent,
    an_opening,
    stripe,
)
from zerofee.adapters.providers.stripe.adapter import PROVIDER, Stripe
from zerofee.adapters.providers.stripe.signature import verify
from zerofee.adapters.providers.stripe.webhooks import KNOWN, read_event
from zerofee.domain.currency import Currency
from zerofee.domain.money import Money
from zerofee.domain.ports.provider import ForgedEvent, ProviderEvent, RawEvent
from zerofee.domain.ports.vault import Secret

VECTORS: list[dict[str, Any]] = json.loads((DATA / "webhook_vectors.json").read_text())["cases"]
EUROS = Money(1234, Currency("EUR"))
HELD = {"payment_intent": INTENT_ID}
REFUND_ATTEMPT = "att_01JD00000000000000000000CC"
UNEXPANDED: dict[str, Any] = {"payment_intent": INTENT_ID}


def an_event(type: str, about: dict[str, Any], **changes: object) -> dict[str, Any]:  # noqa: A002  # Stripe's own word
    event = {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1795392000,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": type,
        "data": {"object": about},
    }
    return {**event, **changes}


def signed(event: object, secret: str = SIGNING, at: datetime = NOW) -> RawEvent:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    time = int(at.timestamp())
    mark = hmac.new(secret.encode(), b"%d.%b" % (time, body), hashlib.sha256).hexdigest()
    return RawEvent(
        body=body,
        headers={"stripe-signature": f"t={time},v1={mark},v0=0000"},
        method="POST",
        url="https://pay.example/v1/webhooks/stripe",
    )


def read(event: object) -> ProviderEvent:
    return heard(stripe()[0], signed(event))


def heard(provider: Stripe, raw: RawEvent, now: datetime = NOW) -> ProviderEvent:
    return read_event(raw, provider.account, now)


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_gives_each_vector_its_verdict(case: dict[str, Any]) -> None:
    body = base64.b64decode(case["payload_base64"])
    secrets = tuple(Secret(secret) for secret in case["secrets"])
    now = datetime.fromtimestamp(case["now"], UTC)
    said, stale = "ok", False

    try:
        verify(body, case["header"], secrets, now, case["tolerance"])
    except ForgedEvent as forged:
        said, stale = str(forged), forged.stale

    assert said == case["reason"]
    assert (said == "ok") is (case["expect"] == "valid")
    assert stale is said.startswith("timestamp_")


def test_the_vectors_are_all_there() -> None:
    assert len(VECTORS) == 52
    assert {case["reason"] for case in VECTORS} >= {"ok", "no_match", "timestamp_too_old", "timestamp_in_future"}


PAID: dict[str, Any] = {"status": "complete", "payment_status": "paid"}


@pytest.mark.parametrize("type_", sorted(name for name in KNOWN if name.startswith("checkout.session.")))
def test_reads_an_event_of_a_session(type_: str) -> None:
    event = an_event(type_, a_session(**UNEXPANDED, **PAID))

    assert faults_of_object(event, "event") == []
    assert read(event) == ProviderEvent(
        event_id="evt_1", type=type_, our_reference=ATTEMPT_ID, reference=SESSION_ID, details=HELD
    )


@pytest.mark.parametrize("type_", sorted(name for name in KNOWN if name.startswith("payment_intent.")))
@pytest.mark.parametrize("status", ["succeeded", "requires_payment_method", "a_new_word"])
def test_reads_an_event_of_an_intent(type_: str, status: str) -> None:
    told = read(an_event(type_, an_intent(status)))

    assert (told.our_reference, told.reference, told.details) == (ATTEMPT_ID, INTENT_ID, HELD)


@pytest.mark.parametrize("type_", ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"])
def test_reads_an_event_of_a_refund(type_: str) -> None:
    told = read(an_event(type_, a_refund()))

    assert (told.our_reference, told.reference) == (REFUND_ATTEMPT, "re_1")


@pytest.mark.parametrize(
    ("type_", "about"),
    [
        ("charge.refunded", {"id": "ch_1", "object": "charge", "metadata": {"zerofee_attempt_id": ATTEMPT_ID}}),
        ("charge.dispute.created", {"id": "dp_1", "object": "dispute", "payment_intent": INTENT_ID, "metadata": {}}),
    ],
)
def test_names_what_a_note_is_about(type_: str, about: dict[str, Any]) -> None:
    assert read(an_event(type_, about)).reference == about["id"]


def test_an_unknown_type_changes_nothing() -> None:
    assert read(an_event("customer.created", {"id": "cus_1"})) == ProviderEvent(
        event_id="evt_1", type="customer.created"
    )


@pytest.mark.parametrize(
    "about",
    [
        {"id": SESSION_ID, "metadata": {"zerofee_attempt_id": ATTEMPT_ID}},
        {"id": SESSION_ID, "object": "something.else", "metadata": {"zerofee_attempt_id": ATTEMPT_ID}},
        {**a_session(), "amount_total": "a lot", "status": "complete"},
        a_session(**PAID, **UNEXPANDED, currency="ugx"),
    ],
)
def test_a_body_of_another_version_still_says_whom_to_ask_about(about: dict[str, Any]) -> None:
    assert read(an_event("checkout.session.completed", about)).our_reference == ATTEMPT_ID


@pytest.mark.parametrize("about", [{"object": "payment_intent"}, {"id": 7}, {"id": "pi_1", "metadata": []}])
def test_names_nobody_where_nobody_is_named(about: dict[str, Any]) -> None:
    assert read(an_event("payment_intent.succeeded", about)) == ProviderEvent(
        event_id="evt_1", type="payment_intent.succeeded"
    )


def test_knows_the_payment_by_the_client_reference_alone() -> None:
    told = read(an_event("checkout.session.expired", a_session(status="expired", metadata=None)))

    assert told.our_reference == ATTEMPT_ID


def test_refuses_a_forged_event() -> None:
    provider, _ = stripe()
    good = signed(an_event("checkout.session.completed", a_session(**PAID, **UNEXPANDED)))
    changed = RawEvent(body=good.body.replace(b"1234", b"9999"), headers=good.headers, method="POST", url=good.url)

    for raw in (changed, signed({"id": "evt_1"}, secret="whsec_of_another_app")):
        with pytest.raises(ForgedEvent, match="no_match") as forged:
            heard(provider, raw, NOW)
        assert not forged.value.stale


@pytest.mark.parametrize("age", [timedelta(seconds=301), timedelta(days=2), timedelta(seconds=-301)])
def test_refuses_a_stale_event(age: timedelta) -> None:
    provider, _ = stripe()

    with pytest.raises(ForgedEvent, match="timestamp") as forged:
        heard(provider, signed(an_event("refund.created", a_refund()), at=NOW - age), NOW)

    assert forged.value.stale


def test_a_repeated_event_has_the_same_name_and_says_the_same() -> None:
    """Each delivery is signed anew; the inbox knows it again by the event's id."""
    provider, _ = stripe()
    event = an_event("refund.created", a_refund())
    later = NOW + timedelta(hours=1)

    assert heard(provider, signed(event), NOW) == heard(provider, signed(event, at=later), later)


@pytest.mark.parametrize(
    "event",
    [
        an_event("refund.created", a_refund(), livemode=True),
        {"id": "evt_1", "object": "v2.core.event", "type": "v1.billing.meter", "livemode": False},
        {"id": "evt_1", "object": "event", "type": "refund.created", "livemode": False},
        b"not json",
        b"\xff\xfe",
        b"",
    ],
)
def test_refuses_what_is_signed_but_no_event_of_ours(event: object) -> None:
    with pytest.raises(ForgedEvent):
        read(event)


def test_takes_no_event_without_a_secret() -> None:
    bare = PROVIDER.open(an_opening(Line(), credentials={"secret_key": Secret("sk_test_4eC39HqLyjWDarjtT1zdp7dc")}))

    with pytest.raises(ForgedEvent, match="no_secret"):
        heard(bare, signed(an_event("refund.created", a_refund()), secret=""), NOW)


def test_takes_either_secret_while_one_is_rolled() -> None:
    both = an_opening(
        Line(),
        credentials={
            "secret_key": Secret("sk_test_4eC39HqLyjWDarjtT1zdp7dc"),
            "webhook_secret": Secret(f"whsec_the_older_one {SIGNING}"),
        },
    )

    for secret in ("whsec_the_older_one", SIGNING):
        raw = signed(an_event("refund.created", a_refund()), secret=secret)
        assert heard(PROVIDER.open(both), raw).event_id == "evt_1"


def test_keeps_apart_the_accounts_that_share_an_endpoint() -> None:
    event = an_event("refund.created", a_refund(), account="acct_other")
    ours = PROVIDER.open(an_opening(Line(), settings={"account": "acct_ours"}))

    foreign = heard(ours, signed(event), NOW)
    own = heard(ours, signed({**event, "account": "acct_ours"}), NOW)

    assert (foreign.our_reference, foreign.reference) == (None, None)
    assert own.our_reference == REFUND_ATTEMPT
