"""In which order routes are tried under each strategy, and what is said of it."""

from collections import Counter

import pytest

from zerofee.domain.health import Circuit, Health, HealthOf, Way
from zerofee.domain.ids import ConnectionId, RouteId
from zerofee.domain.ordering import EXPLORES_ONE_IN, Strategy, health_at, in_turn
from zerofee.domain.routing import Route, RoutingTable, rank
from zerofee.testing.builders import a_connection, a_route, a_wish, an_option

A, B, C = (ConnectionId(f"con_{letter}") for letter in "abc")
CLOSED_OFF = Health(circuit=Circuit.OPEN)
AILING = Health(calls=20, faults=8)
SEEDS = [f"seed-{number}" for number in range(400)]


def routes(*priorities: int, weights: tuple[int, ...] = (1, 1, 1)) -> list[Route]:
    """Make a route to each of A, B, C in turn."""
    return [
        a_route(id=RouteId(f"rte_{place}"), connection_id=connection, priority=priority, weight=weight)
        for place, (connection, priority, weight) in enumerate(zip((A, B, C), priorities, weights, strict=False))
    ]


def order(
    entrants: list[Route], strategy: Strategy = Strategy.PRIORITY, health: HealthOf | None = None, seed: str = "seed"
) -> list[ConnectionId]:
    ordered, _ = in_turn(entrants, strategy, health_at(health or {}, None), seed)
    return [route.connection_id for route in ordered]


def firsts(entrants: list[Route], strategy: Strategy, health: HealthOf | None = None) -> Counter[ConnectionId]:
    return Counter(order(entrants, strategy, health, seed)[0] for seed in SEEDS)


def test_priority_goes_by_priority() -> None:
    assert order(routes(3, 1, 2)) == [B, C, A]


def test_priority_lets_weight_share_among_equals() -> None:
    drawn = firsts(routes(1, 1, 2, weights=(3, 1, 9)), Strategy.PRIORITY)

    assert drawn[C] == 0
    assert 250 < drawn[A] < 350


def test_weighted_shares_whatever_the_priority() -> None:
    drawn = firsts(routes(3, 1, 2, weights=(3, 1, 4)), Strategy.WEIGHTED)

    assert 100 < drawn[A] < 200
    assert 20 < drawn[B] < 90
    assert 150 < drawn[C] < 250


def test_best_success_rate_goes_to_what_has_paid_best_and_explores_a_little() -> None:
    health = {
        Way(A): Health(paid=40, ended=100),
        Way(B): Health(paid=90, ended=100),
        Way(C): Health(paid=60, ended=100),
    }

    drawn = firsts(routes(1, 2, 3), Strategy.BEST_SUCCESS_RATE, health)

    explored = drawn[A] + drawn[C]
    assert 0 < explored < 3 * len(SEEDS) // EXPLORES_ONE_IN


def test_best_success_rate_goes_by_priority_while_nothing_is_known() -> None:
    assert order(routes(2, 1, 3), Strategy.BEST_SUCCESS_RATE) == [B, A, C]


@pytest.mark.parametrize("strategy", [Strategy.PRIORITY, Strategy.WEIGHTED, Strategy.BEST_SUCCESS_RATE])
def test_what_is_closed_off_comes_last(strategy: Strategy) -> None:
    health = {Way(A): CLOSED_OFF, Way(B): Health(paid=1, ended=9)}

    assert firsts(routes(1, 2, 3), strategy, health)[A] == 0


def test_what_ails_comes_after_its_equals_and_before_lower_priorities() -> None:
    assert order(routes(1, 1, 2), health={Way(A): AILING}) == [B, A, C]
    assert order(routes(1, 2, 3), health={Way(A): AILING}) == [A, B, C]


def test_an_operator_that_fails_does_not_spoil_the_others() -> None:
    at = health_at({Way(A): Health(), Way(A, "orange"): CLOSED_OFF}, "orange")
    other = health_at({Way(A): Health(), Way(A, "orange"): CLOSED_OFF}, "mtn")

    assert at(A) == CLOSED_OFF
    assert other(A) == Health()


def test_a_connection_that_fails_spoils_all_its_operators() -> None:
    at = health_at({Way(A): CLOSED_OFF, Way(A, "orange"): Health(paid=1, ended=1)}, "orange")

    assert at(A) == CLOSED_OFF


def test_the_same_seed_draws_the_same_whatever_the_order_of_the_store() -> None:
    entrants = routes(1, 1, 1)

    assert [order(entrants, seed=seed) for seed in SEEDS] == [order(entrants[::-1], seed=seed) for seed in SEEDS]


@pytest.mark.parametrize(
    ("strategy", "health", "said"),
    [
        (Strategy.PRIORITY, {}, "Priority 1, weight 1."),
        (Strategy.PRIORITY, {Way(A): CLOSED_OFF}, "Priority 1, weight 1. It is closed off after too many faults, so"),
        (Strategy.PRIORITY, {Way(A): AILING}, "Of its last 20 calls 8 failed and 0 were slow."),
        (Strategy.WEIGHTED, {}, "Weight 1."),
        (Strategy.BEST_SUCCESS_RATE, {}, "Nothing is known yet of how it pays."),
        (Strategy.BEST_SUCCESS_RATE, {Way(A): Health(paid=9, ended=10)}, "Of its last 10 payments 9 were paid."),
    ],
)
def test_a_decision_explains_itself(strategy: Strategy, health: HealthOf, said: str) -> None:
    options = {A: an_option(a_connection(id=A))}
    table = RoutingTable(routes=tuple(routes(1)), options=options, strategy=strategy, health=health)

    decision = rank(a_wish(), table, "seed")

    assert decision.strategy is strategy
    assert said in decision.candidates[0].why


def test_a_payment_that_explores_says_so() -> None:
    options = {A: an_option(a_connection(id=A))}
    table = RoutingTable(routes=tuple(routes(1)), options=options, strategy=Strategy.BEST_SUCCESS_RATE)

    said = {rank(a_wish(), table, seed).candidates[0].why for seed in SEEDS}

    assert said == {"Nothing is known yet of how it pays.", "Explored, as one payment in 20 is. Weight 1."}


@pytest.mark.parametrize("pin", ["scripted", None])
def test_what_is_closed_off_comes_last_without_routes_too(pin: str | None) -> None:
    options = {id_: an_option(a_connection(id=id_)) for id_ in (A, B)}
    table = RoutingTable(options=options, health={Way(A): CLOSED_OFF})

    decision = rank(a_wish(), table, "seed", pin)

    assert [candidate.connection_id for candidate in decision.candidates] == [B, A]
    assert "closed off" in decision.candidates[1].why
