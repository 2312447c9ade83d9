"""Whatever the amount: nothing is lost in a split, on the way to a provider and back, or beyond 64 bits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerofee.domain.currency import EXPONENTS, Currency, currency, exponent
from zerofee.domain.money import (
    AmountNotRepresentable,
    AmountOverflow,
    Money,
    from_major,
    from_units,
    to_major,
    to_units,
)

LOWEST, HIGHEST = -(2**63), 2**63 - 1
USD = currency("USD")

currencies = st.sampled_from(sorted(EXPONENTS))
int64 = st.integers(LOWEST, HIGHEST)
moneys = st.builds(Money, int64, currencies)
digit_counts = st.integers(0, 6)
weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=20).filter(any)


@given(moneys, weights)
def test_a_split_sums_back(money: Money, weights: list[int]) -> None:
    parts = money.split(weights)

    assert len(parts) == len(weights)
    assert sum(part.minor for part in parts) == money.minor
    assert {part.currency for part in parts} == {money.currency}


@given(moneys, weights)
def test_a_split_is_within_one_unit_of_fair(money: Money, weights: list[int]) -> None:
    """Compared as whole numbers: part / amount against weight / total, both sides multiplied out."""
    total = sum(weights)

    for part, weight in zip(money.split(weights), weights, strict=True):
        assert abs(part.minor * total - money.minor * weight) < total
        assert weight or not part.minor


@given(moneys, weights)
def test_a_split_of_a_debt_mirrors_that_of_a_claim(money: Money, weights: list[int]) -> None:
    if money.minor == LOWEST:
        money = Money(LOWEST + 1, money.currency)

    assert (-money).split(weights) == tuple(-part for part in money.split(weights))


@given(int64, int64)
def test_a_sum_is_exact_or_refused(left: int, right: int) -> None:
    if LOWEST <= left + right <= HIGHEST:
        assert Money(left, USD) + Money(right, USD) == Money(left + right, USD)
    else:
        with pytest.raises(AmountOverflow):
            Money(left, USD) + Money(right, USD)


@given(int64, int64)
def test_a_difference_is_exact_or_refused(left: int, right: int) -> None:
    if LOWEST <= left - right <= HIGHEST:
        assert Money(left, USD) - Money(right, USD) == Money(left - right, USD)
    else:
        with pytest.raises(AmountOverflow):
            Money(left, USD) - Money(right, USD)


@given(moneys, digit_counts)
def test_a_providers_count_comes_back_as_it_went_or_never_goes(money: Money, digits: int) -> None:
    step = 10 ** max(exponent(money.currency) - digits, 0)

    if money.minor % step:
        with pytest.raises(AmountNotRepresentable):
            to_units(money, digits=digits)
        with pytest.raises(AmountNotRepresentable):
            to_major(money, digits=digits)
    else:
        assert from_units(to_units(money, digits=digits), money.currency, digits=digits) == money
        assert from_major(to_major(money, digits=digits), money.currency, digits=digits) == money


@given(moneys)
def test_the_decimal_of_the_standard_is_always_there(money: Money) -> None:
    digits = exponent(money.currency)

    text = to_major(money, digits=digits)

    assert len(text.partition(".")[2]) == digits
    assert int(text.replace(".", "")) == money.minor


@given(st.integers(-(10**30), 10**30), currencies, digit_counts)
def test_what_a_provider_counted_is_read_exactly_or_refused(units: int, code: Currency, digits: int) -> None:
    try:
        money = from_units(units, code, digits=digits)
    except (AmountOverflow, AmountNotRepresentable):
        minor, rest = divmod(units * 10 ** exponent(code), 10**digits)
        assert rest or not LOWEST <= minor <= HIGHEST
    else:
        assert to_units(money, digits=digits) == units
