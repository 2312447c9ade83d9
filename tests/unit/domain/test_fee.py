from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerofee.adapters.memory.clock import START
from zerofee.domain.currency import currency
from zerofee.domain.fee import FeeRule, fee_of, refuse_rule
from zerofee.domain.ids import FeeRuleId
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.money import MAX_MINOR, Money
from zerofee.domain.new_payment import InvalidField
from zerofee.testing.builders import SCOPE, XOF

RULE = FeeRule(id=FeeRuleId("fee_1"), scope=SCOPE, created_at=START)
EUR = currency("EUR")


def fee(minor: int, *rules: FeeRule) -> int:
    return fee_of(rules, MOBILE_MONEY, Money(minor, XOF)).minor


def test_is_nothing_where_there_is_no_rule() -> None:
    assert fee(5000) == 0
    assert fee(5000, replace(RULE, method=CARD, basis_points=100), replace(RULE, currency=EUR, basis_points=100)) == 0


@pytest.mark.parametrize(
    ("minor", "basis_points", "expected"),
    [(100, 150, 2), (99, 150, 1), (33, 150, 0), (34, 150, 1), (10_000, 250, 250), (1, 5000, 1), (1, 4999, 0)],
)
def test_rounds_the_share_half_up_to_the_minor_unit(minor: int, basis_points: int, expected: int) -> None:
    assert fee(minor, replace(RULE, basis_points=basis_points)) == expected


def test_adds_the_fixed_part() -> None:
    assert fee(1000, replace(RULE, currency=XOF, basis_points=100, fixed_minor=25)) == 35


def test_is_never_more_than_was_captured() -> None:
    assert fee(20, replace(RULE, currency=XOF, fixed_minor=25)) == 20


def test_the_rule_that_fits_best_counts() -> None:
    anyway, by_currency = replace(RULE, basis_points=100), replace(RULE, currency=XOF, basis_points=200)
    by_method = replace(RULE, method=MOBILE_MONEY, basis_points=300)
    by_both = replace(by_method, currency=XOF, basis_points=400)

    assert fee(1000, anyway) == 10
    assert fee(1000, anyway, by_currency) == 20
    assert fee(1000, anyway, by_currency, by_method) == 30
    assert fee(1000, by_both, anyway, by_currency, by_method) == 40


@given(st.integers(1, MAX_MINOR), st.integers(0, 10_000), st.integers(0, MAX_MINOR))
def test_leaves_the_app_what_is_left_and_nothing_below_zero(minor: int, basis_points: int, fixed: int) -> None:
    kept = fee(minor, replace(RULE, currency=XOF, basis_points=basis_points, fixed_minor=fixed))

    assert 0 <= kept <= minor


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"basis_points": -1}, "basis_points"),
        ({"basis_points": 10_001}, "basis_points"),
        ({"currency": XOF, "fixed_minor": -1}, "fixed"),
        ({"fixed_minor": 1}, "currency"),
    ],
)
def test_refuses_a_rule_that_cannot_be(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        refuse_rule(replace(RULE, **changes))  # type: ignore[arg-type]

    assert refused.value.field == field
