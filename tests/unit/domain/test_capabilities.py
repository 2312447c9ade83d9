"""What is not declared is unsupported, and the reason is a sentence."""

import pytest

from zerofee.domain.capabilities import Flow, Limits, Operation, unsupported
from zerofee.domain.country import country
from zerofee.domain.currency import currency
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.wish import CaptureMode, Wish
from zerofee.testing.builders import XOF, a_wish, capabilities

CI, SN = country("CI"), country("SN")
CAN = capabilities(
    flows=(
        Flow(
            method=MOBILE_MONEY,
            countries=frozenset({CI}),
            currencies=frozenset({XOF}),
            operators=frozenset({"orange"}),
            limits={XOF: Limits(least_minor=100, most_minor=9000)},
        ),
        Flow(method=MOBILE_MONEY, countries=frozenset({SN}), currencies=frozenset({XOF})),
    ),
    operations=frozenset(),
)


@pytest.mark.parametrize(
    "wish",
    [
        a_wish(country=CI, operator="orange"),
        a_wish(country=CI),
        a_wish(country=CI, money=Money(100, XOF)),
        a_wish(country=CI, money=Money(9000, XOF)),
        a_wish(country=SN, operator="free", money=Money(1, XOF)),
    ],
)
def test_takes_what_one_flow_takes(wish: Wish) -> None:
    assert unsupported(CAN, wish) is None


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (a_wish(method=CARD, country=CI), "does not take card"),
        (a_wish(), "without a country"),
        (a_wish(country=country("FR")), "in FR"),
        (a_wish(country=CI, money=Money(5000, currency("USD"))), "in USD"),
        (a_wish(country=CI, operator="mtn"), "from mtn"),
        (a_wish(country=CI, money=Money(99, XOF)), "below 100"),
        (a_wish(country=CI, money=Money(9001, XOF)), "above 9000"),
        (a_wish(country=CI, capture=CaptureMode.MANUAL), "cannot hold"),
    ],
)
def test_says_why_not(wish: Wish, why: str) -> None:
    reason = unsupported(CAN, wish)

    assert reason is not None
    assert why in reason
    assert reason.startswith("Scripted ")
    assert reason.endswith(".")


def test_holds_for_a_later_capture_where_declared() -> None:
    can = capabilities(operations=frozenset({Operation.MANUAL_CAPTURE}))

    assert unsupported(can, a_wish(capture=CaptureMode.MANUAL)) is None
