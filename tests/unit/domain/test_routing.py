"""Who is tried, in which order, and why each other one is not."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.capabilities import Capabilities, Flow
from zerofee.domain.country import country
from zerofee.domain.currency import currency
from zerofee.domain.ids import ConnectionId, RouteId
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.ordering import Strategy
from zerofee.domain.routing import Decision, LeftOutBecause, Option, Route, RoutingTable, rank
from zerofee.domain.scope import Environment
from zerofee.testing.builders import CONNECTION_ID, XOF, a_connection, a_route, a_wish, an_option, capabilities

B = LeftOutBecause
A_ID, B_ID, C_ID = (ConnectionId(f"con_{letter}") for letter in "abc")


def option(id_: ConnectionId, age_s: int = 0, can: Capabilities | None = None, *, active: bool = True) -> Option:
    connection = a_connection(id=id_, created_at=START - timedelta(seconds=age_s), active=active)
    return an_option(connection, can)


def table(*options: Option, routes: tuple[Route, ...] = ()) -> RoutingTable:
    return RoutingTable(routes=routes, options={o.connection.id: o for o in options})


def order(decision: Decision) -> list[str]:
    return [candidate.connection_id for candidate in decision.candidates]


def reasons(decision: Decision) -> list[tuple[str, LeftOutBecause]]:
    return [(left_out.connection_id, left_out.because) for left_out in decision.left_out]


def test_serves_in_the_order_they_were_made_without_routes() -> None:
    decision = rank(a_wish(), table(option(A_ID), option(B_ID, age_s=60), option(C_ID, age_s=30)), "seed")

    assert decision.strategy is Strategy.CONNECTION_ORDER
    assert order(decision) == [B_ID, C_ID, A_ID]


def test_keeps_the_version_of_the_credentials() -> None:
    connection = a_connection(credential_version=4)

    assert rank(a_wish(), table(an_option(connection)), "seed").candidates[0].credential_version == 4
    routed = table(an_option(connection), routes=(a_route(),))
    assert rank(a_wish(), routed, "seed").candidates[0].credential_version == 4


def test_tries_by_priority() -> None:
    routes = (
        a_route(id=RouteId("rte_1"), connection_id=A_ID, priority=2),
        a_route(id=RouteId("rte_2"), connection_id=B_ID, priority=1, retry_declined=True),
    )

    decision = rank(a_wish(), table(option(A_ID), option(B_ID), routes=routes), "seed")

    assert decision.strategy is Strategy.PRIORITY
    assert order(decision) == [B_ID, A_ID]
    assert [candidate.retry_declined for candidate in decision.candidates] == [True, False]


def test_pins_to_one_provider() -> None:
    other = replace(option(B_ID), connection=a_connection(id=B_ID, provider_id="other"))

    decision = rank(a_wish(), table(option(A_ID), other), "seed", provider_id="other")

    assert decision.strategy is Strategy.PINNED
    assert order(decision) == [B_ID]
    assert reasons(decision) == [(A_ID, B.OTHER_PROVIDER)]


def test_pinned_to_a_provider_that_is_not_connected_has_no_candidate() -> None:
    decision = rank(a_wish(), table(option(A_ID)), "seed", provider_id="other")

    assert decision.candidates == ()
    assert "None can take this payment" in decision.why


@pytest.mark.parametrize(
    "conditions",
    [
        a_route(countries=frozenset({country("SN")})),
        a_route(currencies=frozenset({currency("USD")})),
        a_route(methods=frozenset({CARD})),
        a_route(operators=frozenset({"mtn"})),
        a_route(min_amount_minor=5001),
        a_route(max_amount_minor=4999),
    ],
)
def test_leaves_out_a_route_whose_condition_is_unmet(conditions: Route) -> None:
    wish = a_wish(country=country("CI"), operator="orange")

    assert reasons(rank(wish, table(an_option(), routes=(conditions,)), "seed")) == [(CONNECTION_ID, B.CONDITION)]


@pytest.mark.parametrize(
    "conditions", [a_route(countries=frozenset({country("CI")})), a_route(operators=frozenset({"mtn"}))]
)
def test_a_condition_is_unmet_by_what_was_not_said(conditions: Route) -> None:
    decision = rank(a_wish(), table(an_option(), routes=(conditions,)), "seed")

    assert reasons(decision) == [(CONNECTION_ID, B.CONDITION)]
    assert "without" in decision.left_out[0].why


def test_takes_a_route_whose_conditions_all_fit() -> None:
    route = a_route(
        countries=frozenset({country("CI")}),
        currencies=frozenset({XOF}),
        methods=frozenset({MOBILE_MONEY}),
        operators=frozenset({"orange"}),
        min_amount_minor=5000,
        max_amount_minor=5000,
    )

    assert order(rank(a_wish(country=country("CI"), operator="orange"), table(an_option(), routes=(route,)), "s"))


ROUTED = a_route(connection_id=A_ID)


@pytest.mark.parametrize(
    ("world", "because"),
    [
        (table(option(A_ID, active=False), routes=(ROUTED,)), B.CONNECTION_INACTIVE),
        (table(option(A_ID, can=capabilities(flows=(Flow(method=CARD),))), routes=(ROUTED,)), B.UNSUPPORTED),
        (
            table(option(A_ID, can=capabilities(environments=frozenset({Environment.LIVE}))), routes=(ROUTED,)),
            B.UNSUPPORTED,
        ),
        (table(routes=(ROUTED,)), B.NO_CONNECTION),
        (
            table(option(A_ID), routes=(replace(ROUTED, active=False), replace(ROUTED, id=RouteId("rte_2")))),
            B.ROUTE_INACTIVE,
        ),
        (table(option(A_ID), routes=(ROUTED, replace(ROUTED, id=RouteId("rte_2")))), B.ALREADY_CANDIDATE),
    ],
)
def test_says_why_a_route_is_left_out(world: RoutingTable, because: LeftOutBecause) -> None:
    decision = rank(a_wish(), world, "seed")

    assert reasons(decision) == [(A_ID, because)]
    assert decision.left_out[0].why.endswith(".")
    assert decision.left_out[0].route_id is not None


def test_says_that_no_route_names_a_connection() -> None:
    decision = rank(a_wish(), table(option(A_ID), option(B_ID), routes=(ROUTED,)), "seed")

    assert order(decision) == [A_ID]
    assert reasons(decision) == [(B_ID, B.NO_ROUTE)]


def test_names_the_routes_that_are_switched_off_when_none_is_on() -> None:
    decision = rank(a_wish(), table(option(A_ID), routes=(replace(ROUTED, active=False),)), "seed")

    assert decision.strategy is Strategy.CONNECTION_ORDER
    assert order(decision) == [A_ID]
    assert reasons(decision) == [(A_ID, B.ROUTE_INACTIVE)]


@pytest.mark.parametrize(
    ("active", "can", "because"),
    [
        (False, capabilities(), B.CONNECTION_INACTIVE),
        (True, capabilities(flows=()), B.UNSUPPORTED),
        (True, capabilities(environments=frozenset({Environment.LIVE})), B.UNSUPPORTED),
    ],
)
def test_says_why_a_connection_is_left_out(active: bool, can: Capabilities, because: LeftOutBecause) -> None:
    assert reasons(rank(a_wish(), table(option(A_ID, can=can, active=active)), "seed")) == [(A_ID, because)]


def test_shares_payments_out_by_weight() -> None:
    """Over 4000 payments, 3 : 1 falls between 71 and 79 percent: some six standard deviations either way."""
    routes = (
        a_route(id=RouteId("rte_1"), connection_id=A_ID, weight=3),
        a_route(id=RouteId("rte_2"), connection_id=B_ID, weight=1),
    )
    world = table(option(A_ID), option(B_ID), routes=routes)

    first = Counter(order(rank(a_wish(), world, f"seed {number}"))[0] for number in range(4000))

    assert 2840 <= first[A_ID] <= 3160
    assert first[A_ID] + first[B_ID] == 4000


def test_weight_moves_nobody_out_of_its_priority() -> None:
    routes = (
        a_route(id=RouteId("rte_1"), connection_id=A_ID, priority=2, weight=1_000_000),
        a_route(id=RouteId("rte_2"), connection_id=B_ID, priority=1, weight=1),
    )
    world = table(option(A_ID), option(B_ID), routes=routes)

    assert all(order(rank(a_wish(), world, f"seed {number}"))[0] == B_ID for number in range(100))


def test_an_amount_is_compared_in_minor_units() -> None:
    route = a_route(min_amount_minor=100, currencies=frozenset({currency("USD")}))
    world = table(an_option(a_connection(), capabilities(flows=(Flow(method=CARD),))), routes=(route,))

    assert order(rank(a_wish(money=Money(100, currency("USD")), method=CARD), world, "seed"))
    assert not order(rank(a_wish(money=Money(99, currency("USD")), method=CARD), world, "seed"))
