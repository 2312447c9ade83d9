"""Which connections a payment is tried through, in which order, and why each other one is left out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from zerofee.domain.capabilities import Capabilities, unsupported
from zerofee.domain.connection import Connection
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.health import HealthOf
from zerofee.domain.ids import ConnectionId, RouteId
from zerofee.domain.method import Method
from zerofee.domain.ordering import HealthAt, Strategy, health_at, in_turn, in_words, is_closed_off
from zerofee.domain.scope import Scope
from zerofee.domain.wish import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    One rule of an app's: payments that fit the conditions may go through the connection.

    An empty condition fits everything. Priority 1 is tried first; within one priority `weight` shares the
    payments out. `retry_declined`: after a soft decline here, the next candidate may be tried.
    """

    id: RouteId
    scope: Scope
    connection_id: ConnectionId
    priority: int = 1
    weight: int = 1
    countries: frozenset[Country] = frozenset()
    currencies: frozenset[Currency] = frozenset()
    methods: frozenset[Method] = frozenset()
    operators: frozenset[str] = frozenset()
    min_amount_minor: int | None = None
    max_amount_minor: int | None = None
    retry_declined: bool = False
    active: bool = True
    created_at: datetime
    updated_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Option:
    """A connection with what its provider can do."""

    connection: Connection
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """
    What an app has to route with, in one scope, and how its connections have fared lately.

    `strategy` is the app's choice of how its routes are put in order.
    """

    routes: tuple[Route, ...] = ()
    options: Mapping[ConnectionId, Option] = field(default_factory=dict)
    strategy: Strategy = Strategy.PRIORITY
    health: HealthOf = field(default_factory=dict)


class LeftOutBecause(StrEnum):
    """Why a connection is not a candidate."""

    ROUTE_INACTIVE = "route_inactive"
    CONDITION = "condition"
    CONNECTION_INACTIVE = "connection_inactive"
    UNSUPPORTED = "unsupported"
    OTHER_PROVIDER = "other_provider"
    ALREADY_CANDIDATE = "already_candidate"
    NO_CONNECTION = "no_connection"
    NO_ROUTE = "no_route"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One connection that will be tried, in its turn, and which of its sets of credentials was the newest then."""

    connection_id: ConnectionId
    provider_id: str
    credential_version: int = 1
    route_id: RouteId | None = None
    retry_declined: bool = False
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One connection that will not be tried, and the reason in a code and in words."""

    connection_id: ConnectionId
    provider_id: str | None
    route_id: RouteId | None = None
    because: LeftOutBecause
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    The whole decision, kept with the payment. The same wish, table and `seed` decide the same again.

    The table includes how connections have fared, so a decision is explained by its own words, not by a later table.
    """

    strategy: Strategy
    why: str
    seed: str
    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...] = ()


_WORDS: Final = {
    Strategy.PRIORITY: "By the app's routes: priority first, weight within one priority.",
    Strategy.WEIGHTED: "By the app's routes: each as often as its weight says, whatever its priority.",
    Strategy.BEST_SUCCESS_RATE: "By the app's routes: what has paid best of late first.",
    Strategy.PINNED: "The request names its provider, so no route was asked.",
    Strategy.HOSTED: "The customer chooses on the hosted page; the routes are asked then.",
    Strategy.CONNECTION_ORDER: "The app has no routes here: its connections serve in the order they were made.",
}


_Reason = tuple[LeftOutBecause, str]
_SWITCHED_OFF: Final = (LeftOutBecause.ROUTE_INACTIVE, "The route is switched off.")
_GONE: Final = (LeftOutBecause.NO_CONNECTION, "Its connection is gone.")
_NAMED_BEFORE: Final = (LeftOutBecause.ALREADY_CANDIDATE, "An earlier route already names this connection.")


def rank(wish: Wish, table: RoutingTable, seed: str, provider_id: str | None = None) -> Decision:
    """
    Decide the candidates for `wish` in order, and say why each other connection is left out.

    `seed` breaks the ties that weight decides; `provider_id` pins the payment to one provider, with no routing.
    """
    if provider_id is not None:
        return _pinned(wish, table, seed, provider_id)
    if not any(route.active for route in table.routes):
        return _in_order_made(wish, table, seed)
    return _by_routes(wish, table, seed)


def _pinned(wish: Wish, table: RoutingTable, seed: str, provider_id: str) -> Decision:
    mine = [option for option in table.options.values() if option.connection.provider_id == provider_id]
    others = [
        _left_out(option, LeftOutBecause.OTHER_PROVIDER, f"The request asks for {provider_id}.")
        for option in table.options.values()
        if option.connection.provider_id != provider_id
    ]
    at = health_at(table.health, wish.operator)
    candidates, left_out = _fitting(wish, mine, at, f"The request asks for {provider_id}.")
    return _decision(Strategy.PINNED, seed, candidates, [*left_out, *others])


def _in_order_made(wish: Wish, table: RoutingTable, seed: str) -> Decision:
    at = health_at(table.health, wish.operator)
    candidates, left_out = _fitting(wish, table.options.values(), at, "It can take the payment.")
    off = [_route_left_out(route, table.options.get(route.connection_id), *_SWITCHED_OFF) for route in table.routes]
    return _decision(Strategy.CONNECTION_ORDER, seed, candidates, [*left_out, *off])


def _fitting(wish: Wish, options: Iterable[Option], at: HealthAt, why: str) -> tuple[list[Candidate], list[LeftOut]]:
    candidates: list[Candidate] = []
    left_out: list[LeftOut] = []

    def turn(option: Option) -> tuple[bool, datetime, str]:
        connection = option.connection
        return is_closed_off(at(connection.id)), connection.created_at, connection.id

    for option in sorted(options, key=turn):
        if reason := _unusable(option, wish):
            left_out.append(_left_out(option, *reason))
        else:
            candidates.append(_candidate(option, why + in_words(at(option.connection.id))))
    return candidates, left_out


def _by_routes(wish: Wish, table: RoutingTable, seed: str) -> Decision:
    left_out: list[LeftOut] = []
    fitting: list[Route] = []
    unusable = {option.connection.id: _unusable(option, wish) for option in table.options.values()}
    for route in table.routes:
        if not route.active:
            reason: _Reason | None = _SWITCHED_OFF
        elif unmet := _unmet(route, wish):
            reason = LeftOutBecause.CONDITION, unmet
        else:
            reason = unusable.get(route.connection_id, _GONE)
        if reason is None:
            fitting.append(route)
        else:
            left_out.append(_route_left_out(route, table.options.get(route.connection_id), *reason))
    candidates: dict[ConnectionId, Candidate] = {}
    ordered, why = in_turn(fitting, table.strategy, health_at(table.health, wish.operator), seed)
    for route in ordered:
        option = table.options[route.connection_id]
        if route.connection_id in candidates:
            left_out.append(_route_left_out(route, option, *_NAMED_BEFORE))
        else:
            candidates[route.connection_id] = _candidate(option, why(route), route)
    return _decision(table.strategy, seed, [*candidates.values()], [*left_out, *_without_route(table)])


def _without_route(table: RoutingTable) -> Iterator[LeftOut]:
    named = {route.connection_id for route in table.routes}
    for option in table.options.values():
        if option.connection.id not in named:
            yield _left_out(option, LeftOutBecause.NO_ROUTE, "No route of the app names it.")


def _unmet(route: Route, wish: Wish) -> str | None:
    money = wish.money
    if route.countries and wish.country not in route.countries:
        return f"The route is not for {wish.country or 'payments without a country'}."
    if route.currencies and money.currency not in route.currencies:
        return f"The route is not for {money.currency}."
    if route.methods and wish.method not in route.methods:
        return f"The route is not for {wish.method}."
    if route.operators and wish.operator not in route.operators:
        return f"The route is not for {wish.operator or 'payments without an operator'}."
    if route.min_amount_minor is not None and money.minor < route.min_amount_minor:
        return f"The route begins at {route.min_amount_minor}."
    if route.max_amount_minor is not None and money.minor > route.max_amount_minor:
        return f"The route ends at {route.max_amount_minor}."
    return None


def _unusable(option: Option, wish: Wish) -> tuple[LeftOutBecause, str] | None:
    if not option.connection.active:
        return LeftOutBecause.CONNECTION_INACTIVE, "The connection is switched off."
    if option.connection.scope.environment not in option.capabilities.environments:
        where = option.connection.scope.environment
        return LeftOutBecause.UNSUPPORTED, f"{option.capabilities.name} does not serve {where}."
    if reason := unsupported(option.capabilities, wish):
        return LeftOutBecause.UNSUPPORTED, reason
    return None


def _candidate(option: Option, why: str, route: Route | None = None) -> Candidate:
    connection = option.connection
    return Candidate(
        connection_id=connection.id,
        provider_id=connection.provider_id,
        credential_version=connection.credential_version,
        route_id=route.id if route else None,
        retry_declined=route.retry_declined if route else False,
        why=why,
    )


def _left_out(option: Option, because: LeftOutBecause, why: str) -> LeftOut:
    return _same_left_out(option.connection.id, option.connection.provider_id, None, because, why)


def _route_left_out(route: Route, option: Option | None, because: LeftOutBecause, why: str) -> LeftOut:
    provider_id = option.connection.provider_id if option else None
    return _same_left_out(route.connection_id, provider_id, route.id, because, why)


# The same routes are left out of payment after payment, and making the value is most of what a decision costs.
@lru_cache(maxsize=4096)
def _same_left_out(
    connection_id: ConnectionId, provider_id: str | None, route_id: RouteId | None, because: LeftOutBecause, why: str
) -> LeftOut:
    return LeftOut(connection_id=connection_id, provider_id=provider_id, route_id=route_id, because=because, why=why)


def _decision(strategy: Strategy, seed: str, candidates: Sequence[Candidate], left_out: Sequence[LeftOut]) -> Decision:
    why = _WORDS[strategy] if candidates else f"{_WORDS[strategy]} None can take this payment."
    return Decision(strategy=strategy, why=why, seed=seed, candidates=tuple(candidates), left_out=tuple(left_out))
