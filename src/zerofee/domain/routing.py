"""Which connections a payment is tried through, in which order, and why each other one is left out."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from zerofee.domain.capabilities import Capabilities, unsupported
from zerofee.domain.connection import Connection
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.ids import ConnectionId, RouteId
from zerofee.domain.method import Method
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
    """What an app has to route with, in one scope."""

    routes: tuple[Route, ...] = ()
    options: Mapping[ConnectionId, Option] = field(default_factory=dict)


class Strategy(StrEnum):
    """By which rule the candidates were found."""

    PRIORITY = "priority"
    PINNED = "pinned"
    CONNECTION_ORDER = "connection_order"


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
    """The whole decision, kept with the payment. The same wish, table and `seed` decide the same again."""

    strategy: Strategy
    why: str
    seed: str
    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...] = ()


_WORDS: Final = {
    Strategy.PRIORITY: "By the app's routes: priority first, weight within one priority.",
    Strategy.PINNED: "The request names its provider, so no route was asked.",
    Strategy.CONNECTION_ORDER: "The app has no routes here: its connections serve in the order they were made.",
}


_SWITCHED_OFF: Final = (LeftOutBecause.ROUTE_INACTIVE, "The route is switched off.")


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
    candidates, left_out = _fitting(wish, mine, f"The request asks for {provider_id}.")
    return _decision(Strategy.PINNED, seed, candidates, [*left_out, *others])


def _in_order_made(wish: Wish, table: RoutingTable, seed: str) -> Decision:
    candidates, left_out = _fitting(wish, table.options.values(), "It can take the payment.")
    off = [_route_left_out(route, table.options.get(route.connection_id), *_SWITCHED_OFF) for route in table.routes]
    return _decision(Strategy.CONNECTION_ORDER, seed, candidates, [*left_out, *off])


def _fitting(wish: Wish, options: Iterable[Option], why: str) -> tuple[list[Candidate], list[LeftOut]]:
    candidates: list[Candidate] = []
    left_out: list[LeftOut] = []
    for option in sorted(options, key=lambda o: (o.connection.created_at, o.connection.id)):
        if reason := _unusable(option, wish):
            left_out.append(_left_out(option, *reason))
        else:
            candidates.append(_candidate(option, why))
    return candidates, left_out


def _by_routes(wish: Wish, table: RoutingTable, seed: str) -> Decision:
    candidates: list[Candidate] = []
    left_out: list[LeftOut] = []
    taken: set[ConnectionId] = set()
    for route in sorted(table.routes, key=lambda r: (r.priority, _draw(seed, r), r.id)):
        option = table.options.get(route.connection_id)
        reason = _misfit(route, option, wish, taken)
        if reason is None:
            taken.add(route.connection_id)
            candidates.append(_candidate(table.options[route.connection_id], _turn_of(route), route))
        else:
            left_out.append(_route_left_out(route, option, *reason))
    return _decision(Strategy.PRIORITY, seed, candidates, [*left_out, *_without_route(table)])


def _without_route(table: RoutingTable) -> Iterator[LeftOut]:
    named = {route.connection_id for route in table.routes}
    for option in table.options.values():
        if option.connection.id not in named:
            yield _left_out(option, LeftOutBecause.NO_ROUTE, "No route of the app names it.")


def _misfit(
    route: Route, option: Option | None, wish: Wish, taken: set[ConnectionId]
) -> tuple[LeftOutBecause, str] | None:
    if option is None:
        return LeftOutBecause.NO_CONNECTION, "Its connection is gone."
    if not route.active:
        return _SWITCHED_OFF
    if unmet := _unmet(route, wish):
        return LeftOutBecause.CONDITION, unmet
    if reason := _unusable(option, wish):
        return reason
    if route.connection_id in taken:
        return LeftOutBecause.ALREADY_CANDIDATE, "An earlier route already names this connection."
    return None


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


def _draw(seed: str, route: Route) -> float:
    """
    Draw a number that sorts routes of one priority at random, in the proportion of their weights.

    Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006): order by u^(1/w),
    here as -ln(u) over w, smallest first.
    """
    digest = hashlib.blake2b(f"{seed}:{route.id}".encode(), digest_size=6).digest()
    uniform = (int.from_bytes(digest) + 1) * 2.0**-48
    return -math.log(uniform) * (1 / route.weight)


def _turn_of(route: Route) -> str:
    return f"Priority {route.priority}, weight {route.weight}."


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
    connection = option.connection
    return LeftOut(connection_id=connection.id, provider_id=connection.provider_id, because=because, why=why)


def _route_left_out(route: Route, option: Option | None, because: LeftOutBecause, why: str) -> LeftOut:
    return LeftOut(
        connection_id=route.connection_id,
        provider_id=option.connection.provider_id if option else None,
        route_id=route.id,
        because=because,
        why=why,
    )


def _decision(strategy: Strategy, seed: str, candidates: Sequence[Candidate], left_out: Sequence[LeftOut]) -> Decision:
    why = _WORDS[strategy] if candidates else f"{_WORDS[strategy]} None can take this payment."
    return Decision(strategy=strategy, why=why, seed=seed, candidates=tuple(candidates), left_out=tuple(left_out))
