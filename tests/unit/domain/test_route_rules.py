import pytest

from zerofee.domain.capabilities import Flow
from zerofee.domain.country import Country, country
from zerofee.domain.currency import Currency
from zerofee.domain.method import CARD, MOBILE_MONEY, Method, operator
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.route_rules import check_bounds, check_offer, condition, named_method
from zerofee.testing.builders import a_route, capabilities

CI, CM, FR = map(Country, ("CI", "CM", "FR"))
XOF, XAF, EUR = map(Currency, ("XOF", "XAF", "EUR"))

CAN = capabilities(
    flows=(
        Flow(method=CARD, currencies=frozenset({EUR})),
        Flow(
            method=MOBILE_MONEY,
            countries=frozenset({CI}),
            currencies=frozenset({XOF}),
            operators=frozenset({"orange", "wave"}),
        ),
        Flow(
            method=MOBILE_MONEY,
            countries=frozenset({CM}),
            currencies=frozenset({XAF}),
            operators=frozenset({"orange", "mtn"}),
        ),
    )
)


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"methods": frozenset({CARD, MOBILE_MONEY})},
        # A card is taken from anywhere.
        {"countries": frozenset({FR})},
        {"countries": frozenset({CI, CM}), "methods": frozenset({MOBILE_MONEY}), "currencies": frozenset({XOF, XAF})},
        {"operators": frozenset({"mtn", "wave"}), "methods": frozenset({MOBILE_MONEY})},
    ],
)
def test_takes_what_the_provider_can_meet(conditions: dict[str, frozenset[str]]) -> None:
    check_offer(a_route(**conditions), CAN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"methods": frozenset({Method("paypal")})}, "methods"),
        ({"methods": frozenset({MOBILE_MONEY}), "countries": frozenset({FR})}, "countries"),
        ({"methods": frozenset({MOBILE_MONEY}), "countries": frozenset({CI, FR})}, "countries"),
        ({"currencies": frozenset({Currency("KES")})}, "currencies"),
        ({"methods": frozenset({CARD}), "currencies": frozenset({XOF})}, "currencies"),
        ({"methods": frozenset({MOBILE_MONEY}), "countries": frozenset({CI}), "currencies": frozenset({XAF})},
         "currencies"),
        ({"methods": frozenset({MOBILE_MONEY}), "countries": frozenset({CI}), "operators": frozenset({"mtn"})},
         "operators"),
    ],
)  # fmt: skip
def test_refuses_what_the_provider_can_never_meet(conditions: dict[str, frozenset[str]], field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_offer(a_route(**conditions), CAN)  # type: ignore[arg-type]

    assert refusal.value.field == field


@pytest.mark.parametrize(
    "changes", [{}, {"priority": 1000, "weight": 1000, "min_amount_minor": 5, "max_amount_minor": 5}]
)
def test_takes_bounds_that_make_sense(changes: dict[str, int]) -> None:
    check_bounds(a_route(**changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"priority": 0}, "priority"),
        ({"priority": 1001}, "priority"),
        ({"weight": 0}, "weight"),
        ({"weight": 1001}, "weight"),
        ({"min_amount_minor": 0}, "min_amount"),
        ({"max_amount_minor": 10**12}, "max_amount"),
        ({"min_amount_minor": 6, "max_amount_minor": 5}, "min_amount"),
    ],
)
def test_refuses_bounds_that_do_not(changes: dict[str, int], field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_bounds(a_route(**changes))  # type: ignore[arg-type]

    assert refusal.value.field == field


def test_reads_a_condition_value_by_value() -> None:
    assert condition("countries", ["CI", "CM", "CI"], country) == {CI, CM}
    assert condition("operators", ["Orange"], operator) == {"orange"}
    assert condition("methods", [], named_method) == frozenset()


@pytest.mark.parametrize(
    ("name", "values", "read", "field"),
    [
        ("countries", ["CI", "ci"], country, "countries.1"),
        ("methods", ["PAYIN_ORANGE_CI"], named_method, "methods.0"),
        ("operators", ["O!"], operator, "operators.0"),
        ("countries", ["CI"] * 301, country, "countries"),
    ],
)
def test_names_the_value_that_is_wrong(name: str, values: list[str], read: object, field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        condition(name, values, read)  # type: ignore[arg-type]

    assert refusal.value.field == field
