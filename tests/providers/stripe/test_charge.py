from dataclasses import replace
from datetime import timedelta

import pytest

from tests.providers.stripe.samples import (
    ATTEMPT_ID,
    INTENT_ID,
    KNOWN,
    NOW,
    ORDER,
    SESSION_ID,
    a_list,
    a_session,
    an_intent,
    answer,
    error,
    stripe,
)
from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.method import MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    NotSent,
    Outcome,
    Paid,
    Refused,
    Unknown,
)

C = FailureCode
PAGE = Redirect(f"https://checkout.stripe.com/c/pay/{SESSION_ID}")
HELD = {"payment_intent": INTENT_ID}
EUROS = Money(1234, Currency("EUR"))
BROKE = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "Too little."}


async def test_shows_the_page_that_stripe_made() -> None:
    provider, line = stripe(answer(a_session()))

    outcome = await provider.charge(ORDER)

    assert outcome == ActionRequired(PAGE, SESSION_ID, {})
    assert line.paths == ["POST /v1/checkout/sessions"]
    assert line.calls[0].headers["idempotency-key"] == f"{ORDER.provider_key}:create"
    assert line.calls[0].headers["stripe-version"] == "2026-10-28.endive"


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (replace(ORDER, method=MOBILE_MONEY), "does not take mobile_money"),
        (replace(ORDER, money=Money(1000, Currency("UGX"))), "in UGX"),
        (replace(ORDER, money=Money(100_000_000, Currency("EUR"))), "above 99999999"),
        (replace(ORDER, money=Money(1234, Currency("MGA"))), "multiple of 100"),
        (replace(ORDER, money=Money(1050, Currency("HUF"))), "multiple of 100"),
        (replace(ORDER, money=Money(1234, Currency("KWD"))), "multiple of 10"),
    ],
)
async def test_refuses_what_stripe_cannot_take_and_sends_nothing(order: object, why: str) -> None:
    provider, line = stripe()

    outcome = await provider.charge(order)  # type: ignore[arg-type]  # pytest's parameters have no types

    assert isinstance(outcome, Refused)
    assert outcome.code is C.UNSUPPORTED
    assert why in outcome.message
    assert line.calls == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Silence("no connection", sent=False), NotSent("no connection")),
        (Silence("read timeout"), Unknown("read timeout")),
        (error(401), Refused(C.INVALID_CREDENTIALS)),
        (error(401, "api_key_expired"), Refused(C.INVALID_CREDENTIALS, provider_code="api_key_expired")),
        (error(403), Refused(C.INVALID_CREDENTIALS)),
        (error(429, "rate_limit"), Refused(C.PROVIDER_UNAVAILABLE, provider_code="rate_limit")),
        (error(429, "lock_timeout"), Refused(C.PROVIDER_UNAVAILABLE, provider_code="lock_timeout")),
        (error(400, "rate_limit"), Refused(C.PROVIDER_UNAVAILABLE, provider_code="rate_limit")),
        (error(400, "parameter_missing"), Refused(C.INVALID_REQUEST, provider_code="parameter_missing")),
        (error(400, "amount_too_small"), Refused(C.UNSUPPORTED, provider_code="amount_too_small")),
        (error(400, "not_thought_of_yet"), Refused(C.INVALID_REQUEST, provider_code="not_thought_of_yet")),
        (error(400), Refused(C.INVALID_REQUEST)),
        (error(404, "resource_missing"), Refused(C.INVALID_REQUEST, provider_code="resource_missing")),
        (
            error(402, "card_declined", "card_error", decline_code="do_not_honor"),
            Declined(C.DECLINED, "…", "do_not_honor", soft=True),
        ),
    ],
)
async def test_reads_the_first_answer(reply: HttpReply | Silence, expected: Outcome) -> None:
    provider, _ = stripe(reply)

    assert await provider.charge(ORDER) == expected


@pytest.mark.parametrize(
    "reply",
    [
        *[error(status, type="api_error") for status in (500, 502, 503, 504)],
        error(408),
        error(409, "idempotency_key_in_use", "idempotency_error"),
        error(409),
        error(424),
        error(400, type="idempotency_error"),
        error(400, type="api_error"),
        error(400, type="a_new_one"),
        error(400, "idempotency_key_in_use"),
        error(400, "payment_intent_unexpected_state"),
        HttpReply(status=200),
        HttpReply(status=200, body=b"\xff\xfe"),
        HttpReply(status=200, body=b"<html>"),
        HttpReply(status=200, body=b'{"id": "cs_1"'),
        HttpReply(status=200, body=b'{"object": "payment_intent", "id": "pi_1"}'),
        HttpReply(status=202, body=b"{}"),
        HttpReply(status=302),
        HttpReply(status=401, body=b"<html>a proxy's login</html>"),
        HttpReply(status=429, body=b"slow down"),
        answer({"error": "a text"}, 400),
    ],
)
async def test_takes_whatever_is_not_definite_for_unknown(reply: HttpReply) -> None:
    provider, _ = stripe(reply, published=False)

    assert isinstance(await provider.charge(ORDER), Unknown)


@pytest.mark.parametrize(
    ("changes", "intent", "expected"),
    [
        ({}, None, ActionRequired(PAGE, SESSION_ID, {})),
        ({}, an_intent("requires_payment_method"), ActionRequired(PAGE, SESSION_ID, HELD)),
        ({}, an_intent("requires_payment_method", last_payment_error=BROKE), ActionRequired(PAGE, SESSION_ID, HELD)),
        ({}, an_intent("requires_action"), ActionRequired(PAGE, SESSION_ID, HELD)),
        ({}, an_intent("requires_confirmation"), ActionRequired(PAGE, SESSION_ID, HELD)),
        ({}, an_intent("processing"), Accepted(SESSION_ID, HELD)),
        ({"status": "complete", "payment_status": "paid"}, an_intent("succeeded"), Paid(EUROS, SESSION_ID, HELD)),
        (
            {"status": "complete", "payment_status": "paid"},
            an_intent("succeeded", latest_charge="ch_1"),
            Paid(EUROS, SESSION_ID, {**HELD, "charge": "ch_1"}),
        ),
        (
            {"status": "complete", "payment_status": "paid"},
            an_intent("succeeded", amount_received=1000),
            Paid(Money(1000, Currency("EUR")), SESSION_ID, HELD),
        ),
        ({"status": "complete"}, an_intent("processing"), Accepted(SESSION_ID, HELD)),
        ({"status": "complete"}, an_intent("requires_capture"), Authorized(EUROS, SESSION_ID, HELD)),
        (
            {"status": "complete"},
            an_intent("requires_payment_method", last_payment_error=BROKE),
            Declined(C.INSUFFICIENT_FUNDS, "Too little.", "insufficient_funds", reference=SESSION_ID),
        ),
        ({"status": "complete"}, an_intent("requires_payment_method"), Declined(C.DECLINED, reference=SESSION_ID)),
        ({"status": "complete"}, an_intent("canceled", cancellation_reason="automatic"), Expired(SESSION_ID)),
        ({"status": "complete"}, an_intent("canceled", cancellation_reason="expired"), Expired(SESSION_ID)),
        ({"status": "complete"}, an_intent("canceled", cancellation_reason="abandoned"), Cancelled(SESSION_ID)),
        ({"status": "expired"}, None, Expired(SESSION_ID)),
        ({"status": "expired"}, an_intent("requires_payment_method"), Expired(SESSION_ID)),
        ({"status": "expired"}, an_intent("succeeded"), Paid(EUROS, SESSION_ID, HELD)),
    ],
)
async def test_reads_every_documented_status(changes: dict[str, object], intent: object, expected: Outcome) -> None:
    """Stripe's pair of statuses, with the intent's, as its documents combine them."""
    provider, line = stripe(answer(a_session(intent, **changes)))  # type: ignore[arg-type]  # as above

    assert await provider.ask(KNOWN) == expected
    assert line.paths == [f"GET /v1/checkout/sessions/{SESSION_ID}"]


@pytest.mark.parametrize(
    ("changes", "intent"),
    [
        ({"status": "complete", "payment_status": "no_payment_required"}, None),
        ({"status": "complete"}, an_intent("requires_action")),
        ({"status": "complete"}, an_intent("a_new_one")),
        ({"status": "a_new_one"}, None),
        ({"status": None}, None),
        ({"status": "expired"}, an_intent("requires_action")),
        ({"url": None}, None),
        ({"livemode": True}, None),
        ({"client_reference_id": "att_somebody_elses"}, None),
        ({"client_reference_id": None}, an_intent("succeeded")),
        ({"status": "complete"}, an_intent("succeeded", currency="usd")),
        ({"status": "complete", "currency": "ugx"}, an_intent("succeeded", currency="ugx")),
        ({"status": "complete", "currency": "zzz"}, an_intent("succeeded", currency="zzz")),
        ({"status": "complete", "payment_status": "paid"}, "pi_not_expanded"),
    ],
)
async def test_guesses_nothing_from_what_it_does_not_know(changes: dict[str, object], intent: object) -> None:
    provider, _ = stripe(answer(a_session(intent, **changes)), published=False)  # type: ignore[arg-type]  # as above

    assert isinstance(await provider.ask(KNOWN), Unknown)


@pytest.mark.parametrize(
    "reply",
    [
        Silence("no connection", sent=False),
        Silence("read timeout"),
        error(401),
        error(403),
        error(404, "resource_missing"),
        error(429, "rate_limit"),
        error(400, "parameter_missing"),
        error(402, "card_declined", "card_error"),
        error(500, type="api_error"),
    ],
)
async def test_an_error_while_asking_proves_nothing(reply: HttpReply | Silence) -> None:
    """Not even that it is absent: the key may be another account's by now."""
    provider, _ = stripe(reply)
    by_list, _ = stripe(reply)

    assert isinstance(await provider.ask(KNOWN), Unknown)
    assert isinstance(await by_list.ask(ORDER), Unknown)


async def test_finds_a_lost_session_by_our_reference() -> None:
    other = a_session(id="cs_test_other", client_reference_id="att_other")
    paid = a_session(an_intent("succeeded"), status="complete", payment_status="paid")
    provider, line = stripe(
        answer(a_list("/v1/checkout/sessions", other, has_more=True)),
        answer(a_list("/v1/checkout/sessions", paid)),
    )

    outcome = await provider.ask(ORDER)

    assert outcome == Paid(EUROS, SESSION_ID, HELD)
    assert line.paths == ["GET /v1/checkout/sessions"] * 2
    assert "starting_after=cs_test_other" in line.calls[1].url


async def test_says_absent_when_the_whole_list_lacks_it() -> None:
    provider, line = stripe(answer(a_list("/v1/checkout/sessions")))

    assert await provider.ask(ORDER) == Absent()
    assert len(line.calls) == 1


async def test_asks_by_the_key_when_the_list_is_too_long() -> None:
    """ASK-1: by our reference first; the same creation again only while its key surely holds."""
    crowd = answer(a_list("/v1/checkout/sessions", a_session(client_reference_id="att_other"), has_more=True))
    provider, line = stripe(*[crowd] * 10, answer(a_session()))
    charged, first = stripe(answer(a_session()))
    await charged.charge(ORDER)

    outcome = await provider.ask(ORDER)

    assert outcome == ActionRequired(PAGE, SESSION_ID, {})
    assert line.calls[-1] == first.calls[0]


async def test_never_asks_by_a_key_that_stripe_may_have_forgotten() -> None:
    crowd = answer(a_list("/v1/checkout/sessions", a_session(client_reference_id="att_other"), has_more=True))
    provider, line = stripe(*[crowd] * 10, at=NOW + timedelta(hours=12))

    assert isinstance(await provider.ask(ORDER), Unknown)
    assert all(call.method == "GET" for call in line.calls)


async def test_sends_the_same_bytes_however_late() -> None:
    early, first = stripe(answer(a_session()))
    late, second = stripe(answer(a_session()), at=NOW + timedelta(hours=3))
    order = replace(ORDER, expires_at=NOW + timedelta(hours=2))

    await early.charge(order)
    await late.charge(order)

    assert first.calls[0] == second.calls[0]
    assert ATTEMPT_ID.encode() in first.calls[0].body
