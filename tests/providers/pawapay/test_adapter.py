"""Each flow from end to end, over a line that gives prepared answers."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.providers.pawapay.samples import (
    ACCOUNT,
    KEY,
    NOT_FOUND,
    NOW,
    ORDER,
    PAGE_PLAN,
    PAGE_URL,
    PAYOUT_KEY,
    PLANNED,
    PREAUTH,
    REFUND_KEY,
    TOKEN,
    VECTORS,
    XOF,
    Answer,
    a_payout,
    a_provider,
    a_record,
    a_refund,
    accepted,
    an_account,
    an_operation,
    answer,
    found,
    pawapay,
    rejected,
)
from zerofee.adapters.http.exchange import Silence
from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.provider_kind import CredentialsInvalid, ProviderKind
from zerofee.adapters.providers.pawapay.adapter import PROVIDER
from zerofee.adapters.providers.pawapay.signature import read_sealed, verify
from zerofee.domain.capabilities import Operation
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.customer import Customer
from zerofee.domain.failure import FailureCode
from zerofee.domain.method import CARD
from zerofee.domain.money import Money
from zerofee.domain.next_action import Redirect, UssdPush
from zerofee.domain.outcome import Absent, Accepted, ActionRequired, Cancelled, Expired, Paid, Proceed, Refused
from zerofee.domain.ports.provider import (
    CredentialsAccepted,
    CredentialsRefused,
    CredentialsUnproven,
    Provider,
    RawEvent,
)
from zerofee.domain.ports.vault import Secret
from zerofee.domain.wish import CaptureMode

PRIVATE_KEY = VECTORS["private_keys_for_regeneration"]["MERCHANT_TEST_KEY"]
SIGNING = {
    "api_token": Secret(TOKEN),
    "signing_key": Secret(PRIVATE_KEY),
    "signing_key_id": Secret("MERCHANT_TEST_KEY"),
}
PREDICTED = answer({"country": "CIV", "provider": "ORANGE_CIV", "phoneNumber": "2250734567890"})


def test_keeps_the_ports() -> None:
    kind: ProviderKind = PROVIDER
    provider: Provider = pawapay({})[0]

    assert kind.capabilities is provider.capabilities
    assert kind.capabilities.idempotent_create
    assert kind.capabilities.absence_final_after_s == 900
    assert Operation.CANCEL not in kind.capabilities.operations


async def test_plans_first_and_orders_the_same_bytes_each_time() -> None:
    provider, line = pawapay({"/v2/active-conf": ACCOUNT, "/v2/deposits": accepted()})

    planned = await provider.charge(ORDER)
    assert isinstance(planned, Proceed)
    order = replace(ORDER, reference=planned.reference, details=planned.details)
    first, second = await provider.charge(order), await provider.charge(order)

    assert isinstance(first, ActionRequired)
    assert first == second
    assert line.paths() == ["GET /v2/active-conf", "POST /v2/deposits", "POST /v2/deposits"]
    assert line.calls[1].body == line.calls[2].body
    assert line.body() == {
        "depositId": KEY,
        "amount": "1000",
        "currency": "XOF",
        "payer": {"type": "MMO", "accountDetails": {"phoneNumber": "2250503456789", "provider": "MTN_MOMO_CIV"}},
        "clientReferenceId": ORDER.payment_id,
        "customerMessage": "Cafe the",
    }
    assert line.calls[1].url == "https://api.sandbox.pawapay.io/v2/deposits"
    assert line.calls[1].headers["Authorization"] == f"Bearer {TOKEN}"
    assert line.calls[1].headers["Content-Type"] == "application/json"


async def test_says_to_the_customer_what_the_account_says() -> None:
    channel = {
        "type": "USSD",
        "quickLink": "tel:*133%23",
        "instructions": {"en": [{"text": "Dial *133#"}, "Enter your PIN"], "fr": ["Composez *133#"]},
    }
    terms = {"decimalsInAmount": "NONE", "pinPrompt": "MANUAL", "pinPromptInstructions": {"channels": [channel]}}
    account = an_account(a_provider("MTN_MOMO_CIV", DEPOSIT=terms))
    provider, _ = pawapay({"/v2/active-conf": account, "/v2/deposits": accepted()})

    planned = await provider.charge(ORDER)
    assert isinstance(planned, Proceed)
    shown = await provider.charge(replace(ORDER, details=planned.details))

    assert isinstance(shown, ActionRequired)
    assert shown.action == UssdPush("Dial *133# Enter your PIN", "*133#")


async def test_lets_pawapay_name_the_operator() -> None:
    provider, line = pawapay({"/v2/active-conf": ACCOUNT, "/v2/predict-provider": PREDICTED})

    planned = await provider.charge(replace(ORDER, operator=None))

    assert line.body() == {"phoneNumber": "+2250503456789"}
    assert isinstance(planned, Proceed)
    assert planned.details["provider"] == "ORANGE_CIV"
    assert planned.details["phone"] == "2250734567890"


async def test_the_app_corrects_the_prediction() -> None:
    provider, line = pawapay({"/v2/active-conf": ACCOUNT, "/v2/predict-provider": PREDICTED})

    planned = await provider.charge(ORDER)

    assert isinstance(planned, Proceed)
    assert planned.details["provider"] == "MTN_MOMO_CIV"
    assert line.paths() == ["GET /v2/active-conf"]


@pytest.mark.parametrize(
    "prediction",
    [
        rejected("INVALID_PHONE_NUMBER", 400),
        Silence("read timeout"),
        answer(b"<html>", 502),
        answer({"country": "SEN", "provider": "ORANGE_SEN", "phoneNumber": "221773456789"}),
        answer({"country": "CIV", "provider": "MOOV_CIV", "msisdn": "2250103456789"}),
        answer({"country": "CIV", "provider": "MTN_MOMO_CIV", "phoneNumber": "+225 05"}),
    ],
)
async def test_lets_the_customer_choose_on_the_page_when_the_operator_is_not_known(prediction: Answer) -> None:
    provider, line = pawapay(
        {
            "/v2/active-conf": ACCOUNT,
            "/v2/predict-provider": prediction,
            "/v2/paymentpage": answer({"redirectUrl": PAGE_URL}),
        }
    )
    order = replace(ORDER, operator=None)

    planned = await provider.charge(order)
    assert isinstance(planned, Proceed)
    shown = await provider.charge(replace(order, details=planned.details))

    assert planned.details == PAGE_PLAN
    assert isinstance(shown, ActionRequired)
    assert shown.action == Redirect(PAGE_URL)
    assert line.body() == {
        "depositId": KEY,
        "returnUrl": ORDER.return_url,
        "amountDetails": {"amount": "1000", "currency": "XOF"},
        "country": "CIV",
        "phoneNumber": "2250503456789",
        "customerMessage": "Cafe the",
    }


@pytest.mark.parametrize(
    ("settings", "customer", "phone"),
    [({"flow": "page"}, ORDER.customer, "2250503456789"), ({}, None, None), ({}, Customer(name="A"), None)],
)
async def test_goes_to_the_page_without_a_phone_or_when_told_to(
    settings: dict[str, str], customer: Customer | None, phone: str | None
) -> None:
    provider, line = pawapay({"/v2/active-conf": ACCOUNT}, settings=settings)

    planned = await provider.charge(replace(ORDER, customer=customer))

    assert isinstance(planned, Proceed)
    assert planned.details["flow"] == "page"
    assert planned.details.get("phone") == phone
    assert line.paths() == ["GET /v2/active-conf"]


async def test_a_page_lives_for_a_quarter_of_an_hour() -> None:
    clock = ToldClock(NOW)
    provider, line = pawapay(
        {
            "/v2/paymentpage": answer({"redirectUrl": PAGE_URL}),
            f"/v2/deposits/{KEY}": [NOT_FOUND, NOT_FOUND, found("PROCESSING"), found("COMPLETED", payer=None)],
        },
        settings={"language": "fr"},
        clock=clock,
    )
    opened = await provider.charge(replace(ORDER, details=PAGE_PLAN))
    assert isinstance(opened, ActionRequired)
    order = replace(ORDER, details={**PAGE_PLAN, **opened.details})
    assert line.body()["language"] == "FR"

    clock.set(NOW + timedelta(minutes=15))
    assert await provider.ask(order) == ActionRequired(Redirect(PAGE_URL), KEY)
    clock.set(NOW + timedelta(minutes=16))
    assert await provider.ask(order) == Expired(KEY)
    assert await provider.ask(order) == Accepted(KEY)
    assert await provider.ask(order) == Paid(Money(1000, XOF), KEY)


@pytest.mark.parametrize("order", [ORDER, PLANNED, replace(ORDER, details=PAGE_PLAN)])
async def test_absence_is_told_as_absence(order: object) -> None:
    """A page whose address never reached us was never shown; when absence counts is the domain's affair."""
    provider, _ = pawapay({f"/v2/deposits/{KEY}": NOT_FOUND}, clock=ToldClock(NOW + timedelta(days=1)))

    assert await provider.ask(order) == Absent()  # type: ignore[arg-type]  # a table of orders


async def test_uses_the_known_table_when_the_account_cannot_be_read() -> None:
    for silence in (Silence("read timeout"), answer(b"", 500), answer({"countries": 1})):
        provider, _ = pawapay({"/v2/active-conf": silence})

        planned = await provider.charge(ORDER)

        assert isinstance(planned, Proceed)
        assert planned.details["provider"] == "MTN_MOMO_CIV"


async def test_reads_the_account_once_in_five_minutes() -> None:
    clock = ToldClock(NOW)
    provider, line = pawapay({"/v2/active-conf": ACCOUNT}, clock=clock)

    for minutes in (0, 4, 6):
        clock.set(NOW + timedelta(minutes=minutes))
        await provider.charge(ORDER)

    assert line.paths() == ["GET /v2/active-conf"] * 2


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(ORDER, capture=CaptureMode.MANUAL), FailureCode.UNSUPPORTED),
        (replace(ORDER, method=CARD), FailureCode.UNSUPPORTED),
        (replace(ORDER, country=Country("FR")), FailureCode.UNSUPPORTED),
        (replace(ORDER, country=None), FailureCode.UNSUPPORTED),
        (replace(ORDER, money=Money(1000, Currency("EUR"))), FailureCode.UNSUPPORTED),
        (replace(ORDER, operator="wave"), FailureCode.UNSUPPORTED),
        (replace(ORDER, operator="nobody"), FailureCode.UNSUPPORTED),
    ],
)
async def test_refuses_what_the_account_cannot_do_before_anything_is_ordered(order: object, code: FailureCode) -> None:
    provider, line = pawapay({"/v2/active-conf": ACCOUNT})

    said = await provider.charge(order)  # type: ignore[arg-type]  # a table of orders

    assert isinstance(said, Refused)
    assert said.code is code
    assert all(call.method == "GET" for call in line.calls)


async def test_refuses_an_amount_finer_than_the_operator_counts() -> None:
    """The same currency, and one operator of it has no decimals."""
    account = an_account(
        a_provider("VODACOM_MPESA_COD", "CDF"),
        a_provider("AIRTEL_COD", "CDF", DEPOSIT={"decimalsInAmount": "TWO_PLACES", "authType": "PROVIDER_AUTH"}),
        country="COD",
    )
    provider, _ = pawapay({"/v2/active-conf": account})
    order = replace(ORDER, country=Country("CD"), money=Money(1050, Currency("CDF")))

    coarse = await provider.charge(replace(order, operator="vodacom"))
    fine = await provider.charge(replace(order, operator="airtel"))

    assert isinstance(coarse, Refused)
    assert coarse.code is FailureCode.UNSUPPORTED
    assert isinstance(fine, Proceed)
    assert fine.details["amount"] == "10.5"


async def test_a_refused_token_is_told_before_anything_is_ordered() -> None:
    provider, line = pawapay({"/v2/active-conf": rejected("AUTHENTICATION_ERROR", 401)})

    said = await provider.charge(ORDER)

    assert isinstance(said, Refused)
    assert said.code is FailureCode.INVALID_CREDENTIALS
    assert len(line.calls) == 1


@pytest.mark.parametrize("verb", ["capture", "cancel", "authenticate"])
async def test_what_pawapay_has_not_is_unsupported(verb: str) -> None:
    provider, line = pawapay({})
    operation = an_operation(PLANNED)

    match verb:
        case "capture":
            outcome = await provider.capture(operation)
        case "cancel":
            outcome = await provider.cancel(operation)
        case _:
            outcome = await provider.authenticate(operation, "1234")

    assert isinstance(outcome, Refused)
    assert outcome.code is FailureCode.UNSUPPORTED
    assert line.calls == []


async def test_gives_back_all_of_it_or_a_part() -> None:
    account = an_account(a_provider("AIRTEL_COD", "CDF", REFUND={"decimalsInAmount": "TWO_PLACES"}), country="COD")
    charge = replace(
        PLANNED, money=Money(1050, Currency("CDF")), country=Country("CD"), details={"provider": "AIRTEL_COD"}
    )
    taken = answer({"refundId": REFUND_KEY, "depositId": KEY, "status": "ACCEPTED"})
    provider, line = pawapay({"/v2/active-conf": account, "/v2/refunds": taken})

    assert await provider.refund(a_refund(1050, charge)) == Accepted(REFUND_KEY)
    whole = line.body()
    assert await provider.refund(a_refund(50, charge)) == Accepted(REFUND_KEY)

    assert whole == {"refundId": REFUND_KEY, "depositId": KEY, "clientReferenceId": a_refund().refund_id}
    assert line.body() == {**whole, "amount": "0.5", "currency": "CDF"}


async def test_a_refund_ends_as_its_own_record_says() -> None:
    record = a_record("COMPLETED", refundId=REFUND_KEY, amount="400.00", payer=None)
    cancelled = {**record, "status": "FAILED", "failureReason": {"failureCode": "MANUALLY_CANCELLED"}}
    provider, _ = pawapay(
        {
            f"/v2/refunds/{REFUND_KEY}": [
                answer({"status": "FOUND", "data": {**record, "status": "ENQUEUED"}}),
                answer({"status": "FOUND", "data": record}),
                answer({"status": "FOUND", "data": cancelled}),
                NOT_FOUND,
            ]
        }
    )

    assert await provider.ask_refund(a_refund(400)) == Accepted(REFUND_KEY)
    assert await provider.ask_refund(a_refund(400)) == Paid(Money(400, XOF), REFUND_KEY)
    assert await provider.ask_refund(a_refund(400)) == Cancelled(REFUND_KEY)
    assert await provider.ask_refund(a_refund(400)) == Absent()


@pytest.mark.parametrize(
    "code", ["AMOUNT_TOO_LARGE", "INVALID_STATE", "REFUND_IN_PROGRESS", "DEPOSIT_ALREADY_REFUNDED"]
)
async def test_a_refund_that_breaks_the_rules_is_refused(code: str) -> None:
    provider, _ = pawapay({"/v2/refunds": rejected(code)})

    said = await provider.refund(a_refund())

    assert isinstance(said, Refused)
    assert said.provider_code == code


async def test_pays_out() -> None:
    account = an_account(a_provider("MTN_MOMO_CIV", PAYOUT={"decimalsInAmount": "NONE"}))
    record = {**a_record("COMPLETED", payer=None), "payoutId": PAYOUT_KEY, "depositId": None}
    provider, line = pawapay(
        {
            "/v2/active-conf": account,
            "/v2/payouts": answer({"payoutId": PAYOUT_KEY, "status": "ACCEPTED"}),
            f"/v2/payouts/{PAYOUT_KEY}": answer({"status": "FOUND", "data": record}),
        }
    )

    assert await provider.payout(a_payout()) == Accepted(PAYOUT_KEY)
    assert line.body() == {
        "payoutId": PAYOUT_KEY,
        "amount": "1000",
        "currency": "XOF",
        "recipient": {"type": "MMO", "accountDetails": {"phoneNumber": "2250503456789", "provider": "MTN_MOMO_CIV"}},
        "clientReferenceId": a_payout().withdrawal_id,
    }
    assert await provider.ask_payout(a_payout()) == Paid(Money(1000, XOF), PAYOUT_KEY)


async def test_pays_out_to_whom_pawapay_predicts_and_to_nobody_else() -> None:
    account = an_account(a_provider("ORANGE_CIV", PAYOUT={"decimalsInAmount": "NONE"}))
    provider, line = pawapay(
        {
            "/v2/active-conf": account,
            "/v2/payouts": answer({"payoutId": PAYOUT_KEY, "status": "ACCEPTED"}),
            "/v2/predict-provider": [PREDICTED, rejected("INVALID_PHONE_NUMBER", 400)],
        }
    )

    assert await provider.payout(a_payout(operator=None)) == Accepted(PAYOUT_KEY)
    assert line.body()["recipient"]["accountDetails"]["provider"] == "ORANGE_CIV"
    unknown = await provider.payout(a_payout(operator=None))
    absent = await provider.payout(a_payout(operator="mtn"))

    assert isinstance(unknown, Refused)
    assert isinstance(absent, Refused)


async def test_signs_what_moves_money_when_it_has_a_key() -> None:
    provider, line = pawapay(
        {"/v2/deposits": accepted(), f"/v2/deposits/{KEY}": NOT_FOUND, "/v2/refunds": rejected("NOT_FOUND")},
        credentials=SIGNING,
    )
    await provider.charge(PLANNED)
    await provider.authenticate(an_operation(PREAUTH), "1234")
    await provider.refund(a_refund())
    await provider.ask(PLANNED)

    key = load_pem_private_key(PRIVATE_KEY.encode(), None).public_key()
    for call in line.calls[:3]:
        headers = {name.lower(): value for name, value in call.headers.items()}
        sealed = read_sealed(RawEvent(body=call.body, headers=headers, method=call.method, url=call.url))
        assert sealed.key_id == "MERCHANT_TEST_KEY"
        verify(sealed, key, NOW)  # type: ignore[arg-type]  # the vectors' keys are all on P-256
    assert "Signature" not in line.calls[3].headers


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Silence("read timeout"), CredentialsUnproven, "read timeout"),
        (answer(b"", 500), CredentialsUnproven, "500"),
        (answer(b"<html>"), CredentialsUnproven, "200"),
        (rejected("AUTHENTICATION_ERROR", 401), CredentialsRefused, "AUTHENTICATION_ERROR"),
        (answer(b"", 403), CredentialsRefused, "403"),
    ],
)
async def test_checks_the_token(reply: Answer, kind: type, words: str) -> None:
    provider, line = pawapay({"/v2/active-conf": reply})

    said = await provider.check()

    assert isinstance(said, kind)
    assert not isinstance(said, CredentialsAccepted)
    assert words in said.why
    assert TOKEN not in repr(said)
    assert line.calls[0].method == "GET"


async def test_warns_of_a_set_up_that_will_not_work() -> None:
    address = "https://pay.example.test/v1/webhooks/pawapay/con_01JD00000000000000000000AA"
    good = an_account(a_provider("MTN_MOMO_CIV", DEPOSIT={"callbackUrl": address}))
    bad = an_account(signatureConfiguration={"signedRequestsOnly": True, "signedCallbacks": False})

    assert await pawapay({"/v2/active-conf": good})[0].check() == CredentialsAccepted()
    said = await pawapay({"/v2/active-conf": bad}, settings={"flow": "pages"})[0].check()

    assert isinstance(said, CredentialsAccepted)
    for words in ("signing_key", "not signed", address, "flow must be one of auto, page"):
        assert words in (said.warning or "")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "api_token"),
        ({"api_token": " "}, "api_token"),
        ({"api_token": "two words"}, "api_token"),
        ({"api_token": TOKEN, "signing_key": PRIVATE_KEY}, "signing_key_id"),
        ({"api_token": TOKEN, "signing_key_id": "KEY:1"}, "signing_key"),
        ({"api_token": TOKEN, "signing_key_id": "KEY:1", "signing_key": "no key"}, "signing_key"),
    ],
)
def test_refuses_credentials_that_cannot_be(given: dict[str, str], field: str) -> None:
    with pytest.raises(CredentialsInvalid) as refused:
        PROVIDER.hints({name: Secret(value) for name, value in given.items()})

    assert refused.value.field == field


def test_hints_tell_enough_to_recognise_and_no_more() -> None:
    assert PROVIDER.hints(SIGNING) == {
        "api_token": "…dbox",
        "signing_key": "P-256 private key",
        "signing_key_id": "MERCHANT_TEST_KEY",
    }
    assert PROVIDER.hints({"api_token": Secret("short")}) == {"api_token": "…"}


async def test_no_secret_is_in_any_repr() -> None:
    provider, line = pawapay({"/v2/deposits": accepted(), "/v2/active-conf": ACCOUNT}, credentials=SIGNING)
    await provider.charge(PLANNED)
    await provider.authenticate(an_operation(PREAUTH), "987654")

    shown = repr((provider, line.calls, provider.account, provider.credentials, PROVIDER))

    for secret in (TOKEN, "BEGIN PRIVATE KEY", PRIVATE_KEY.splitlines()[1], "987654", "Bearer"):
        assert secret not in shown
    assert "987654" in json.dumps(line.body())
