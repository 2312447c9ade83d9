from typing import Any

import pytest

from tests.providers.hub2.samples import (
    API_KEY,
    INTENT_ID,
    MERCHANT_ID,
    ORDER,
    PAYOUT,
    PHONES,
    TOKEN,
    a_payment,
    a_transfer,
    an_intent,
    an_opening,
    an_operation,
    an_order,
    hub2,
    line,
    opened,
    reply,
)
from zerofee.adapters.provider_kind import CredentialsInvalid
from zerofee.adapters.providers.hub2.adapter import PROVIDER
from zerofee.adapters.providers.hub2.credentials import read_credentials
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment

TAKEN = reply(an_intent("processing", a_payment("created")), 201)
PAGES = {"return": "https://shop.example/return", "cancel": "https://shop.example/cancel"}


async def test_opens_an_intent_with_our_ids_for_references() -> None:
    asked = line(reply(an_intent("payment_required"), 201))

    await hub2(asked).charge(ORDER)

    assert asked.asked == ["POST /payment-intents"]
    assert asked.sent() == {
        "customerReference": ORDER.payment_id,
        "purchaseReference": ORDER.attempt_id,
        "amount": 5000,
        "currency": "XOF",
    }
    assert asked.calls[0].headers == {
        "ApiKey": API_KEY,
        "MerchantId": MERCHANT_ID,
        "Environment": "live",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "x-use-standardized-error": "true",
    }


@pytest.mark.parametrize(
    ("country", "operator", "approach", "provider", "agreement"),
    [
        ("CI", "mtn", "push", "mtn", {}),
        ("ML", "moov", "push", "mobicash", {}),
        ("TG", "tmoney", "push", "togocell", {}),
        ("CM", "orange", "push", "orange", {}),
        (
            "CI",
            "wave",
            "redirection",
            "wave",
            {"onSuccessRedirectionUrl": PAGES["return"], "onFailedRedirectionUrl": PAGES["cancel"]},
        ),
        (
            "SN",
            "orange",
            "redirection",
            "orange",
            {
                "workflow": "redirection",
                "onFinishRedirectionUrl": PAGES["return"],
                "onCancelRedirectionUrl": PAGES["cancel"],
            },
        ),
    ],
)
async def test_tries_an_intent_as_the_operator_wants_it(
    country: str, operator: str, approach: str, provider: str, agreement: dict[str, Any]
) -> None:
    asked = line(TAKEN)

    await hub2(asked).charge(opened(an_order(country, operator), approach=approach))

    assert asked.asked == [f"POST /payment-intents/{INTENT_ID}/payments"]
    assert asked.sent() == {
        "token": TOKEN,
        "paymentMethod": "mobile_money",
        "country": country,
        "provider": provider,
        "mobileMoney": {"msisdn": PHONES[country], **agreement},
    }


@pytest.mark.parametrize("approach", ["otp", None])
async def test_sends_a_code_that_was_made_beforehand_with_the_attempt(approach: str | None) -> None:
    order = opened(an_order("CI", "orange"), {"code_for": "attempt"}, approach="otp")
    asked = line(TAKEN)

    await hub2(asked, workflow_CI="otp").authenticate(an_operation(order), "123456")

    assert asked.sent()["mobileMoney"] == {"msisdn": PHONES["CI"], "workflow": "otp", "otp": "123456"}


async def test_hands_over_a_code_that_a_payment_asked_for() -> None:
    order = opened(ORDER, {"payment_id": "pay_Q1", "code_for": "authentication"})
    asked = line(TAKEN)

    await hub2(asked).authenticate(an_operation(order), "654321")

    assert asked.asked == [f"POST /payment-intents/{INTENT_ID}/authentication"]
    assert asked.sent() == {"token": TOKEN, "confirmationCode": "654321"}


@pytest.mark.parametrize(
    ("environment", "settings", "msisdn"),
    [
        (Environment.LIVE, {}, "+2250700000000"),
        (Environment.LIVE, {"msisdn_format": "digits"}, "2250700000000"),
        (Environment.LIVE, {"msisdn_format": "digits", "msisdn_format_CI": "local"}, "0700000000"),
        (Environment.SANDBOX, {}, "0700000000"),
        (Environment.SANDBOX, {"msisdn_format": "e164"}, "+2250700000000"),
    ],
)
async def test_writes_numbers_as_the_settings_say(
    environment: Environment, settings: dict[str, str], msisdn: str
) -> None:
    asked = line(TAKEN)

    await hub2(asked, environment, **settings).charge(opened(ORDER))

    assert asked.sent()["mobileMoney"]["msisdn"] == msisdn
    assert asked.calls[0].headers["Environment"] == environment


async def test_spells_an_operator_as_the_settings_say() -> None:
    asked = line(TAKEN)

    await hub2(asked, operator_TG_tmoney="togocel").charge(opened(an_order("TG", "tmoney")))

    assert asked.sent()["provider"] == "togocel"


async def test_sends_a_payout_with_our_id_for_reference() -> None:
    asked = line(reply(a_transfer(), 201))

    await hub2(asked).payout(PAYOUT)

    assert asked.asked == ["POST /transfers"]
    assert asked.sent() == {
        "reference": PAYOUT.attempt_id,
        "amount": 5000,
        "currency": "XOF",
        "description": PAYOUT.withdrawal_id,
        "destination": {
            "type": "mobile_money",
            "country": "CI",
            "recipientName": "Aïcha Koné",
            "msisdn": "+2250700000000",
            "provider": "mtn",
        },
    }


async def test_keeps_an_id_of_theirs_inside_its_part_of_the_path() -> None:
    asked = line(reply({"status": "pending"}))

    await hub2(asked).ask(opened(ORDER, {"payment_id": "../balance?x=/"}))

    assert asked.asked == ["GET /payments/..%2Fbalance%3Fx%3D%2F/status"]


async def test_goes_where_the_operator_of_the_house_says() -> None:
    asked = line(reply(an_intent("payment_required"), 201))

    await PROVIDER.open(an_opening(asked, base_url="http://127.0.0.1:9403/")).charge(ORDER)

    assert asked.calls[0].url == "http://127.0.0.1:9403/payment-intents"


async def test_tells_no_secret_in_any_repr() -> None:
    asked = line(reply(an_intent("payment_required"), 201), TAKEN)
    provider = hub2(asked)
    proceed = await provider.charge(ORDER)
    action = await provider.charge(opened(ORDER))

    told = repr([provider, proceed, action, opened(ORDER), asked.calls, an_opening(asked)])
    assert all(secret not in told for secret in (API_KEY, TOKEN, "5f2aef16"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"merchant_id": "m"}, "api_key"),
        ({"api_key": "k"}, "merchant_id"),
        ({"api_key": "", "merchant_id": "m"}, "api_key"),
        ({"api_key": "a\r\nX: y", "merchant_id": "m"}, "api_key"),
        ({"api_key": "k", "merchant_id": "two words"}, "merchant_id"),
        ({"api_key": "k", "merchant_id": "m", "pin": "1"}, "pin"),
    ],
)
def test_refuses_credentials_that_cannot_be(given: dict[str, str], field: str) -> None:
    secrets = {name: Secret(value) for name, value in given.items()}

    with pytest.raises(CredentialsInvalid) as refused:
        PROVIDER.hints(secrets)
    assert refused.value.field == field
    assert all(value not in refused.value.detail for value in given.values() if len(value) > 4)
    with pytest.raises(CredentialsInvalid):
        read_credentials(secrets)


def test_shows_the_end_of_a_secret_and_all_of_the_merchant() -> None:
    given = {"api_key": API_KEY, "merchant_id": MERCHANT_ID, "webhook_secret": "short"}

    hints = PROVIDER.hints({name: Secret(value) for name, value in given.items()})

    assert hints == {"api_key": "…aa3e", "merchant_id": MERCHANT_ID, "webhook_secret": "…"}
