from dataclasses import replace

import pytest

from tests.providers.stripe.samples import (
    INTENT_ID,
    KNOWN,
    ORDER,
    SESSION_ID,
    a_list,
    a_refund,
    a_refund_order,
    a_session,
    an_intent,
    an_operation,
    answer,
    error,
    stripe,
)
from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    Cancelled,
    Declined,
    Expired,
    Mismatch,
    NotSent,
    Outcome,
    Paid,
    Refused,
    Unknown,
)
from zerofee.domain.ports.provider import CredentialsAccepted, CredentialsRefused, CredentialsUnproven

C = FailureCode
EUR = Currency("EUR")
HELD = {"payment_intent": INTENT_ID}
READ = f"GET /v1/checkout/sessions/{SESSION_ID}"
EXPIRE = f"POST /v1/checkout/sessions/{SESSION_ID}/expire"
CAPTURE = f"POST /v1/payment_intents/{INTENT_ID}/capture"
CANCEL = f"POST /v1/payment_intents/{INTENT_ID}/cancel"

OPEN = answer(a_session())
ON_HOLD = answer(a_session(an_intent("requires_capture"), status="complete"))
DONE = answer(a_session(an_intent("succeeded"), status="complete", payment_status="paid"))
AT_WORK = answer(a_session(an_intent("processing"), status="complete"))
LAPSED = answer(a_session(an_intent("canceled", cancellation_reason="automatic"), status="complete"))
RAN_OUT = answer(a_session(status="expired"))
LOST = Silence("read timeout")
NOT_CONNECTED = Silence("no connection", sent=False)


async def test_takes_part_of_what_is_held() -> None:
    provider, line = stripe(ON_HOLD, answer(an_intent("succeeded", amount_received=1000)))

    outcome = await provider.capture(an_operation(minor=1000))

    assert outcome == Paid(Money(1000, EUR), SESSION_ID, HELD)
    assert line.paths == [READ, CAPTURE]
    assert line.calls[1].body == b"amount_to_capture=1000"
    assert line.calls[1].headers["idempotency-key"] == f"{an_operation().provider_key}:capture"


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([ON_HOLD, answer(an_intent("processing"))], Accepted(SESSION_ID, HELD)),
        ([ON_HOLD, answer(an_intent("canceled", cancellation_reason="expired"))], Expired(SESSION_ID)),
        ([ON_HOLD, LOST], Unknown("read timeout")),
        ([ON_HOLD, NOT_CONNECTED], NotSent("no connection")),
        ([ON_HOLD, error(500, type="api_error")], Unknown("HTTP 500")),
        ([ON_HOLD, answer(an_intent("requires_action"))], Unknown("an intent 'requires_action'")),
        (
            [ON_HOLD, error(400, "parameter_invalid_integer")],
            Refused(C.INVALID_REQUEST, "", "parameter_invalid_integer"),
        ),
        ([ON_HOLD, error(402, "expired_card", "card_error")], Declined(C.EXPIRED_INSTRUMENT, "…", "expired_card")),
        ([ON_HOLD, error(400, "charge_already_captured"), DONE], Paid(Money(1234, EUR), SESSION_ID, HELD)),
        ([ON_HOLD, error(400, "charge_expired_for_capture"), LAPSED], Expired(SESSION_ID)),
        (
            [ON_HOLD, error(400, "payment_intent_unexpected_state"), ON_HOLD],
            Refused(C.INVALID_REQUEST, "", "payment_intent_unexpected_state"),
        ),
        ([ON_HOLD, error(400, "payment_intent_unexpected_state"), LOST], Unknown("read timeout")),
        ([DONE], Paid(Money(1234, EUR), SESSION_ID, HELD)),
        ([LAPSED], Expired(SESSION_ID)),
        ([OPEN], Refused(C.INVALID_REQUEST, "Nothing is held at Stripe yet.")),
        ([AT_WORK], Refused(C.INVALID_REQUEST, "Nothing is held at Stripe yet.")),
        ([LOST], NotSent("its session could not be read: read timeout")),
        ([error(401)], NotSent("its session could not be read: HTTP 401 while asking")),
    ],
)
async def test_reads_what_came_of_a_capture(replies: list[HttpReply | Silence], expected: Outcome) -> None:
    """A second capture finds the first, and what moved meanwhile is adopted."""
    provider, line = stripe(*replies)

    assert await provider.capture(an_operation()) == expected
    assert line.replies == []


async def test_captures_nothing_finer_than_stripe_counts() -> None:
    forints = replace(KNOWN, money=Money(175_00, Currency("HUF")))
    held = an_intent("requires_capture", currency="huf", amount=17500, amount_capturable=17500)
    provider, line = stripe(answer(a_session(held, status="complete", currency="huf", amount_total=17500)))

    outcome = await provider.capture(an_operation(forints, minor=10_50))

    assert isinstance(outcome, Refused)
    assert outcome.code is C.UNSUPPORTED
    assert line.paths == [READ]


@pytest.mark.parametrize(
    ("replies", "expected", "paths"),
    [
        ([OPEN, RAN_OUT], Cancelled(SESSION_ID), [READ, EXPIRE]),
        ([OPEN, error(400), DONE], Paid(Money(1234, EUR), SESSION_ID, HELD), [READ, EXPIRE, READ]),
        ([OPEN, error(400), RAN_OUT], Cancelled(SESSION_ID), [READ, EXPIRE, READ]),
        ([OPEN, error(400), OPEN], Refused(C.INVALID_REQUEST), [READ, EXPIRE, READ]),
        ([OPEN, error(403)], Refused(C.INVALID_CREDENTIALS), [READ, EXPIRE]),
        ([OPEN, LOST], Unknown("read timeout"), [READ, EXPIRE]),
        ([OPEN, NOT_CONNECTED], NotSent("no connection"), [READ, EXPIRE]),
        ([OPEN, error(503, type="api_error")], Unknown("HTTP 503"), [READ, EXPIRE]),
        (
            [ON_HOLD, answer(an_intent("canceled", cancellation_reason="requested_by_customer"))],
            Cancelled(SESSION_ID),
            [READ, CANCEL],
        ),
        (
            [ON_HOLD, error(400, "payment_intent_unexpected_state"), DONE],
            Paid(Money(1234, EUR), SESSION_ID, HELD),
            [READ, CANCEL, READ],
        ),
        ([ON_HOLD, error(400, "payment_intent_unexpected_state"), LAPSED], Cancelled(SESSION_ID), [READ, CANCEL, READ]),
        (
            [ON_HOLD, answer({**an_intent("canceled"), "livemode": True})],
            Unknown("the intent is of the other mode", Mismatch.MODE),
            [READ, CANCEL],
        ),
        ([DONE], Paid(Money(1234, EUR), SESSION_ID, HELD), [READ]),
        ([RAN_OUT], Cancelled(SESSION_ID), [READ]),
        ([LAPSED], Cancelled(SESSION_ID), [READ]),
        (
            [AT_WORK],
            Refused(C.INVALID_REQUEST, "Stripe is at work on it and cannot let it go now."),
            [READ],
        ),
        ([LOST], NotSent("its session could not be read: read timeout"), [READ]),
    ],
)
async def test_reads_what_came_of_a_cancel(
    replies: list[HttpReply | Silence], expected: Outcome, paths: list[str]
) -> None:
    """An open session is expired, a hold is cancelled, and a payer who was faster has paid."""
    provider, line = stripe(*replies)

    assert await provider.cancel(an_operation()) == expected
    assert line.paths == paths


async def test_a_charge_without_a_session_has_nothing_to_capture_or_cancel() -> None:
    provider, line = stripe()

    assert isinstance(await provider.capture(an_operation(ORDER)), Refused)
    assert isinstance(await provider.cancel(an_operation(ORDER)), Refused)
    assert line.calls == []


async def test_has_no_code_to_be_authenticated_with() -> None:
    provider, _ = stripe()

    outcome = await provider.authenticate(an_operation(), "123456")

    assert isinstance(outcome, Refused)
    assert outcome.code is C.UNSUPPORTED


async def test_refunds_a_part() -> None:
    provider, line = stripe(answer(a_refund(amount=200)))

    outcome = await provider.refund(a_refund_order(minor=200, reason="requested_by_customer"))

    assert outcome == Paid(Money(200, EUR), "re_1")
    assert line.paths == ["POST /v1/refunds"]
    assert line.calls[0].body == (
        b"payment_intent=pi_3&amount=200&reason=requested_by_customer"
        b"&metadata[zerofee_attempt_id]=att_01JD00000000000000000000CC"
        b"&metadata[zerofee_payment_id]=pay_01JD00000000000000000000AA"
        b"&metadata[zerofee_refund_id]=ref_01JD00000000000000000000AA"
    )


async def test_believes_no_refund_in_a_currency_it_cannot_count() -> None:
    provider, _ = stripe(answer(a_refund(currency="ugx")))

    assert isinstance(await provider.refund(a_refund_order()), Unknown)


@pytest.mark.parametrize("reason", ["fraudulent", "the colour", None])
async def test_gives_stripe_no_reason_that_it_would_act_on(reason: str | None) -> None:
    provider, line = stripe(answer(a_refund()))

    await provider.refund(a_refund_order(reason=reason))

    assert b"&reason=" not in line.calls[0].body


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([answer(a_refund("pending", pending_reason="processing"))], Accepted("re_1")),
        ([answer(a_refund("requires_action"))], Accepted("re_1")),
        ([answer(a_refund("canceled"))], Cancelled("re_1")),
        (
            [answer(a_refund("failed", failure_reason="expired_or_canceled_card"))],
            Declined(C.EXPIRED_INSTRUMENT, "", "expired_or_canceled_card", reference="re_1"),
        ),
        ([answer(a_refund("failed", failure_reason="new"))], Declined(C.UNKNOWN, "", "new", reference="re_1")),
        ([answer(a_refund("a_new_one"))], Unknown("a refund with status 'a_new_one'")),
        ([error(400, "balance_insufficient")], Refused(C.INSUFFICIENT_FUNDS, "", "balance_insufficient")),
        ([error(400)], Refused(C.INVALID_REQUEST)),
        ([error(404, "resource_missing")], Refused(C.INVALID_REQUEST, "", "resource_missing")),
        ([error(400, "charge_disputed")], Refused(C.INVALID_REQUEST, "", "charge_disputed")),
        ([LOST], Unknown("read timeout")),
        ([NOT_CONNECTED], NotSent("no connection")),
        ([error(500, type="api_error")], Unknown("HTTP 500")),
        (
            [error(400, "charge_already_refunded"), answer(a_list("/v1/refunds", a_refund()))],
            Paid(Money(1234, EUR), "re_1"),
        ),
        (
            [error(400, "charge_already_refunded"), answer(a_list("/v1/refunds", a_refund(metadata={})))],
            Refused(C.INVALID_REQUEST, "", "charge_already_refunded"),
        ),
        ([error(400, "charge_already_refunded"), LOST], Unknown("read timeout")),
    ],
)
async def test_reads_what_came_of_a_refund(replies: list[HttpReply | Silence], expected: Outcome) -> None:
    provider, line = stripe(*replies)

    assert await provider.refund(a_refund_order()) == expected
    assert line.replies == []


async def test_reads_the_intent_first_when_it_was_never_told() -> None:
    order = replace(a_refund_order(), charge=KNOWN)
    provider, line = stripe(DONE, answer(a_refund()))
    blind, _ = stripe(LOST)
    none_there, _ = stripe(OPEN)

    assert await provider.refund(order) == Paid(Money(1234, EUR), "re_1")
    assert line.paths == [READ, "POST /v1/refunds"]
    assert await blind.refund(order) == NotSent("its session could not be read: read timeout")
    assert isinstance(await none_there.refund(order), Refused)


async def test_asks_about_a_refund_by_its_id() -> None:
    provider, line = stripe(answer(a_refund("failed", failure_reason="lost_or_stolen_card")))

    outcome = await provider.ask_refund(a_refund_order(reference="re_1"))

    assert outcome == Declined(C.INVALID_PAYER, "", "lost_or_stolen_card", reference="re_1")
    assert line.paths == ["GET /v1/refunds/re_1"]


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([answer(a_list("/v1/refunds", a_refund(metadata={}), a_refund()))], Paid(Money(1234, EUR), "re_1")),
        ([answer(a_list("/v1/refunds", a_refund(metadata={})))], Absent()),
        ([answer(a_list("/v1/refunds"))], Absent()),
        (
            [
                answer(a_list("/v1/refunds", a_refund(metadata=None), has_more=True)),
                answer(a_list("/v1/refunds", a_refund())),
            ],
            Paid(Money(1234, EUR), "re_1"),
        ),
        (
            [answer(a_list("/v1/refunds", a_refund(metadata={}), has_more=True))] * 10,
            Unknown("too many refunds of one payment to find it"),
        ),
        ([LOST], Unknown("read timeout")),
        ([NOT_CONNECTED], Unknown("no connection")),
        ([error(404, "resource_missing")], Unknown("HTTP 404")),
    ],
)
async def test_finds_a_lost_refund_by_our_reference(replies: list[HttpReply | Silence], expected: Outcome) -> None:
    provider, line = stripe(*replies)

    assert await provider.ask_refund(a_refund_order()) == expected
    assert all(path == "GET /v1/refunds" for path in line.paths)


@pytest.mark.parametrize("reply", [LOST, NOT_CONNECTED, error(404, "resource_missing"), error(500, type="api_error")])
async def test_an_error_while_asking_about_a_refund_proves_nothing(reply: HttpReply | Silence) -> None:
    provider, _ = stripe(reply)
    blind, _ = stripe(reply)

    assert isinstance(await provider.ask_refund(a_refund_order(reference="re_1")), Unknown)
    assert isinstance(await blind.ask_refund(replace(a_refund_order(), charge=KNOWN)), Unknown)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer({"object": "balance", "livemode": False, "available": [], "pending": []}), CredentialsAccepted()),
        (
            answer({"object": "balance", "livemode": True, "available": [], "pending": []}),
            CredentialsRefused("The key is of the other mode (live or test) than this connection."),
        ),
        (error(401), CredentialsRefused("Stripe does not know this key.")),
        (
            error(403),
            CredentialsAccepted("The key is restricted and may not read the balance; its other rights are unseen."),
        ),
        (error(429, "rate_limit"), CredentialsUnproven("HTTP 429")),
        (error(500, type="api_error"), CredentialsUnproven("HTTP 500")),
        (LOST, CredentialsUnproven("read timeout")),
    ],
)
async def test_checks_the_key_by_the_balance(reply: HttpReply | Silence, expected: object) -> None:
    provider, line = stripe(reply)

    assert await provider.check() == expected
    assert line.paths == ["GET /v1/balance"]


async def test_believes_no_proxy_about_the_key() -> None:
    login, _ = stripe(HttpReply(status=401, body=b"<html>"), published=False)
    portal, _ = stripe(HttpReply(status=200, body=b"<html>"), published=False)

    assert isinstance(await login.check(), CredentialsUnproven)
    assert isinstance(await portal.check(), CredentialsUnproven)
