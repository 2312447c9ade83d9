"""Every verb on a line whose answers are given: which calls are made, and which never are."""

from dataclasses import replace

import pytest

from tests.providers.hub2.samples import (
    INTENT_ID,
    ORDER,
    PAYMENT_ID,
    PAYOUT,
    TOKEN,
    a_payment,
    a_transfer,
    an_error,
    an_intent,
    an_operation,
    an_order,
    attempted,
    hub2,
    line,
    opened,
    reply,
)
from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import RefundId
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp, UssdPush
from zerofee.domain.outcome import Absent, Accepted, ActionRequired, NotSent, Outcome, Paid, Proceed, Refused, Unknown
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialsAccepted,
    CredentialsUnproven,
    PayoutOrder,
    RefundOrder,
)
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode

NEW_INTENT = reply(an_intent("payment_required"), 201)
CREATED = reply(an_intent("processing", a_payment("created")), 201)
PAID = reply(an_intent("successful", a_payment("successful")))
LOST = Silence("no answer in time")
UNHEARD = Silence("could not connect", sent=False)
READ_STATUS = f"GET /payments/{PAYMENT_ID}/status"
READ_INTENT = f"GET /payment-intents/{INTENT_ID}"


def a_status(word: str) -> HttpReply:
    return reply({"id": PAYMENT_ID, "status": word})


def code_of(outcome: Outcome) -> FailureCode:
    assert isinstance(outcome, Refused)
    return outcome.code


async def test_goes_from_the_intent_to_the_attempt_with_what_was_kept() -> None:
    asked = line(NEW_INTENT, CREATED)

    first = await hub2(asked).charge(ORDER)
    assert first == Proceed(INTENT_ID, {"secret_token": TOKEN, "approach": "push"})
    second = await hub2(asked).charge(replace(ORDER, reference=first.reference, details=first.details))

    assert isinstance(second, ActionRequired)
    assert isinstance(second.action, UssdPush)
    assert asked.asked == ["POST /payment-intents", f"POST /payment-intents/{INTENT_ID}/payments"]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(ORDER, capture=CaptureMode.MANUAL), FailureCode.UNSUPPORTED),
        (replace(ORDER, money=Money(5000, Currency("XAF"))), FailureCode.UNSUPPORTED),
        (replace(ORDER, country=None), FailureCode.UNSUPPORTED),
        (replace(ORDER, operator="free"), FailureCode.UNSUPPORTED),
        (replace(ORDER, operator=None), FailureCode.INVALID_REQUEST),
        (replace(ORDER, customer=None), FailureCode.INVALID_REQUEST),
        (replace(ORDER, customer=Customer(phone="+221770000000")), FailureCode.INVALID_REQUEST),
    ],
)
async def test_sends_nothing_for_what_it_cannot_do(order: ChargeOrder, code: FailureCode) -> None:
    assert code_of(await hub2(line()).charge(order)) is code


@pytest.mark.parametrize("settings", [{"workflow_CI": "dance"}, {"msisdn_format": "roman"}])
async def test_says_which_setting_is_wrong(settings: dict[str, str]) -> None:
    outcome = await hub2(line(), Environment.LIVE, **settings).charge(opened(an_order("CI", "orange"), approach=""))

    assert code_of(outcome) is FailureCode.INVALID_REQUEST
    assert next(iter(settings)) in repr(outcome)


@pytest.mark.parametrize("order", [ORDER, opened(ORDER)])
@pytest.mark.parametrize(("silence", "kind"), [(LOST, Unknown), (UNHEARD, NotSent)])
async def test_knows_nothing_when_the_answer_is_lost(order: ChargeOrder, silence: Silence, kind: type[Outcome]) -> None:
    asked = line(silence)

    assert isinstance(await hub2(asked).charge(order), kind)
    assert len(asked.calls) == 1


async def test_never_makes_a_second_attempt_of_its_own() -> None:
    asked = line(a_status("pending"))

    outcome = await hub2(asked).charge(attempted(ORDER))

    assert asked.asked == [READ_STATUS]
    assert isinstance(outcome, ActionRequired)


async def test_knows_without_asking_that_nothing_was_tried_without_an_intent() -> None:
    assert await hub2(line()).ask(ORDER) == Absent()


async def test_looks_into_the_intent_for_an_attempt_whose_answer_was_lost() -> None:
    asked = line(reply(an_intent("processing", a_payment("pending"))))

    outcome = await hub2(asked).ask(opened(ORDER))

    assert asked.asked == [READ_INTENT]
    assert isinstance(outcome, ActionRequired)
    assert outcome.details == {"payment_id": PAYMENT_ID}


@pytest.mark.parametrize("word", ["created", "pending", "processing"])
async def test_polls_the_status_alone_while_the_provider_works(word: str) -> None:
    asked = line(a_status(word))

    outcome = await hub2(asked).ask(attempted(ORDER))

    assert asked.asked == [READ_STATUS]
    assert isinstance(outcome, ActionRequired)
    assert outcome.ask_after_s is not None
    assert outcome.ask_after_s >= 2


@pytest.mark.parametrize("word", ["successful", "failed", "action_required", "a_new_word"])
async def test_reads_the_whole_intent_once_something_has_happened(word: str) -> None:
    asked = line(a_status(word), PAID)

    outcome = await hub2(asked).ask(attempted(ORDER))

    assert asked.asked == [READ_STATUS, READ_INTENT]
    assert outcome == Paid(ORDER.money, INTENT_ID, {"payment_id": PAYMENT_ID})


async def test_reads_the_intent_until_the_page_to_redirect_to_is_there() -> None:
    wave = attempted(an_order("CI", "wave"), "redirection")
    asked = line(reply(an_intent("processing", a_payment("pending"))), a_status("pending"))

    before = await hub2(asked).ask(wave)
    after = await hub2(asked).ask(replace(wave, details={**wave.details, "shown": "yes"}))

    assert asked.asked == [READ_INTENT, READ_STATUS]
    assert isinstance(before, Accepted)
    assert isinstance(after, Accepted)


@pytest.mark.parametrize("answer", [LOST, UNHEARD, an_error(401), an_error(404), an_error(429), HttpReply(status=500)])
async def test_concludes_nothing_from_an_asking_that_failed(answer: HttpReply | Silence) -> None:
    assert isinstance(await hub2(line(answer)).ask(opened(ORDER)), Unknown)
    assert isinstance(await hub2(line(answer)).ask(attempted(ORDER)), Unknown)
    assert isinstance(await hub2(line(a_status("failed"), answer)).ask(attempted(ORDER)), Unknown)
    assert isinstance(await hub2(line(answer)).ask_payout(PAYOUT), Unknown)
    assert isinstance(await hub2(line(answer)).ask_payout(replace(PAYOUT, reference="tr_Q1")), Unknown)


async def test_wants_a_code_before_it_tries_where_the_setting_says_so() -> None:
    asked = line(NEW_INTENT, CREATED)
    provider = hub2(asked, workflow_CI="otp")
    order = an_order("CI", "orange")

    proceed = await provider.charge(order)
    assert isinstance(proceed, Proceed)
    kept = replace(order, reference=proceed.reference, details=proceed.details)
    wanted = await provider.charge(kept)
    assert isinstance(wanted, ActionRequired)
    assert isinstance(wanted.action, Otp)
    assert wanted.action.ussd_code == "#144*82#"
    assert len(asked.calls) == 1
    taken = await provider.authenticate(
        an_operation(replace(kept, details={**kept.details, **wanted.details})), "123456"
    )

    assert isinstance(taken, Accepted)
    assert asked.asked[1:] == [f"POST /payment-intents/{INTENT_ID}/payments"]


async def test_goes_on_wanting_a_code_as_long_as_none_was_tried() -> None:
    asked = line(reply(an_intent("payment_required")))

    outcome = await hub2(asked).ask(opened(an_order("BF", "orange"), approach="otp"))

    assert isinstance(outcome, ActionRequired)
    assert outcome.action == Otp(
        "Give the one-time code of Orange Money. Dial *144*4*6*5000# to get it.", "*144*4*6*5000#"
    )


async def test_keeps_to_the_approach_it_began_with() -> None:
    asked = line(CREATED)

    outcome = await hub2(asked, workflow_CI="otp").charge(opened(an_order("CI", "orange"), approach="redirection"))

    assert isinstance(outcome, Accepted)
    assert asked.sent()["mobileMoney"]["workflow"] == "redirection"


async def test_refuses_a_code_that_nobody_asked_for() -> None:
    assert code_of(await hub2(line()).authenticate(an_operation(ORDER), "1")) is FailureCode.INVALID_REQUEST
    assert code_of(await hub2(line()).authenticate(an_operation(opened(ORDER)), "1")) is FailureCode.INVALID_REQUEST


@pytest.mark.parametrize("code_for", ["attempt", "authentication"])
async def test_knows_nothing_when_the_answer_to_a_code_is_lost(code_for: str) -> None:
    order = opened(an_order("CI", "orange"), {"code_for": code_for}, approach="otp")

    assert isinstance(await hub2(line(LOST)).authenticate(an_operation(order), "123456"), Unknown)


async def test_does_not_try_without_the_token() -> None:
    assert isinstance(await hub2(line()).charge(replace(ORDER, reference=INTENT_ID)), Unknown)


async def test_answers_what_hub2_does_not_have() -> None:
    provider, charge = hub2(line()), attempted(ORDER)
    refund = RefundOrder(
        charge=charge,
        refund_id=RefundId("ref_1"),
        attempt_id=ORDER.attempt_id,
        provider_key=ORDER.provider_key,
        money=ORDER.money,
        reason=None,
        sent_at=ORDER.sent_at,
    )

    for outcome in (
        await provider.capture(an_operation(charge)),
        await provider.cancel(an_operation(charge)),
        await provider.refund(refund),
        await provider.ask_refund(refund),
    ):
        assert code_of(outcome) is FailureCode.UNSUPPORTED


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(PAYOUT, operator=None), FailureCode.UNSUPPORTED),
        (replace(PAYOUT, operator="free"), FailureCode.UNSUPPORTED),
        (replace(PAYOUT, operator="wave"), FailureCode.UNSUPPORTED),
        (replace(PAYOUT, money=Money(5000, Currency("XAF"))), FailureCode.INVALID_REQUEST),
        (replace(PAYOUT, money=Money(95, Currency("XOF"))), FailureCode.INVALID_REQUEST),
        (replace(PAYOUT, money=Money(2_000_005, Currency("XOF"))), FailureCode.INVALID_REQUEST),
        (replace(PAYOUT, money=Money(5001, Currency("XOF"))), FailureCode.INVALID_REQUEST),
    ],
)
async def test_sends_no_payout_that_hub2_would_not_take(order: PayoutOrder, code: FailureCode) -> None:
    assert code_of(await hub2(line()).payout(order)) is code


async def test_follows_a_payout_to_its_end() -> None:
    asked = line(
        reply(a_transfer(), 201),
        reply({"status": "pending"}),
        reply({"status": "successful"}),
        reply(a_transfer("successful")),
    )
    known = replace(PAYOUT, reference="tr_Q1")

    assert await hub2(asked).payout(PAYOUT) == Accepted("tr_Q1", {}, 5)
    assert await hub2(asked).ask_payout(known) == Accepted("tr_Q1", {}, 5)
    assert await hub2(asked).ask_payout(known) == Paid(PAYOUT.money, "tr_Q1")
    assert asked.asked == [
        "POST /transfers",
        "GET /transfers/tr_Q1/status",
        "GET /transfers/tr_Q1/status",
        "GET /transfers/tr_Q1",
    ]


async def test_looks_for_a_payout_whose_answer_was_lost_and_sends_none() -> None:
    asked = line(LOST, reply([a_transfer("successful")]))

    assert isinstance(await hub2(asked).payout(PAYOUT), Unknown)
    assert await hub2(asked).ask_payout(PAYOUT) == Paid(PAYOUT.money, "tr_Q1")
    assert asked.calls[1].method == "GET"
    assert asked.calls[1].url.partition("?")[2] == (
        "from=2026-11-24T11%3A55%3A00%2B00%3A00&to=2026-11-24T13%3A00%3A00%2B00%3A00"
    )


async def test_asks_for_the_balance_to_check_credentials() -> None:
    balance = reply({"collectionAccount": [], "transferAccount": []})
    asked = line(balance, UNHEARD)

    assert await hub2(asked, balance_currency="XAF").check() == CredentialsAccepted()
    assert await hub2(asked).check() == CredentialsUnproven("could not connect")
    assert asked.asked == ["GET /balance?currency=XAF", "GET /balance?currency=XOF"]
