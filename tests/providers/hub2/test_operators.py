import csv

import pytest

from tests.providers.hub2.samples import DATA
from zerofee.adapters.providers.hub2.capabilities import CAPABILITIES
from zerofee.adapters.providers.hub2.operators import OPERATORS, Approach, find_operator, rounded_up
from zerofee.domain.capabilities import Operation, unsupported
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.wish import CaptureMode, Wish

FLOWS = {
    "redirection": (Approach.REDIRECT,),
    "redirection_or_otp": (Approach.REDIRECT, Approach.CODE_FIRST),
    "ussd_push": (Approach.PUSH,),
    "otp_or_push_unconfirmed": (Approach.CODE_FIRST, Approach.PUSH),
}
ROUNDINGS = {"to multiple of 5": 5, "to multiple of 1000": 1000}
ROWS = list(csv.DictReader((DATA / "operators.csv").read_text().splitlines()))
# Its values are not known, so it cannot be called.
CALLABLE = [row for row in ROWS if row["payment_method"]]


def number(text: str) -> int | None:
    return int(text) if text else None


def test_leaves_out_only_what_has_no_known_value() -> None:
    assert [row["operator"] for row in ROWS if not row["payment_method"]] == ["Ecobank"]
    assert len(OPERATORS) == len(CALLABLE)


@pytest.mark.parametrize("row", CALLABLE, ids=lambda row: f"{row['country_iso2']}-{row['operator']}")
def test_says_of_each_operator_what_the_list_says(row: dict[str, str]) -> None:
    values = row["provider_value"].split("|")
    operator = find_operator(Country(row["country_iso2"]), values[0])

    assert operator is not None
    assert operator.value in values
    assert operator.approaches == FLOWS[row["flow"]]
    assert (operator.nation.currency, operator.nation.calling_code) == (row["currency"], row["calling_code"])
    payin = operator.payin
    assert (payin and payin.least_minor, payin and payin.most_minor) == (
        number(row["payin_min"]),
        number(row["payin_max"]),
    )
    payout = operator.payout
    assert (payout and payout.least_minor, payout and payout.most_minor, payout and payout.multiple) == (
        number(row["payout_min"]),
        number(row["payout_max"]),
        number(row["payout_multiple"]),
    )
    # The policy is of countries; the list repeats it for the operators whose limits it found.
    if row["payin_rounding"]:
        assert operator.nation.rounding == ROUNDINGS[row["payin_rounding"]]


def test_rounds_only_where_the_list_says_so() -> None:
    rounding = {row["country_iso2"] for row in ROWS if row["payin_rounding"]}

    assert {operator.country for operator in OPERATORS if operator.nation.rounding > 1} == rounding


@pytest.mark.parametrize(
    ("country", "minor", "rounded"),
    [("CI", 5001, 5001), ("SN", 5001, 5005), ("SN", 5005, 5005), ("GN", 10_001, 11_000)],
)
def test_rounds_up_as_the_country_does(country: str, minor: int, rounded: int) -> None:
    operator = find_operator(Country(country), "orange")
    assert operator is not None
    money = Money(minor, operator.nation.currency)

    assert rounded_up(money, operator) == Money(rounded, operator.nation.currency)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish(money=Money(500, Currency("XOF")), method=CARD), "does not take card"),
        (
            Wish(money=Money(500, Currency("EUR")), method=MOBILE_MONEY, country=Country("CI"), operator="mtn"),
            "does not take mobile_money",
        ),
        (
            Wish(money=Money(500, Currency("XOF")), method=MOBILE_MONEY, country=Country("FR"), operator="mtn"),
            "does not take mobile_money",
        ),
        (
            Wish(money=Money(499, Currency("XAF")), method=MOBILE_MONEY, country=Country("CM"), operator="mtn"),
            "does not take mobile_money",
        ),
        (
            Wish(
                money=Money(500, Currency("XOF")),
                method=MOBILE_MONEY,
                country=Country("CI"),
                operator="mtn",
                capture=CaptureMode.MANUAL,
            ),
            "cannot hold",
        ),
    ],
)
def test_declares_what_it_cannot_do(wish: Wish, why: str) -> None:
    assert why in (unsupported(CAPABILITIES, wish) or "")


def test_never_claims_what_hub2_does_not_have() -> None:
    assert CAPABILITIES.operations == {Operation.AUTHENTICATE, Operation.PAYOUT}
    assert not CAPABILITIES.idempotent_create
