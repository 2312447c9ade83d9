import csv
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.pawapay.samples import DATA, Json, a_provider, an_account, answer
from zerofee.adapters.providers.pawapay.configuration import (
    DEPOSIT,
    PAYOUT,
    REFUND,
    UNREAD,
    Configuration,
    Terms,
    read_configuration,
)
from zerofee.adapters.providers.pawapay.operators import ISO3, OFFERS, Auth, Offer, operator_of
from zerofee.adapters.providers.pawapay.requests import amount_text, customer_message
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency, exponent
from zerofee.domain.money import AmountNotRepresentable, Money, from_major

PATTERN = re.compile(r"([0]|([1-9][0-9]{0,17}))([.][0-9]{0,3}[1-9])?")
XOF = Currency("XOF")


def configuration(body: object) -> Configuration:
    read = read_configuration(answer(body).body)
    assert read is not None
    return read


def test_the_table_is_the_one_we_were_given() -> None:
    rows = list(csv.DictReader((DATA / "providers.csv").read_text().splitlines()))

    given = [
        (
            row["provider_v2"],
            row["country_iso2"],
            row["currency"],
            row["auth_type"],
            row["decimals_deposit"],
            row["decimals_payout"],
        )
        for row in rows
    ]
    ours = [
        (offer.code, offer.country, offer.currency, offer.auth, str(offer.deposit_digits), str(offer.payout_digits))
        for offer in OFFERS
    ]
    assert ours == given
    assert {(row["country_iso2"], row["country_iso3"]) for row in rows} == set(ISO3.items())


def test_an_operators_name_means_one_code_in_a_country_and_currency() -> None:
    keys = [(offer.country, offer.currency, operator_of(offer.code)) for offer in OFFERS]

    assert len(set(keys)) == len(keys)


@given(st.sampled_from(OFFERS), st.integers(1, 999_999_999_999), st.sampled_from([DEPOSIT, PAYOUT]))
def test_an_amount_is_written_as_the_operator_counts_or_refused(offer: Offer, minor: int, operation: str) -> None:
    """Each text has pawaPay's own pattern and reads back as the same money; padding changes nothing."""
    terms = UNREAD.of(offer.code, offer.currency, operation)
    assert terms is not None
    money = Money(minor, offer.currency)
    finer = exponent(offer.currency) - terms.digits

    if finer > 0 and minor % 10**finer:
        with pytest.raises(AmountNotRepresentable):
            amount_text(money, digits=terms.digits)
        return
    text = amount_text(money, digits=terms.digits)

    assert PATTERN.fullmatch(text)
    assert len(text) <= 23
    assert len(text.partition(".")[2]) <= terms.digits
    padded = text if "." in text else f"{text}.0000"
    for form in (text, padded):
        assert from_major(form, offer.currency, digits=exponent(offer.currency)) == money


@pytest.mark.parametrize(
    ("minor", "currency", "digits", "text"),
    [
        (500, "USD", 2, "5"),
        (1050, "USD", 2, "10.5"),
        (1, "USD", 2, "0.01"),
        (1000, "XOF", 0, "1000"),
        (1000, "XAF", 2, "1000"),
        (100, "UGX", 2, "100"),
        (150000, "CDF", 0, "1500"),
    ],
)
def test_writes_no_zero_at_the_end_of_a_fraction(minor: int, currency: str, digits: int, text: str) -> None:
    assert amount_text(Money(minor, Currency(currency)), digits=digits) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Café & thé", "Cafe the"),
        ("  Order #4711, two tickets and a drink ", "Order 4711 two tickets"),
        ("abc", None),
        ("注文", None),
        ("", None),
        (None, None),
    ],
)
def test_the_customer_reads_plain_letters(text: str | None, message: str | None) -> None:
    assert customer_message(text) == message
    assert message is None or re.fullmatch(r"[a-zA-Z0-9 ]{4,22}", message)


def test_reads_both_documented_shapes_of_the_configuration_alike() -> None:
    deposit = {"decimalsInAmount": "TWO_PLACES", "authType": "PROVIDER_AUTH", "minAmount": "1", "maxAmount": "9"}
    payout = {"decimalsInAmount": "NONE"}
    as_object: Json = {"DEPOSIT": deposit, "PAYOUT": payout}
    as_list: list[Json] = [{"DEPOSIT": deposit}, {"operationType": "PAYOUT", **payout}]
    read = []
    for kinds in (as_object, as_list):
        provider = {"provider": "AIRTEL_ZMB", "currencies": [{"currency": "ZMW", "operationTypes": kinds}]}
        read.append(configuration({"countries": [{"country": "ZMB", "providers": [provider]}]}))

    assert read[0] == read[1]
    assert read[0].of("AIRTEL_ZMB", Currency("ZMW"), DEPOSIT) == Terms(digits=2, auth=Auth.PROVIDER)
    assert read[0].of("AIRTEL_ZMB", Currency("ZMW"), PAYOUT) == Terms(digits=0, auth=Auth.PROVIDER)
    assert read[0].of("AIRTEL_ZMB", Currency("ZMW"), REFUND) is None
    # A code that no table of ours holds is found by its first word.
    assert read[0].find(Country("ZM"), "airtel", Currency("ZMW"), DEPOSIT) == "AIRTEL_ZMB"


def test_reads_an_unknown_number_of_decimals_as_none_and_leaves_out_an_unknown_approval() -> None:
    read = configuration(
        json.loads(
            an_account(
                a_provider("MTN_MOMO_CIV", DEPOSIT={"decimalsInAmount": "FOUR_PLACES"}),
                a_provider("ORANGE_CIV", DEPOSIT={"authType": "BY_DANCE"}),
                a_provider("WAVE_CIV", DEPOSIT="closed"),
            ).body
        )
    )

    assert read.of("MTN_MOMO_CIV", XOF, DEPOSIT) == Terms(digits=0, auth=Auth.PROVIDER)
    assert read.of("ORANGE_CIV", XOF, DEPOSIT) is None
    assert read.of("WAVE_CIV", XOF, DEPOSIT) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"countries":[1]}', b"[" * 100_000])
def test_what_is_no_configuration_is_none(body: bytes) -> None:
    assert read_configuration(body) is None
