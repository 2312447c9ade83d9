"""A way to pay has a name, or a code that says operator and country too."""

import pytest

from zerofee.domain.country import UnknownCountry
from zerofee.domain.method import (
    METHODS,
    MOBILE_MONEY,
    InvalidOperator,
    MethodChoice,
    UnknownMethod,
    method_choice,
    operator,
)


@pytest.mark.parametrize("name", METHODS)
def test_reads_a_name(name: str) -> None:
    assert method_choice(name).method == name


@pytest.mark.parametrize(
    ("code", "name", "where"),
    [("PAYIN_ORANGE_CI", "orange", "CI"), ("PAYIN_MTN_MOMO_CM", "mtn_momo", "CM"), ("PAYIN_E2_SN", "e2", "SN")],
)
def test_reads_a_code(code: str, name: str, where: str) -> None:
    choice = method_choice(code)

    assert (choice.method, choice.operator, choice.country) == (MOBILE_MONEY, name, where)


def test_a_name_says_no_more_than_the_method() -> None:
    assert method_choice("mobile_money") == MethodChoice(method=MOBILE_MONEY)


@pytest.mark.parametrize(
    "text", ["", "Card", "cash", "PAYIN_ORANGE", "PAYIN__CI", "payin_orange_ci", "PAYIN_ORANGE_CIV"]
)
def test_refuses_what_is_no_method(text: str) -> None:
    with pytest.raises(UnknownMethod, match="mobile_money, card") as refused:
        method_choice(text)

    assert refused.value.field == "payment_method"


def test_refuses_a_code_for_no_country() -> None:
    with pytest.raises(UnknownCountry):
        method_choice("PAYIN_ORANGE_ZZ")


@pytest.mark.parametrize(("text", "name"), [("orange", "orange"), ("MTN", "mtn"), ("free_money", "free_money")])
def test_reads_an_operator(text: str, name: str) -> None:
    assert operator(text) == name


@pytest.mark.parametrize("text", ["", "x", "1mtn", "mtn-ci", "orange money", "x" * 31, "örange"])
def test_refuses_what_is_no_operator(text: str) -> None:
    with pytest.raises(InvalidOperator) as refused:
        operator(text)

    assert refused.value.field == "operator"
