from dataclasses import dataclass, field

import pytest

from zerofee.application.payments.route_order import RouteOrder
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.country import Country
from zerofee.domain.customer import Customer
from zerofee.domain.method import CARD
from zerofee.domain.new_payment import NewPayment
from zerofee.domain.ports.operators import Guess
from zerofee.domain.routing import RoutingTable
from zerofee.domain.scope import Scope
from zerofee.testing.builders import a_route, an_option, an_order, capabilities

CI = Country("CI")
ORANGE = Guess(country=CI, operator="orange", portable=False)
PORTABLE = Guess(country=Country("BJ"), operator="mtn", portable=True)


@dataclass
class Plans:
    """Numbering plans in which every number is of one operator."""

    found: Guess | None
    asked: list[str] = field(default_factory=list)

    def guess(self, phone: str) -> Guess | None:
        self.asked.append(phone)
        return self.found


@dataclass
class Tables:
    """One route to one provider."""

    can: Capabilities

    async def routing(self, scope: Scope) -> RoutingTable:
        option = an_option(can=self.can)
        return RoutingTable(routes=(a_route(scope=scope),), options={option.connection.id: option})


async def routed(order: NewPayment, found: Guess | None, *, predicts: bool = False) -> NewPayment:
    """Route an order, and give it with what was guessed."""
    assert order.wish is not None
    route = RouteOrder(Tables(capabilities(predicts_operator=predicts)), Plans(found))
    result = await route(order, order.wish, "seed")
    assert len(result.decision.candidates) == 1
    return result.order


@pytest.mark.parametrize("country", [None, CI])
async def test_names_the_operator_that_nobody_has_named(country: Country | None) -> None:
    order = await routed(an_order(country=country), ORANGE)

    assert (order.country, order.operator) == (CI, "orange")


@pytest.mark.parametrize(
    "order",
    [
        an_order(operator="wave"),
        an_order(operator="wave", country=CI),
        an_order(country=Country("SN")),
        an_order(method=CARD),
        an_order(customer=None),
        an_order(customer=Customer(email="a@example.com")),
    ],
    ids=["operator", "code", "another country", "card", "nobody", "no phone"],
)
async def test_what_is_said_goes_before_a_guess(order: NewPayment) -> None:
    assert await routed(order, ORANGE) == order


async def test_leaves_an_order_as_it_is_when_nothing_can_be_guessed() -> None:
    assert await routed(an_order(), None) == an_order()


@pytest.mark.parametrize(("predicts", "operator"), [(True, None), (False, "mtn")])
async def test_leaves_a_carried_over_number_to_a_provider_that_knows(predicts: bool, operator: str | None) -> None:
    order = await routed(an_order(), PORTABLE, predicts=predicts)

    assert (order.country, order.operator) == (Country("BJ"), operator)


async def test_takes_a_sure_guess_even_to_a_provider_that_knows() -> None:
    assert (await routed(an_order(), ORANGE, predicts=True)).operator == "orange"
