"""Whatever an app has to route with: a decision explains itself, keeps to its rules, and can be repeated."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from zerofee.adapters.memory.clock import START
from zerofee.domain.capabilities import Flow, unsupported
from zerofee.domain.country import country
from zerofee.domain.currency import currency
from zerofee.domain.ids import ConnectionId, RouteId
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.ordering import Strategy
from zerofee.domain.routing import Candidate, Decision, LeftOut, Option, Route, RoutingTable, rank
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode, Wish
from zerofee.testing.builders import XOF, a_connection, a_route, capabilities

COUNTRIES = [country("CI"), country("SN"), country("FR")]
CURRENCIES = [XOF, currency("USD"), currency("KWD")]
METHODS = [MOBILE_MONEY, CARD]
OPERATORS = ["orange", "mtn"]
PROVIDERS = ["one", "two", "three"]

wishes = st.builds(
    Wish,
    money=st.builds(Money, st.integers(1, 10_000), st.sampled_from(CURRENCIES)),
    method=st.sampled_from(METHODS),
    country=st.none() | st.sampled_from(COUNTRIES),
    operator=st.none() | st.sampled_from(OPERATORS),
    capture=st.sampled_from(CaptureMode),
)
flows = st.builds(
    Flow,
    method=st.sampled_from(METHODS),
    countries=st.none() | st.frozensets(st.sampled_from(COUNTRIES)),
    currencies=st.none() | st.frozensets(st.sampled_from(CURRENCIES)),
)


@st.composite
def options(draw: st.DrawFn) -> tuple[Option, ...]:
    made = []
    for number in range(draw(st.integers(0, 5))):
        connection = a_connection(
            id=ConnectionId(f"con_{number}"),
            provider_id=draw(st.sampled_from(PROVIDERS)),
            active=draw(st.booleans()),
            created_at=START + timedelta(seconds=draw(st.integers(0, 3))),
        )
        can = capabilities(
            provider_id=connection.provider_id,
            flows=tuple(draw(st.lists(flows, max_size=2))),
            environments=draw(st.frozensets(st.sampled_from(Environment))),
        )
        made.append(Option(connection, can))
    return tuple(made)


@st.composite
def routes(draw: st.DrawFn) -> tuple[Route, ...]:
    return tuple(
        a_route(
            id=RouteId(f"rte_{number}"),
            connection_id=ConnectionId(f"con_{draw(st.integers(0, 6))}"),
            priority=draw(st.integers(1, 3)),
            weight=draw(st.integers(1, 100)),
            countries=draw(st.frozensets(st.sampled_from(COUNTRIES), max_size=2)),
            methods=draw(st.frozensets(st.sampled_from(METHODS), max_size=1)),
            max_amount_minor=draw(st.none() | st.integers(1, 10_000)),
            active=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    )


@st.composite
def tables(draw: st.DrawFn) -> RoutingTable:
    return RoutingTable(routes=draw(routes()), options={option.connection.id: option for option in draw(options())})


seeds = st.text(min_size=1, max_size=10)
pins = st.none() | st.sampled_from([*PROVIDERS, "nobody"])


@given(wishes, tables(), seeds, pins)
def test_everything_is_a_candidate_or_left_out_with_a_reason(
    wish: Wish, table: RoutingTable, seed: str, pin: str | None
) -> None:
    decision = rank(wish, table, seed, pin)

    named: list[Candidate | LeftOut] = [*decision.candidates, *decision.left_out]
    assert {entry.connection_id for entry in named} >= set(table.options)
    if decision.strategy is not Strategy.PINNED:
        assert sorted(e.route_id for e in named if e.route_id) == sorted(route.id for route in table.routes)
    assert all(entry.why.endswith(".") for entry in named)
    assert decision.why.endswith(".")
    assert ("None can take this payment" in decision.why) is not bool(decision.candidates)


@given(wishes, tables(), seeds, pins)
def test_a_candidate_can_take_the_payment_and_is_named_once(
    wish: Wish, table: RoutingTable, seed: str, pin: str | None
) -> None:
    decision = rank(wish, table, seed, pin)

    ids = [candidate.connection_id for candidate in decision.candidates]
    assert len(set(ids)) == len(ids)
    for candidate in decision.candidates:
        option = table.options[candidate.connection_id]
        assert option.connection.active
        assert option.connection.scope.environment in option.capabilities.environments
        assert unsupported(option.capabilities, wish) is None
        assert pin in {None, candidate.provider_id}


@given(wishes, tables(), seeds, pins, st.randoms())
def test_a_seed_decides_the_same_again(
    wish: Wish, table: RoutingTable, seed: str, pin: str | None, shuffler: Random
) -> None:
    """Also when the store lists routes and connections in another order."""
    shuffled, turned = list(table.routes), dict(reversed([*table.options.items()]))
    shuffler.shuffle(shuffled)

    again = rank(wish, RoutingTable(routes=tuple(shuffled), options=turned), seed, pin)

    assert _in_one_order(rank(wish, table, seed, pin)) == _in_one_order(again)


@given(wishes, tables(), seeds)
def test_priority_comes_before_weight(wish: Wish, table: RoutingTable, seed: str) -> None:
    decision = rank(wish, table, seed)
    priority = {route.id: route.priority for route in table.routes}

    turns = [priority[candidate.route_id] for candidate in decision.candidates if candidate.route_id]
    assert turns == sorted(turns)


def _in_one_order(decision: Decision) -> Decision:
    left_out = sorted(decision.left_out, key=lambda entry: (entry.connection_id, entry.route_id or "", entry.because))
    return replace(decision, left_out=tuple(left_out))
