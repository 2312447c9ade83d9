from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from tests.providers.stripe.published import faults_of_call, nested
from tests.providers.stripe.samples import ATTEMPT_ID, KNOWN, NOW, ORDER, an_opening, an_operation, stripe
from zerofee.adapters.http.exchange import HttpCall
from zerofee.adapters.providers.stripe import requests
from zerofee.adapters.providers.stripe.capabilities import DIGITS, STEPS
from zerofee.adapters.providers.stripe.credentials import account
from zerofee.adapters.providers.stripe.objects import money
from zerofee.domain.currency import EXPONENTS, Currency
from zerofee.domain.customer import Customer
from zerofee.domain.money import AmountNotRepresentable, Money
from zerofee.domain.ports.provider import ChargeOrder
from zerofee.domain.wish import CaptureMode

ACCOUNT = account(an_opening(stripe()[1]))


def form_of(order: ChargeOrder) -> dict[str, str]:
    return dict(parse_qsl(requests.create_session(ACCOUNT, order).body.decode(), keep_blank_values=True))


def test_asks_for_one_card_payment_in_flat_keys() -> None:
    assert form_of(ORDER) == {
        "mode": "payment",
        "client_reference_id": ATTEMPT_ID,
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "1234",
        "line_items[0][price_data][product_data][name]": "Two tickets & a drink",
        "success_url": "https://shop.example/return?order=4711&lang=fr",
        "cancel_url": "https://shop.example/cancel",
        "customer_email": "aicha@example.com",
        "allowed_payment_method_types[0]": "card",
        "adaptive_pricing[enabled]": "false",
        "metadata[zerofee_attempt_id]": ATTEMPT_ID,
        "metadata[zerofee_payment_id]": ORDER.payment_id,
        "payment_intent_data[description]": "Two tickets & a drink",
        "payment_intent_data[metadata][zerofee_attempt_id]": ATTEMPT_ID,
        "payment_intent_data[metadata][zerofee_payment_id]": ORDER.payment_id,
        "expand[0]": "payment_intent.latest_charge",
    }


@pytest.mark.parametrize(
    "order",
    [
        ORDER,
        replace(ORDER, capture=CaptureMode.MANUAL),
        replace(ORDER, description=None, merchant_reference=None, customer=None),
        replace(ORDER, description="  ", customer=Customer(name="Aïcha")),
        replace(ORDER, description="é" * 3000),
        replace(ORDER, expires_at=NOW + timedelta(hours=2)),
        replace(ORDER, return_url="https://shop.example/?a={CHECKOUT_SESSION_ID}&é=1#x"),
        *[replace(ORDER, money=Money(1000, code)) for code in sorted(DIGITS)],
    ],
)
def test_every_order_makes_a_call_as_published(order: ChargeOrder) -> None:
    assert faults_of_call(requests.create_session(ACCOUNT, order)) == []


def test_the_published_description_notices_what_is_wrong() -> None:
    """Were these let pass, all the other checks against it would prove nothing."""
    call = requests.create_session(ACCOUNT, ORDER)
    for bad in (b"&mode=pay", b"&ui_mode=hosted", b"&payment_method_types[0]=card", b"&nonsense=1", b"&mode=payment"):
        assert faults_of_call(replace(call, body=call.body + bad))
    assert faults_of_call(replace(call, body=call.body.replace(b"=1234", b"=12.34")))
    assert faults_of_call(HttpCall(method="GET", url="https://api.stripe.com/v1/balance?x=1", headers=call.headers))


def test_holds_when_capture_is_manual() -> None:
    form = form_of(replace(ORDER, capture=CaptureMode.MANUAL))

    assert form["payment_intent_data[capture_method]"] == "manual"


def test_sends_no_empty_value() -> None:
    """An empty value would unset a field, and a blank name is refused."""
    form = form_of(replace(ORDER, description=" ", merchant_reference=None, customer=Customer(email="é@é.fr")))

    assert all(value.strip() for value in form.values())
    assert form["line_items[0][price_data][product_data][name]"] == f"Payment {ORDER.payment_id}"
    assert "customer_email" not in form


@pytest.mark.parametrize(
    ("after", "sent"),
    [
        (timedelta(minutes=5), timedelta(minutes=31)),
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(days=3), timedelta(hours=23, minutes=55)),
    ],
)
def test_keeps_the_end_of_the_page_within_what_stripe_takes(after: timedelta, sent: timedelta) -> None:
    form = form_of(replace(ORDER, expires_at=NOW + after))

    assert form["expires_at"] == str(int((NOW + sent).timestamp()))


def test_leaves_the_end_to_stripe_when_the_order_has_none() -> None:
    assert "expires_at" not in form_of(ORDER)


@pytest.mark.parametrize(
    ("code", "minor", "units"),
    [
        ("EUR", 1234, 1234),
        ("JPY", 500, 500),
        ("XOF", 5000, 5000),
        ("MGA", 123400, 1234),
        ("ISK", 1500, 150000),
        ("HUF", 17500, 17500),
        ("TWD", 3000, 3000),
        ("KWD", 1230, 1230),
    ],
)
def test_counts_as_stripe_does_and_back(code: str, minor: int, units: int) -> None:
    amount = Money(minor, Currency(code))

    assert requests.units(amount) == units
    assert money(units, code.lower()) == amount


@pytest.mark.parametrize(("code", "minor"), [("MGA", 1234), ("HUF", 17550), ("TWD", 3001), ("KWD", 1234)])
def test_takes_no_amount_that_is_too_fine(code: str, minor: int) -> None:
    with pytest.raises(AmountNotRepresentable):
        requests.units(Money(minor, Currency(code)))


def test_counts_only_currencies_that_exist_and_ugx_not_yet() -> None:
    assert set(DIGITS) <= set(EXPONENTS)
    assert set(STEPS) <= set(DIGITS)
    assert "UGX" not in DIGITS
    differing = {code for code, digits in DIGITS.items() if digits != EXPONENTS[code]}
    assert differing == {"ISK", "MGA"}


def test_each_step_has_a_key_of_its_own() -> None:
    operation = an_operation()
    calls = [
        requests.create_session(ACCOUNT, ORDER),
        requests.expire_session(ACCOUNT, operation, "cs_1"),
        requests.cancel_intent(ACCOUNT, operation, "pi_1"),
        requests.capture_intent(ACCOUNT, operation, "pi_1"),
    ]

    keys = [call.headers["idempotency-key"] for call in calls]

    assert len(set(keys)) == len(keys)
    assert keys[0] == f"{ORDER.provider_key}:create"


def test_no_id_leaves_its_place_in_the_path() -> None:
    call = requests.read_session(ACCOUNT, "cs_1/../../balance?x=1#")

    assert call.url.startswith("https://api.stripe.com/v1/checkout/sessions/cs_1%2F..%2F..%2Fbalance%3Fx%3D1%23?expand")


def test_writes_nested_names() -> None:
    form = {"a": {"b": [{"c": 1}, {"c": True}], "none": None}, "d": "é&=", "e": [], "f": {}}

    text = requests.encode(form)

    assert text == "a[b][0][c]=1&a[b][1][c]=true&d=%C3%A9%26%3D"
    assert nested(parse_qsl(text)) == {"a": {"b": [{"c": "1"}, {"c": "true"}]}, "d": "é&="}


def test_talks_to_the_operators_address() -> None:
    elsewhere = account(an_opening(stripe()[1], base_url="http://127.0.0.1:9401/"))

    assert requests.read_balance(elsewhere).url == "http://127.0.0.1:9401/v1/balance"
    assert requests.read_session(elsewhere, KNOWN.reference or "").url.startswith("http://127.0.0.1:9401/v1/checkout/")
