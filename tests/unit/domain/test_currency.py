"""Currencies are known by the codes of ISO 4217, and by nothing else."""

import pytest

from zerofee.domain.currency import EXPONENTS, Currency, UnknownCurrency, currency, exponent


@pytest.mark.parametrize("code", ("XOF", "USD", "KWD", "CLF", "SLE", "VED", "ZWG", "XCG"))
def test_knows_a_code_in_use(code: str) -> None:
    assert currency(code) == code


@pytest.mark.parametrize(
    ("digits", "codes"),
    (
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    ),
)
def test_counts_two_digits_in_all_but_these(digits: int, codes: str) -> None:
    assert {code for code, count in EXPONENTS.items() if count == digits} == set(codes.split())


def test_counts_two_digits_in_the_rest() -> None:
    rest = [code for code, digits in EXPONENTS.items() if digits not in {0, 3, 4}]

    assert {exponent(code) for code in rest} == {2}
    assert len(rest) == 139


def test_lists_no_code_twice() -> None:
    """A code in two rows would be counted by whichever row came last, and the sum would be short."""
    assert len(EXPONENTS) == 17 + 139 + 7 + 2


@pytest.mark.parametrize("code", ("HRK", "SLL", "ANG", "ZWL", "CUC", "BGN", "VEF", "MRO", "STD", "BYR"))
def test_refuses_a_withdrawn_code(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        currency(code)


@pytest.mark.parametrize(
    "code", ("XAU", "XAG", "XPD", "XPT", "XBA", "XBB", "XBC", "XBD", "XDR", "XSU", "XUA", "XTS", "XXX")
)
def test_refuses_a_code_that_has_no_minor_unit(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        currency(code)


@pytest.mark.parametrize("given", ("usd", " USD", "USD ", "US", "USDT", "", "952", None, 952, ["USD"]))
def test_refuses_what_is_not_exactly_a_code(given: object) -> None:
    with pytest.raises(UnknownCurrency):
        currency(given)


def test_says_which_field_was_wrong_and_what_to_give() -> None:
    with pytest.raises(UnknownCurrency) as refused:
        currency("usd", field="currencies")

    assert refused.value.code == "currency_unknown"
    assert refused.value.field == "currencies"
    assert str(refused.value) == refused.value.detail
    assert "'usd'" in refused.value.detail
    assert "three upper-case letters of ISO 4217" in refused.value.detail


def test_keeps_a_long_wrong_code_out_of_its_answer() -> None:
    with pytest.raises(UnknownCurrency) as refused:
        currency("X" * 100_000)

    assert len(refused.value.detail) < 200


def test_refuses_to_guess_the_digits_of_an_unknown_code() -> None:
    with pytest.raises(UnknownCurrency):
        exponent(Currency("BGN"))
