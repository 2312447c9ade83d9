import base64
import json
from dataclasses import replace

import pytest

from tests.providers.paypal.published import faults_of_call
from tests.providers.paypal.samples import (
    API,
    CAPTURE_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    HELD,
    ORDER,
    ORDER_ID,
    REFUND_ID,
    a_refund_order,
    an_operation,
    secrets,
)
from zerofee.adapters.http.exchange import HttpCall
from zerofee.adapters.providers.paypal.capabilities import CAPABILITIES, CURRENCIES, digits
from zerofee.adapters.providers.paypal.credentials import credentials_of
from zerofee.adapters.providers.paypal.requests import (
    bearing,
    capture_authorization,
    create_order,
    refund_capture,
    request_id,
    show_capture,
    show_order,
    show_refund,
    take_order,
    token_call,
    verify_signature,
    void_authorization,
)
from zerofee.adapters.providers.paypal.webhooks import HEADERS
from zerofee.domain.currency import Currency, exponent
from zerofee.domain.money import AmountNotRepresentable, Money
from zerofee.domain.ports.provider import ChargeOrder
from zerofee.domain.ports.vault import Secret
from zerofee.domain.wish import CaptureMode

MANUAL = replace(ORDER, capture=CaptureMode.MANUAL)
KEY = ORDER.provider_key
ALL_CALLS = [
    create_order(API, ORDER),
    create_order(API, MANUAL),
    create_order(API, replace(ORDER, description=None, customer=None)),
    create_order(API, replace(ORDER, description="é" * 500)),
    *(create_order(API, replace(ORDER, money=Money(123400, code))) for code in sorted(CURRENCIES)),
    take_order(API, ORDER, ORDER_ID, 0),
    take_order(API, MANUAL, ORDER_ID, 0),
    capture_authorization(API, an_operation(), "0VF52814937998046"),
    void_authorization(API, "0VF52814937998046"),
    refund_capture(API, a_refund_order(200), CAPTURE_ID),
    show_order(API, ORDER_ID),
    show_capture(API, CAPTURE_ID),
    show_refund(API, REFUND_ID),
    verify_signature(API, "1JE4291016473214C", dict.fromkeys(HEADERS, "SHA256withRSA"), b'{"id":"WH-1"}'),
]


@pytest.mark.parametrize("call", ALL_CALLS, ids=lambda call: f"{call.method} {call.url.removeprefix(API)}")
def test_builds_only_what_paypal_has_published(call: HttpCall) -> None:
    assert faults_of_call(bearing(call, Secret("A21AAToken"))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"intent": "SALE"},
        {"purchase_units": []},
        {"purchase_units": [{"amount": {"currency_code": "EUR", "value": "1,00"}}]},
        {"purchase_units": [{"amount": {"currency_code": "EUR", "value": 1}}]},
        {"purchase_units": [{"amount": {"currency_code": "EUR"}}]},
    ],
)
def test_would_notice_a_call_that_is_wrong(change: dict[str, object]) -> None:
    call = bearing(create_order(API, ORDER), Secret("A21AAToken"))

    assert faults_of_call(replace(call, body=json.dumps({**json.loads(call.body), **change}).encode()))


def test_asks_for_a_token_with_the_basic_scheme_and_a_form() -> None:
    call = token_call(API, credentials_of(secrets()))

    assert faults_of_call(call) == []
    assert (
        call.headers["Authorization"] == "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    )
    assert call.body == b"grant_type=client_credentials"


def test_says_what_the_order_says() -> None:
    body = json.loads(create_order(API, ORDER).body)

    experience = body["payment_source"]["paypal"]["experience_context"]
    assert body["intent"] == "CAPTURE"
    assert body["purchase_units"] == [
        {
            "reference_id": "default",
            "custom_id": ORDER.attempt_id,
            "amount": {"currency_code": "EUR", "value": "12.34"},
            "description": "Two tickets & a drink",
        }
    ]
    assert experience["return_url"] == ORDER.return_url
    assert experience["cancel_url"] == ORDER.cancel_url
    assert experience["payment_method_preference"] == "IMMEDIATE_PAYMENT_REQUIRED"


def test_holds_the_money_of_a_payment_that_is_captured_later() -> None:
    assert json.loads(create_order(API, MANUAL).body)["intent"] == "AUTHORIZE"
    assert take_order(API, MANUAL, ORDER_ID, 0).url.endswith("/authorize")


@pytest.mark.parametrize(
    ("minor", "code", "value"),
    [
        (1, "EUR", "0.01"),
        (1050, "USD", "10.50"),
        (1050, "JPY", "1050"),
        (105000, "HUF", "1050"),
        (105000, "TWD", "1050"),
        (999999999999, "USD", "9999999999.99"),
    ],
)
def test_writes_amounts_as_paypal_counts_them(minor: int, code: str, value: str) -> None:
    body = json.loads(create_order(API, replace(ORDER, money=Money(minor, Currency(code)))).body)

    assert body["purchase_units"][0]["amount"] == {"currency_code": code, "value": value}


@pytest.mark.parametrize("code", ["HUF", "TWD"])
def test_does_not_round_what_paypal_cannot_count(code: str) -> None:
    with pytest.raises(AmountNotRepresentable):
        create_order(API, replace(ORDER, money=Money(105050, Currency(code))))


def test_counts_every_currency_with_at_most_the_digits_of_iso() -> None:
    assert [code for code in CURRENCIES if digits(code) > exponent(code)] == []
    assert all(flow.currencies == CURRENCIES for flow in CAPABILITIES.flows)


def test_gives_each_step_an_id_of_its_own_and_each_resend_the_same() -> None:
    steps = ["create", "capture:0", "capture:1", "authorize:0", "capture", "refund"]

    ids = [request_id(key, step) for key in (KEY, an_operation().provider_key) for step in steps]
    assert len(set(ids)) == len(ids)
    assert request_id(KEY, "create") == request_id(KEY, "create")
    assert create_order(API, ORDER) == create_order(API, ORDER)


@pytest.mark.parametrize("reference", ["../../v1/oauth2/token", "A?B", "A/B", "A#B"])
def test_lets_no_id_lead_to_another_path(reference: str) -> None:
    order: ChargeOrder = replace(HELD, reference=reference)

    url = take_order(API, order, reference, 0).url

    assert url.startswith(f"{API}/v2/checkout/orders/")
    assert url.removeprefix(f"{API}/v2/checkout/orders/").count("/") == 1
    assert "?" not in url
    assert "#" not in url


def test_pastes_an_event_into_the_question_byte_for_byte() -> None:
    body = b'{"id": "WH-1",  "n": 1.0, "e": {}, "u": "\\u00e9"}'

    call = verify_signature(API, "1JE4291016473214C", dict.fromkeys(HEADERS, "x"), body)

    assert b'"webhook_event":' + body + b"}" in call.body
