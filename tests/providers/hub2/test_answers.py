"""Recorded answers to a charge against the outcomes that they must have."""

from typing import Any

import pytest

from tests.providers.hub2.samples import (
    INTENT_ID,
    PAYMENT_ID,
    PAYOUT,
    TOKEN,
    a_payment,
    a_transfer,
    an_error,
    an_intent,
    an_order,
    attempted,
    details_of,
    opened,
    reply,
    way,
)
from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.hub2.operators import Approach
from zerofee.adapters.providers.hub2.responses import (
    read_asked_intent,
    read_attempt,
    read_check,
    read_created_intent,
    read_status,
)
from zerofee.adapters.providers.hub2.transfers import read_asked_transfer, read_created_transfer, read_found_transfer
from zerofee.domain.currency import Currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp, Redirect, UssdPush
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Cancelled,
    Expired,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.ports.provider import CredentialsAccepted, CredentialsRefused, CredentialsUnproven
from zerofee.domain.scope import Environment

LIVE = Environment.LIVE
ORDER = an_order()
PUSH = way()
WAVE = way("CI", "wave", Approach.REDIRECT)
PAGE = {"type": "redirection", "message": "Go on.", "data": {"url": "https://wave.example/c/1"}}

# Nothing of this says whether money has moved.
NO_ANSWERS = [
    reply(an_intent(), 500),
    reply({"error": "bad gateway"}, 502),
    HttpReply(status=503, body=b"<html>"),
    HttpReply(status=504),
    HttpReply(status=200),
    HttpReply(status=201, body=b"<html>"),
    HttpReply(status=200, body=b'{"id": "pi_Q1", "stat'),
    HttpReply(status=200, body=b"\xff\xfe"),
    HttpReply(status=200, body=b"[" * 100_000),
    reply([], 200),
    reply({"id": INTENT_ID}, 201),
    reply(an_intent(), 302),
    reply({}, 408),
    an_error(409, "conflict"),
    HttpReply(status=400, body=b"<html>"),
    HttpReply(status=401, body=b"nginx"),
]


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_knows_nothing_from_what_is_no_answer(answer: HttpReply) -> None:
    assert isinstance(read_created_transfer(answer, PAYOUT, LIVE), Unknown)
    assert isinstance(read_attempt(answer, opened(ORDER), PUSH, LIVE), Unknown)
    assert isinstance(read_asked_intent(answer, attempted(ORDER), PUSH, LIVE), Unknown)
    assert isinstance(read_asked_transfer(answer, PAYOUT, LIVE), Unknown)


def test_keeps_the_token_of_a_new_intent() -> None:
    outcome = read_created_intent(reply(an_intent("payment_required"), 201), LIVE)

    assert outcome == Proceed(INTENT_ID, {"secret_token": TOKEN})
    assert TOKEN not in repr(outcome)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (an_error(400), Refused(FailureCode.INVALID_REQUEST, "No.", "some-code")),
        (an_error(401), Refused(FailureCode.INVALID_CREDENTIALS, "No.", "some-code")),
        (an_error(402), Refused(FailureCode.INSUFFICIENT_FUNDS, "No.", "some-code")),
        (an_error(403), Refused(FailureCode.INVALID_CREDENTIALS, "No.", "some-code")),
        (an_error(404), Refused(FailureCode.INVALID_REQUEST, "No.", "some-code")),
    ],
)
def test_takes_a_refusal_for_a_no(answer: HttpReply, outcome: Outcome) -> None:
    assert read_created_intent(answer, LIVE) == outcome
    assert read_attempt(answer, opened(ORDER), PUSH, LIVE) == outcome


def test_takes_too_many_calls_for_a_no_whatever_the_body() -> None:
    outcome = read_attempt(HttpReply(status=429, body=b"slow down"), opened(ORDER), PUSH, LIVE)

    assert isinstance(outcome, Refused)
    assert outcome.code is FailureCode.PROVIDER_UNAVAILABLE


def test_refuses_an_intent_of_the_other_environment() -> None:
    outcome = read_created_intent(reply(an_intent("payment_required", mode="sandbox"), 201), LIVE)

    assert isinstance(outcome, Refused)
    assert outcome.code is FailureCode.INVALID_CREDENTIALS


def test_shows_the_prompt_of_a_push_as_soon_as_it_is_sent() -> None:
    outcome = read_attempt(reply(an_intent("processing", a_payment("created")), 201), opened(ORDER), PUSH, LIVE)

    assert isinstance(outcome, ActionRequired)
    assert isinstance(outcome.action, UssdPush)
    assert outcome.action.ussd_code == "*133#"
    assert outcome.details == {"payment_id": PAYMENT_ID}
    assert outcome.ask_after_s is not None
    assert outcome.ask_after_s >= 2


def test_never_takes_an_attempts_201_for_success_nor_for_absence() -> None:
    assert isinstance(read_attempt(reply(an_intent("payment_required"), 201), opened(ORDER), PUSH, LIVE), Unknown)


@pytest.mark.parametrize(
    ("intent", "outcome"),
    [
        (an_intent("payment_required"), Absent()),
        (an_intent("payment_required", payments=None), Absent()),
        (an_intent("expired"), Expired(INTENT_ID)),
        (an_intent("cancelled"), Cancelled(INTENT_ID)),
        (an_intent("processing"), Accepted(INTENT_ID, {}, 2)),
        (an_intent("successful", a_payment("successful")), Paid(Money(5000, Currency("XOF")), INTENT_ID)),
        (an_intent("succeeded", a_payment("succeeded")), Paid(Money(5000, Currency("XOF")), INTENT_ID)),
        (
            an_intent("successful", {"id": PAYMENT_ID, "status": "successful"}),
            Paid(Money(5000, Currency("XOF")), INTENT_ID),
        ),
        (
            an_intent("successful", a_payment("successful", amount=4000)),
            Paid(Money(4000, Currency("XOF")), INTENT_ID),
        ),
        (
            an_intent("successful", a_payment("successful", currency="XAF")),
            Paid(Money(5000, Currency("XAF")), INTENT_ID),
        ),
    ],
)
def test_reads_an_intent(intent: dict[str, Any], outcome: Outcome) -> None:
    read = read_asked_intent(reply(intent), attempted(ORDER), PUSH, LIVE)

    # Details are compared by the tests that are about them.
    assert repr(read) == repr(outcome)


@pytest.mark.parametrize(
    "intent",
    [
        an_intent("successful"),
        an_intent("failed"),
        an_intent("a_new_word"),
        an_intent("processing", a_payment("a_new_word")),
        an_intent("processing", {"id": PAYMENT_ID, "status": 7}),
        an_intent("successful", a_payment("successful"), mode="sandbox"),
        an_intent("successful", a_payment("successful"), purchaseReference="another"),
        an_intent("successful", a_payment("successful", currency="ZZZ")),
        an_intent("successful", {"id": PAYMENT_ID, "status": "successful"}, amount=None),
        an_intent("successful", a_payment("successful", amount=2**63)),
        an_intent("successful", a_payment("successful", amount="5000")),
        an_intent("successful", a_payment("successful", amount=5000.5)),
    ],
)
def test_is_never_sure_of_what_does_not_fit(intent: dict[str, Any]) -> None:
    assert isinstance(read_asked_intent(reply(intent), attempted(ORDER), PUSH, LIVE), Unknown)
    assert isinstance(read_attempt(reply(intent, 201), opened(ORDER), PUSH, LIVE), Unknown)


def test_takes_a_paid_attempt_before_all_others() -> None:
    failed = a_payment("failed", id="pay_Q0", failure={"code": "canceled", "message": ""})
    intent = an_intent("successful", a_payment("successful", id="pay_Q2"), failed)

    outcome = read_asked_intent(reply(intent), attempted(ORDER), PUSH, LIVE)

    assert isinstance(outcome, Paid)
    assert outcome.details == {"payment_id": "pay_Q2"}


def test_follows_a_running_attempt_before_one_that_failed() -> None:
    failed = a_payment("failed", failure={"code": "canceled", "message": ""})
    intent = an_intent("processing", a_payment("pending", id="pay_Q2"), failed)

    outcome = read_asked_intent(reply(intent), attempted(ORDER), PUSH, LIVE)

    assert details_of(outcome) == {"payment_id": "pay_Q2"}


@pytest.mark.parametrize(("collected", "paid"), [(5001, 5001), (5005, 5001), (5006, 5006), (5000, 5000)])
def test_takes_the_countrys_rounding_for_the_payers_fee(collected: int, paid: int) -> None:
    order = an_order("SN", "free", 5001)
    intent = an_intent("successful", a_payment("successful", amount=collected), amount=5001)

    outcome = read_asked_intent(reply(intent), attempted(order), way("SN", "free"), LIVE)

    assert isinstance(outcome, Paid)
    assert outcome.money == Money(paid, Currency("XOF"))
    assert outcome.details.get("collected_minor") == ("5005" if collected == 5005 else None)


@pytest.mark.parametrize(
    "action",
    [
        PAGE,
        {"type": "redirection", "url": "https://wave.example/c/1"},
        {
            "type": "redirection",
            "url": "https://old.example",
            "data": {"url": "https://wave.example/c/1", "method": "GET"},
        },
    ],
)
@pytest.mark.parametrize("place", ["payment", "intent"])
def test_finds_the_page_wherever_it_is_told(action: dict[str, Any], place: str) -> None:
    payment = a_payment("action_required", nextAction=action if place == "payment" else None)
    intent = an_intent("action_required", payment, nextAction=action if place == "intent" else None)

    outcome = read_asked_intent(reply(intent), attempted(ORDER, "redirection"), WAVE, LIVE)

    assert isinstance(outcome, ActionRequired)
    assert outcome.action == Redirect("https://wave.example/c/1")
    assert outcome.details == {"payment_id": PAYMENT_ID, "shown": "yes"}


@pytest.mark.parametrize(
    "action",
    [
        {"type": "redirection"},
        {"type": "redirection", "data": {"url": "javascript:alert(1)"}},
        {"type": "redirection", "data": {"url": "https://wave.example", "method": "POST"}},
        {"type": "dance"},
        {},
    ],
)
def test_shows_no_page_that_cannot_be_opened(action: dict[str, Any]) -> None:
    intent = an_intent("action_required", a_payment("action_required", nextAction=action))

    assert isinstance(read_asked_intent(reply(intent), attempted(ORDER, "redirection"), WAVE, LIVE), Unknown)


def test_waits_for_a_page_that_is_filled_in_later() -> None:
    intent = an_intent("processing", a_payment("pending"))

    outcome = read_attempt(reply(intent, 201), opened(ORDER, approach="redirection"), WAVE, LIVE)

    assert outcome == Accepted(INTENT_ID, {"payment_id": PAYMENT_ID}, 2)


def test_asks_for_a_code_that_a_running_payment_wants() -> None:
    action = {"type": "otp", "message": "Give the code."}
    intent = an_intent("action_required", a_payment("action_required", nextAction=action))

    outcome = read_asked_intent(reply(intent), attempted(ORDER), PUSH, LIVE)

    assert isinstance(outcome, ActionRequired)
    assert outcome.action == Otp("Give the code.")
    assert outcome.details == {"payment_id": PAYMENT_ID, "code_for": "authentication"}


@pytest.mark.parametrize(("wrong", "asked_again"), [(1, True), (2, True), (3, False)])
def test_takes_three_wrong_codes_made_beforehand(wrong: int, asked_again: bool) -> None:
    order, code_first = an_order("CI", "orange"), way("CI", "orange", Approach.CODE_FIRST)
    failed = [a_payment("failed", id=f"pay_{n}", failure={"code": "authentication_failed"}) for n in range(wrong)]

    intent = reply(an_intent("payment_required", *failed))

    outcome = read_asked_intent(intent, attempted(order, "otp"), code_first, LIVE)

    assert isinstance(outcome, ActionRequired) is asked_again


@pytest.mark.parametrize("word", ["created", "pending", "a_new_word"])
def test_reads_the_word_of_a_status(word: str) -> None:
    assert read_status(reply({"id": PAYMENT_ID, "status": word})) == word


@pytest.mark.parametrize(
    "answer", [an_error(404), an_error(429), HttpReply(status=200, body=b"pending"), reply({}, 500)]
)
def test_proves_nothing_by_an_error_while_asking(answer: HttpReply) -> None:
    assert isinstance(read_status(answer), Unknown)
    assert isinstance(read_asked_intent(answer, attempted(ORDER), PUSH, LIVE), Unknown)


BALANCE = {"collectionAccount": [{"amount": 1, "currency": "XOF"}], "transferAccount": []}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(BALANCE), CredentialsAccepted),
        (an_error(401), CredentialsRefused),
        (an_error(403), CredentialsRefused),
        (an_error(404), CredentialsUnproven),
        (reply({}), CredentialsUnproven),
        (HttpReply(status=502), CredentialsUnproven),
    ],
)
def test_tells_whether_credentials_hold(answer: HttpReply, kind: type[object]) -> None:
    assert type(read_check(answer)) is kind


@pytest.mark.parametrize(
    ("transfer", "outcome"),
    [
        (a_transfer("created"), Accepted("tr_Q1", {}, 5)),
        (a_transfer("pending"), Accepted("tr_Q1", {}, 5)),
        (a_transfer("successful"), Paid(PAYOUT.money, "tr_Q1")),
        (a_transfer("successful", amount=1), Paid(Money(1, Currency("XOF")), "tr_Q1")),
    ],
)
def test_reads_a_transfer(transfer: dict[str, Any], outcome: Outcome) -> None:
    assert read_created_transfer(reply(transfer, 201), PAYOUT, LIVE) == outcome
    assert read_asked_transfer(reply(transfer), PAYOUT, LIVE) == outcome
    assert read_found_transfer(reply([a_transfer(reference="another", id="tr_0"), transfer]), PAYOUT, LIVE) == outcome
    assert read_found_transfer(reply({"data": [transfer]}), PAYOUT, LIVE) == outcome


@pytest.mark.parametrize(
    "transfer",
    [
        a_transfer("a_new_word"),
        a_transfer("successful", mode="sandbox"),
        a_transfer("successful", reference="another"),
        a_transfer("successful", amount=None),
        a_transfer("successful", currency="ZZZ"),
    ],
)
def test_is_never_sure_of_a_transfer_that_does_not_fit(transfer: dict[str, Any]) -> None:
    assert isinstance(read_asked_transfer(reply(transfer), PAYOUT, LIVE), Unknown)


@pytest.mark.parametrize("answer", [reply([]), reply({"data": []}), reply({"transfers": []}), an_error(429)])
def test_never_takes_an_unlisted_transfer_for_absent(answer: HttpReply) -> None:
    assert isinstance(read_found_transfer(answer, PAYOUT, LIVE), Unknown)
