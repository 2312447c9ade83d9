"""Recorded answers, each with what it proves."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.providers.pawapay.samples import (
    ACCOUNT,
    DATA,
    KEY,
    NOT_FOUND,
    ORDER,
    PAGE_PLAN,
    PAGE_URL,
    PAYOUT_KEY,
    PLANNED,
    PREAUTH,
    REFUND_KEY,
    WAVE,
    XOF,
    Answer,
    a_payout,
    a_record,
    a_refund,
    accepted,
    an_operation,
    answer,
    found,
    pawapay,
    rejected,
)
from zerofee.adapters.http.exchange import Silence
from zerofee.adapters.providers.pawapay.failures import MEANINGS, Class
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp, Redirect, UssdPush
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Cancelled,
    Declined,
    NotSent,
    Outcome,
    Paid,
    Refused,
    Unknown,
)

PUSH = UssdPush("Approve the payment on your phone with your mobile money PIN.")
REASON = {"failureCode": "INSUFFICIENT_BALANCE", "failureMessage": "no"}
DOCUMENTED = (DATA / "failure_codes.txt").read_text().split()

# Every one of these leaves open whether money moves.
UNSURE: list[Answer] = [
    Silence("read timeout"),
    answer({"failureReason": {"failureCode": "UNKNOWN_ERROR"}}, 500),
    rejected("UNKNOWN_ERROR"),
    rejected("INVALID_INPUT", 502),
    rejected("INVALID_INPUT", 409),
    answer(b"<html>", 503),
    answer(b""),
    answer(b'{"status":"ACC'),
    answer(b"[" * 100_000),
    answer(b"\xff\xfe"),
    answer([]),
    answer({}),
    answer({"status": "PROCESSING"}),
    answer({"status": "COMPLETED"}),
    answer({"status": 1}),
    accepted(depositId="another-id"),
    answer({"depositId": KEY, "status": "ACCEPTED"}, 202),
    answer({"depositId": KEY, "status": "ACCEPTED"}, 400),
    answer(b"forbidden", 403),
    answer({"status": "ACCEPTED"}, 401),
    answer({}, 400),
    answer({}, 404),
]


def test_every_documented_code_has_one_class() -> None:
    assert sorted(MEANINGS) == sorted(set(DOCUMENTED))
    page = (Path(__file__).parents[3] / "docs/providers/pawapay.md").read_text()
    codes = page[page.index("## Failure codes") :]
    assert set(DOCUMENTED) <= set(re.findall(r"[A-Z][A-Z_]{6,}", codes))


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (accepted(), ActionRequired(PUSH, KEY, PLANNED.details)),
        (accepted(nextStep="FINAL_STATUS"), ActionRequired(PUSH, KEY, PLANNED.details)),
        (accepted(depositId=None), ActionRequired(PUSH, KEY, PLANNED.details)),
        (rejected("PROVIDER_TEMPORARILY_UNAVAILABLE"), Refused(FailureCode.PROVIDER_UNAVAILABLE)),
        (rejected("INVALID_PHONE_NUMBER"), Declined(FailureCode.INVALID_PAYER)),
        (rejected("INVALID_AMOUNT"), Refused(FailureCode.INVALID_REQUEST)),
        (rejected("AMOUNT_OUT_OF_BOUNDS"), Refused(FailureCode.LIMIT_EXCEEDED)),
        (rejected("INVALID_PROVIDER"), Refused(FailureCode.UNSUPPORTED)),
        (rejected("MISSING_PARAMETER", 400), Refused(FailureCode.INVALID_REQUEST)),
        (rejected("NOBODY_KNOWS", 400), Refused(FailureCode.INVALID_REQUEST)),
        (rejected("NOBODY_KNOWS"), Refused(FailureCode.INVALID_REQUEST)),
        (rejected("NO_AUTHENTICATION", 401), Refused(FailureCode.INVALID_CREDENTIALS)),
        (rejected("HTTP_SIGNATURE_ERROR", 403), Refused(FailureCode.INVALID_CREDENTIALS)),
        (rejected("DEPOSITS_NOT_ALLOWED", 403), Refused(FailureCode.UNSUPPORTED)),
        (
            answer({"failureReason": {"failureCode": "AUTHENTICATION_ERROR"}}, 403),
            Refused(FailureCode.INVALID_CREDENTIALS),
        ),
        (answer({}, 401), Refused(FailureCode.INVALID_CREDENTIALS)),
        (answer(b"slow down", 429), Refused(FailureCode.PROVIDER_UNAVAILABLE)),
        (Silence("not connected", sent=False), NotSent("not connected")),
    ],
)
async def test_reads_the_first_answer_to_a_deposit(reply: Answer, outcome: Outcome) -> None:
    provider, _ = pawapay({"/v2/deposits": reply})

    said = await provider.charge(PLANNED)

    if isinstance(outcome, Refused | Declined):
        assert isinstance(said, type(outcome))
        assert said.code is outcome.code
    else:
        assert said == outcome


@pytest.mark.parametrize("reply", UNSURE)
async def test_whatever_is_not_plain_is_unknown(reply: Answer) -> None:
    provider, _ = pawapay(
        {"/v2/deposits": reply, "/v2/refunds": reply, "/v2/payouts": reply, "/v2/active-conf": ACCOUNT}
    )

    assert isinstance(await provider.charge(PLANNED), Unknown)
    assert isinstance(await provider.authenticate(an_operation(PREAUTH), "123456"), Unknown)
    assert isinstance(await provider.refund(a_refund()), Unknown)


@pytest.mark.parametrize("reply", UNSURE)
async def test_a_page_that_may_exist_is_unknown(reply: Answer) -> None:
    provider, _ = pawapay({"/v2/paymentpage": reply})

    assert isinstance(await provider.charge(replace(ORDER, details=PAGE_PLAN)), Unknown)


@pytest.mark.parametrize(
    "reply", [answer({"redirectUrl": ""}), answer({"redirectUrl": "javascript:alert(1)"}), answer({"redirectUrl": 1})]
)
async def test_opens_no_page_without_a_web_address(reply: Answer) -> None:
    provider, _ = pawapay({"/v2/paymentpage": reply})

    assert isinstance(await provider.charge(replace(ORDER, details=PAGE_PLAN)), Unknown)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (found("ACCEPTED"), ActionRequired(PUSH, KEY, PLANNED.details)),
        (found("PROCESSING"), ActionRequired(PUSH, KEY, PLANNED.details)),
        (found("PROCESSING", authorizationUrl=PAGE_URL), ActionRequired(Redirect(PAGE_URL), KEY)),
        (found("ENQUEUED"), Accepted(KEY)),
        (found("IN_RECONCILIATION"), Accepted(KEY)),
        (found("COMPLETED"), Paid(Money(1000, XOF), KEY, {"provider": "MTN_MOMO_CIV"})),
        (found("COMPLETED", amount="1000", payer=None), Paid(Money(1000, XOF), KEY)),
        # Another amount is told as it is: the domain compares.
        (found("COMPLETED", amount="999.00", payer=None), Paid(Money(999, XOF), KEY)),
        (
            found("FAILED", failureReason=REASON),
            Declined(FailureCode.INSUFFICIENT_FUNDS, "", "INSUFFICIENT_BALANCE", reference=KEY),
        ),
        (found("FAILED"), Declined(FailureCode.DECLINED, reference=KEY)),
        (
            found("FAILED", failureReason={"failureCode": "NEW"}),
            Declined(FailureCode.DECLINED, "", "NEW", reference=KEY),
        ),
        (NOT_FOUND, Absent()),
    ],
)
async def test_reads_a_deposits_status(reply: Answer, outcome: Outcome) -> None:
    provider, _ = pawapay({f"/v2/deposits/{KEY}": reply})

    assert await provider.ask(PLANNED) == outcome


@pytest.mark.parametrize(
    "reply",
    [
        *UNSURE,
        Silence("not connected", sent=False),
        rejected("NO_AUTHENTICATION", 401),
        answer({"status": "FOUND"}),
        answer({"status": "FOUND", "data": None}),
        answer([a_record("COMPLETED")]),
        answer(a_record("COMPLETED")),
        answer({"status": "COMPLETED", "data": a_record("COMPLETED")}),
        answer({"status": "NOT_FOUND", "data": a_record("COMPLETED")}),
        answer({"status": "NOT_FOUND"}, 404),
        answer({"status": "FOUND", "data": a_record("COMPLETED")}, 500),
        found("SUBMITTED"),
        found("REFUNDED"),
        found("completed"),
        found("COMPLETED", amount=None),
        found("COMPLETED", amount=1000),
        found("COMPLETED", amount="1e3"),
        found("COMPLETED", amount="1000.5"),
        found("COMPLETED", amount=""),
        found("COMPLETED", amount="9" * 40),
        found("COMPLETED", currency="XXX"),
        found("COMPLETED", currency=None),
        found("COMPLETED", depositId="another-id"),
        found("COMPLETED", refundId=KEY),
    ],
)
async def test_an_answer_that_proves_nothing_is_unknown(reply: Answer) -> None:
    """Not even a question that was never sent may look like a charge that was never sent."""
    provider, _ = pawapay(
        {f"/v2/deposits/{KEY}": reply, f"/v2/refunds/{REFUND_KEY}": reply, f"/v2/payouts/{PAYOUT_KEY}": reply}
    )

    assert isinstance(await provider.ask(PLANNED), Unknown)
    assert isinstance(await provider.ask_refund(a_refund()), Unknown)
    assert isinstance(await provider.ask_payout(a_payout()), Unknown)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (found("COMPLETED", payer=None), Paid(Money(1000, XOF), KEY)),
        (
            found("FAILED", failureReason=REASON),
            Declined(FailureCode.INSUFFICIENT_FUNDS, "", "INSUFFICIENT_BALANCE", reference=KEY),
        ),
        (found("PROCESSING"), ActionRequired(PUSH, KEY, PLANNED.details)),
    ],
)
async def test_a_duplicate_is_read_and_never_taken_for_an_answer(status: Answer, outcome: Outcome) -> None:
    seen = answer({"depositId": KEY, "status": "DUPLICATE_IGNORED", "created": "2026-11-24T11:59:00Z"})
    provider, line = pawapay({"/v2/deposits": seen, f"/v2/deposits/{KEY}": status})

    assert await provider.charge(PLANNED) == outcome
    assert line.paths() == ["POST /v2/deposits", f"GET /v2/deposits/{KEY}"]


@pytest.mark.parametrize("status", [NOT_FOUND, Silence("not connected", sent=False), answer(b"", 500)])
async def test_a_duplicate_that_cannot_be_read_is_unknown(status: Answer) -> None:
    seen = answer({"status": "DUPLICATE_IGNORED"})
    provider, _ = pawapay(
        {
            "/v2/deposits": seen,
            "/v2/refunds": seen,
            f"/v2/deposits/{KEY}": status,
            f"/v2/refunds/{REFUND_KEY}": status,
        }
    )

    assert isinstance(await provider.charge(PLANNED), Unknown)
    assert isinstance(await provider.charge(WAVE), Unknown)
    assert isinstance(await provider.authenticate(an_operation(PREAUTH), "1234"), Unknown)
    assert isinstance(await provider.refund(a_refund()), Unknown)


@pytest.mark.parametrize("code", sorted(MEANINGS))
async def test_reads_every_code_both_ways(code: str) -> None:
    """REJECTED and FAILED are definite whatever the code, but for the code that says nothing is known."""
    failure = {"failureCode": code, "failureMessage": "no"}
    provider, _ = pawapay(
        {"/v2/deposits": rejected(code), f"/v2/deposits/{KEY}": found("FAILED", failureReason=failure)}
    )

    at_once, later = await provider.charge(PLANNED), await provider.ask(PLANNED)

    if MEANINGS[code].kind is Class.UNSURE:
        assert isinstance(at_once, Unknown)
    else:
        assert isinstance(at_once, Refused | Declined)
        assert at_once.provider_code == code
    assert isinstance(later, Cancelled if MEANINGS[code].kind is Class.CANCELLED else Declined)


async def test_a_redirect_comes_when_the_address_is_there() -> None:
    provider, line = pawapay(
        {
            "/v2/deposits": accepted(nextStep="GET_AUTH_URL"),
            f"/v2/deposits/{KEY}": [
                found("ACCEPTED", nextStep="GET_AUTH_URL"),
                found("PROCESSING", nextStep="REDIRECT_TO_AUTH_URL", authorizationUrl="https://wave.test/c/1"),
                found("COMPLETED", payer=None),
            ],
        }
    )

    assert await provider.charge(WAVE) == Accepted(KEY, WAVE.details, ask_after_s=2)
    assert line.body()["successfulUrl"] == ORDER.return_url
    assert line.body()["failedUrl"] == ORDER.cancel_url
    assert await provider.ask(WAVE) == Accepted(KEY, WAVE.details, ask_after_s=2)
    assert await provider.ask(WAVE) == ActionRequired(Redirect("https://wave.test/c/1"), KEY)
    assert await provider.ask(WAVE) == Paid(Money(1000, XOF), KEY)


async def test_asks_for_the_code_before_anything_is_ordered() -> None:
    provider, line = pawapay({"/v2/deposits": accepted(), f"/v2/deposits/{KEY}": [NOT_FOUND, found("PROCESSING")]})

    shown = await provider.charge(PREAUTH)
    assert isinstance(shown, ActionRequired)
    assert shown.action == Otp("Get a one-time payment code from your operator and enter it.", "*144*4*6#")
    assert await provider.ask(PREAUTH) == shown
    assert line.paths() == [f"GET /v2/deposits/{KEY}"]

    assert await provider.authenticate(an_operation(PREAUTH), "   ") == shown
    assert await provider.authenticate(an_operation(PREAUTH), " 123456 ") == Accepted(KEY)
    assert line.body()["preAuthorisationCode"] == "123456"
    assert line.body()["depositId"] == KEY
    assert await provider.ask(PREAUTH) == Accepted(KEY)
