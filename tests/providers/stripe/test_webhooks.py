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
from zerofee.adapters.providers.stripe.adapter import PROVIDER
from zerofee.adapters.providers.stripe.signature import verify
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.outcome import Accepted, Authorized, Cancelled, Declined, Expired, Outcome, Paid, Unknown
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
    provider, _ = stripe()
    return provider.read_event(signed(event), NOW)


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
SESSION_EVENTS: list[tuple[str, dict[str, Any], Outcome]] = [
    ("checkout.session.completed", PAID, Paid(EUROS, SESSION_ID)),
    ("checkout.session.completed", {"status": "complete"}, Accepted(SESSION_ID)),
    ("checkout.session.async_payment_succeeded", PAID, Paid(EUROS, SESSION_ID)),
    (
        "checkout.session.async_payment_failed",
        {"status": "complete"},
        Declined(FailureCode.DECLINED, reference=SESSION_ID),
    ),
    ("checkout.session.expired", {"status": "expired"}, Expired(SESSION_ID)),
]


@pytest.mark.parametrize(("type_", "changes", "outcome"), SESSION_EVENTS)
def test_reads_an_event_of_a_session(type_: str, changes: dict[str, Any], outcome: Outcome) -> None:
    event = an_event(type_, a_session(**{**UNEXPANDED, **changes}))

    assert faults_of_object(event, "event") == []
    assert read(event) == ProviderEvent(
        event_id="evt_1",
        type=type_,
        our_reference=ATTEMPT_ID,
        reference=SESSION_ID,
        outcome=outcome,
        believable=False,
        details=HELD,
    )


@pytest.mark.parametrize(
    ("type_", "intent", "outcome"),
    [
        ("payment_intent.succeeded", an_intent("succeeded"), Paid(EUROS, None, HELD)),
        ("payment_intent.processing", an_intent("processing"), Accepted(None, HELD)),
        ("payment_intent.amount_capturable_updated", an_intent("requires_capture"), Authorized(EUROS, None, HELD)),
        ("payment_intent.canceled", an_intent("canceled", cancellation_reason="automatic"), Expired(None)),
        ("payment_intent.canceled", an_intent("canceled", cancellation_reason="abandoned"), Cancelled(None)),
    ],
)
def test_reads_an_event_of_an_intent(type_: str, intent: dict[str, Any], outcome: Outcome) -> None:
    told = read(an_event(type_, intent))

    assert (told.our_reference, told.reference, told.outcome) == (ATTEMPT_ID, INTENT_ID, outcome)
    assert not told.believable


@pytest.mark.parametrize(
    ("type_", "status"),
    [
        ("payment_intent.payment_failed", "requires_payment_method"),
        ("payment_intent.requires_action", "requires_action"),
    ],
)
def test_a_declined_card_ends_nothing_while_the_page_is_open(type_: str, status: str) -> None:
    told = read(an_event(type_, an_intent(status, last_payment_error={"type": "card_error", "code": "card_declined"})))

    assert isinstance(told.outcome, Unknown)
    assert told.our_reference == ATTEMPT_ID


@pytest.mark.parametrize("type_", ["refund.created", "refund.updated", "charge.refund.updated"])
def test_reads_an_event_of_a_refund(type_: str) -> None:
    told = read(an_event(type_, a_refund()))

    assert (told.our_reference, told.reference, told.outcome) == (REFUND_ATTEMPT, "re_1", Paid(EUROS, "re_1"))


def test_reads_a_refund_that_failed_after_all() -> None:
    told = read(an_event("refund.failed", a_refund("failed", failure_reason="declined")))

    assert told.outcome == Declined(FailureCode.DECLINED, "", "declined", reference="re_1")


@pytest.mark.parametrize(
    ("type_", "about"),
    [
        ("charge.refunded", {"id": "ch_1", "object": "charge", "metadata": {"zerofee_attempt_id": ATTEMPT_ID}}),
        ("charge.dispute.created", {"id": "dp_1", "object": "dispute", "payment_intent": INTENT_ID, "metadata": {}}),
    ],
)
def test_keeps_what_says_nothing_of_our_money(type_: str, about: dict[str, Any]) -> None:
    told = read(an_event(type_, about))

    assert told.outcome is None
    assert told.reference == about["id"]


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
    ],
)
def test_a_body_of_another_version_is_still_a_hint(about: dict[str, Any]) -> None:
    """Events come in the account's version, so one that we cannot read says at least whom to ask about."""
    told = read(an_event("checkout.session.completed", about))

    assert isinstance(told.outcome, Unknown)
    assert told.our_reference == ATTEMPT_ID


def test_guesses_no_amount() -> None:
    odd = read(an_event("checkout.session.completed", a_session(**PAID, **UNEXPANDED, currency="ugx")))
    bare = read(an_event("payment_intent.succeeded", {"object": "payment_intent"}))

    assert isinstance(odd.outcome, Unknown)
    assert isinstance(bare.outcome, Unknown)
    assert bare.our_reference is None


def test_knows_the_payment_by_the_client_reference_alone() -> None:
    told = read(an_event("checkout.session.expired", a_session(status="expired", metadata=None)))

    assert told.our_reference == ATTEMPT_ID


def test_refuses_a_forged_event() -> None:
    provider, _ = stripe()
    good = signed(an_event("checkout.session.completed", a_session(**PAID, **UNEXPANDED)))
    changed = RawEvent(body=good.body.replace(b"1234", b"9999"), headers=good.headers, method="POST", url=good.url)

    for raw in (changed, signed({"id": "evt_1"}, secret="whsec_of_another_app")):
        with pytest.raises(ForgedEvent, match="no_match") as forged:
            provider.read_event(raw, NOW)
        assert not forged.value.stale


@pytest.mark.parametrize("age", [timedelta(seconds=301), timedelta(days=2), timedelta(seconds=-301)])
def test_refuses_a_stale_event(age: timedelta) -> None:
    provider, _ = stripe()

    with pytest.raises(ForgedEvent, match="timestamp") as forged:
        provider.read_event(signed(an_event("refund.created", a_refund()), at=NOW - age), NOW)

    assert forged.value.stale


def test_a_repeated_event_has_the_same_name_and_says_the_same() -> None:
    """Each delivery is signed anew; the inbox knows it again by the event's id."""
    provider, _ = stripe()
    event = an_event("refund.created", a_refund())
    later = NOW + timedelta(hours=1)

    assert provider.read_event(signed(event), NOW) == provider.read_event(signed(event, at=later), later)


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
        bare.read_event(signed(an_event("refund.created", a_refund()), secret=""), NOW)


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
        assert PROVIDER.open(both).read_event(raw, NOW).event_id == "evt_1"


def test_keeps_apart_the_accounts_that_share_an_endpoint() -> None:
    event = an_event("refund.created", a_refund(), account="acct_other")
    ours = PROVIDER.open(an_opening(Line(), settings={"account": "acct_ours"}))

    foreign = ours.read_event(signed(event), NOW)
    own = ours.read_event(signed({**event, "account": "acct_ours"}), NOW)

    assert (foreign.our_reference, foreign.outcome) == (None, None)
    assert own.our_reference == REFUND_ATTEMPT
