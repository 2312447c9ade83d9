"""Money is counted exactly or refused."""

from collections.abc import Callable

import pytest

from zerofee.domain.currency import UnknownCurrency, currency
from zerofee.domain.money import (
    MAX_MINOR,
    AmountInvalid,
    AmountNotRepresentable,
    AmountOverflow,
    CurrencyMismatch,
    Money,
    from_major,
    from_units,
    payable,
    to_major,
    to_units,
)

USD, XOF, KWD, HUF, ISK, MGA, CLF = map(currency, ["USD", "XOF", "KWD", "HUF", "ISK", "MGA", "CLF"])


def test_adds_and_takes_away_within_a_currency() -> None:
    assert Money(250, USD) + Money(100, USD) == Money(350, USD)
    assert Money(100, USD) - Money(250, USD) == Money(-150, USD)
    assert -Money(100, USD) == Money(-100, USD)


def test_orders_within_a_currency() -> None:
    small, large = Money(1, USD), Money(2, USD)

    assert small < large
    assert large > small
    assert small <= Money(1, USD) <= large
    assert large >= Money(2, USD) >= small
    assert not large < small
    assert not large <= small


@pytest.mark.parametrize(
    "mix",
    (
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
    ),
)
def test_refuses_to_mix_currencies(mix: Callable[[Money, Money], object]) -> None:
    with pytest.raises(CurrencyMismatch, match=r"USD.*XOF|XOF.*USD") as refused:
        mix(Money(1, USD), Money(1, XOF))

    assert refused.value.code == "currency_mismatch"
    assert refused.value.field == "currency"


def test_is_unequal_to_the_same_number_of_another_currency() -> None:
    assert Money(1, USD) != Money(1, XOF)
    assert len({Money(1, USD), Money(1, XOF), Money(1, USD)}) == 2


@pytest.mark.parametrize("minor", (True, 1.0, "1", None))
def test_is_made_of_nothing_but_an_integer(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, USD)  # type: ignore[arg-type]


@pytest.mark.parametrize("minor", (2**63 - 1, -(2**63), 0))
def test_reaches_both_ends_of_64_bits(minor: int) -> None:
    assert Money(minor, USD).minor == minor


@pytest.mark.parametrize(
    "leave",
    (
        lambda: Money(2**63, USD),
        lambda: Money(2**63 - 1, USD) + Money(1, USD),
        lambda: Money(-(2**63), USD) - Money(1, USD),
        lambda: -Money(-(2**63), USD),
    ),
)
def test_refuses_to_leave_64_bits(leave: Callable[[], Money]) -> None:
    with pytest.raises(AmountOverflow) as refused:
        leave()

    assert refused.value.code == "amount_overflow"


@pytest.mark.parametrize(
    ("minor", "weights", "parts"),
    (
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (1, [0, 1, 1], [0, 1, 0]),
        (10, [70, 20, 10], [7, 2, 1]),
        (5, [1, 3], [2, 3]),
        (0, [1, 2], [0, 0]),
        (7, [4], [7]),
    ),
)
def test_splits_by_weight_and_gives_the_rest_to_the_first(minor: int, weights: list[int], parts: list[int]) -> None:
    assert [part.minor for part in Money(minor, USD).split(weights)] == parts


@pytest.mark.parametrize("weights", ([], [0, 0], [1, -1], [2, -1], [0.5, 0.5], [True, True]))
def test_refuses_to_split_by_what_are_no_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights are integers"):
        Money(100, USD).split(weights)


@pytest.mark.parametrize("amount", (1, 10_000, MAX_MINOR))
def test_takes_a_payable_amount(amount: int) -> None:
    assert payable(amount, "XOF") == Money(amount, XOF)


@pytest.mark.parametrize("amount", (0, -1, MAX_MINOR + 1, True, 1.0, "100", None, [100], {"amount": 1}))
def test_refuses_an_amount_that_is_not_payable(amount: object) -> None:
    with pytest.raises(AmountInvalid) as refused:
        payable(amount, "USD")

    assert refused.value.code == "amount_invalid"
    assert refused.value.field == "amount"
    assert "from 1 to 999999999999" in refused.value.detail
    assert "1 USD is 100" in refused.value.detail


def test_refuses_a_number_too_long_to_be_written() -> None:
    """Python raises on writing out so long an integer, so no answer may repeat it."""
    with pytest.raises(AmountInvalid):
        payable(10**5000, "USD")
    with pytest.raises(AmountOverflow):
        from_units(10**5000, USD, digits=2)
    with pytest.raises(AmountNotRepresentable):
        from_units(10**5000 + 1, XOF, digits=2)


@pytest.mark.parametrize("code", ("usd", "XXX", "", None, 840))
def test_refuses_a_payable_amount_of_no_currency(code: object) -> None:
    with pytest.raises(UnknownCurrency) as refused:
        payable(100, code)

    assert refused.value.field == "currency"


@pytest.mark.parametrize(
    ("money", "digits", "units"),
    (
        (Money(1050, ISK), 2, 105_000),
        (Money(10_500, MGA), 0, 105),
        (Money(10_500, HUF), 2, 10_500),
        (Money(1_234, KWD), 3, 1_234),
        (Money(12_300, CLF), 2, 123),
        (Money(-1050, ISK), 2, -105_000),
    ),
)
def test_counts_as_a_provider_counts_and_back(money: Money, digits: int, units: int) -> None:
    assert to_units(money, digits=digits) == units
    assert from_units(units, money.currency, digits=digits) == money


@pytest.mark.parametrize(
    ("money", "digits", "text"),
    (
        (Money(1050, USD), 2, "10.50"),
        (Money(5, USD), 2, "0.05"),
        (Money(-5, USD), 2, "-0.05"),
        (Money(0, USD), 2, "0.00"),
        (Money(1050, XOF), 0, "1050"),
        (Money(0, XOF), 0, "0"),
        (Money(1050, XOF), 2, "1050.00"),
        (Money(10_500, HUF), 0, "105"),
        (Money(1_234, KWD), 3, "1.234"),
        (Money(1_230, KWD), 2, "1.23"),
        (Money(1, CLF), 4, "0.0001"),
    ),
)
def test_writes_major_units_and_reads_them_back(money: Money, digits: int, text: str) -> None:
    assert to_major(money, digits=digits) == text
    assert from_major(text, money.currency, digits=digits) == money


@pytest.mark.parametrize(
    ("money", "digits", "multiple"),
    ((Money(1050, HUF), 0, 100), (Money(1_234, KWD), 2, 10), (Money(-1, USD), 1, 10)),
)
def test_refuses_to_round_for_a_provider(money: Money, digits: int, multiple: int) -> None:
    with pytest.raises(AmountNotRepresentable) as refused:
        to_major(money, digits=digits)

    assert refused.value.code == "amount_not_representable"
    assert refused.value.field == "amount"
    assert f"a multiple of {multiple}." in refused.value.detail


@pytest.mark.parametrize(
    ("text", "code", "digits"),
    (("10.505", USD, 2), ("0.5", XOF, 0), ("10.50", XOF, 2), ("10.50", USD, 0), ("1.2345", KWD, 4)),
)
def test_refuses_to_round_what_a_provider_says(text: str, code: str, digits: int) -> None:
    with pytest.raises(AmountNotRepresentable):
        from_major(text, currency(code), digits=digits)


@pytest.mark.parametrize(
    ("text", "code", "digits", "minor"),
    (("1000.0000", XOF, 0, 1000), ("10.5", USD, 2, 1050), ("10", USD, 2, 1000), ("007.10", USD, 2, 710)),
)
def test_takes_missing_and_needless_zeros(text: str, code: str, digits: int, minor: int) -> None:
    assert from_major(text, currency(code), digits=digits) == Money(minor, currency(code))


@pytest.mark.parametrize(
    "text",
    ("", ".", "1.", ".5", "+1", "1e3", "1,000", "1 000", " 1", "1\n", "0x1", "NaN", "1_0", "١٢", "--1", "9" * 31),
)
def test_refuses_what_is_no_plain_decimal(text: str) -> None:
    with pytest.raises(AmountInvalid):
        from_major(text, USD, digits=2)


def test_refuses_to_read_more_than_64_bits() -> None:
    with pytest.raises(AmountOverflow):
        from_major("9" * 30, USD, digits=2)


@pytest.mark.parametrize(
    "count",
    (
        lambda: to_units(Money(100, USD), digits=-1),
        lambda: from_units(1, USD, digits=-1),
        lambda: to_major(Money(100, USD), digits=-1),
        lambda: from_major("1", USD, digits=-1),
    ),
)
def test_refuses_fewer_digits_than_none(count: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="counted from 0"):
        count()
