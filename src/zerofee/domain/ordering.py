"""In which order an app's routes are tried: by its own wish, by weight, or by what has worked of late."""

import hashlib
import math
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple, Protocol, TypeVar

from zerofee.domain.health import Circuit, Health, HealthOf, Way
from zerofee.domain.ids import ConnectionId, RouteId

# One payment in so many goes by weight instead of to the best, so that the rates of the others stay known.
EXPLORES_ONE_IN: Final = 20
_WELL: Final = Health()
_ID: Final = attrgetter("id")
_LOT_BYTES: Final = 8
_LOT: Final = 2.0**-64


class Strategy(StrEnum):
    """By which rule the candidates were found; an app chooses one of `CHOICES`."""

    PRIORITY = "priority"
    WEIGHTED = "weighted"
    BEST_SUCCESS_RATE = "best_success_rate"
    PINNED = "pinned"
    CONNECTION_ORDER = "connection_order"
    HOSTED = "hosted"


CHOICES: Final = (Strategy.PRIORITY, Strategy.WEIGHTED, Strategy.BEST_SUCCESS_RATE)


class Entrant(Protocol):
    """What of a route decides about its turn."""

    @property
    def id(self) -> RouteId:
        """Say which route it is."""
        ...

    @property
    def connection_id(self) -> ConnectionId:
        """Say where it leads."""
        ...

    @property
    def priority(self) -> int:
        """Say its place in the app's own order, 1 first."""
        ...

    @property
    def weight(self) -> int:
        """Say its share among equals."""
        ...


EntrantT = TypeVar("EntrantT", bound=Entrant)
HealthAt = Callable[[ConnectionId], Health]


def health_at(health: HealthOf, operator: str | None) -> HealthAt:
    """Give the health of the way that a payment by `operator` would go: the worse of connection and operator."""
    known: dict[ConnectionId, Health] = {}

    def at(connection_id: ConnectionId) -> Health:
        found = known.get(connection_id)
        if found is None:
            found = known[connection_id] = _worse(health, connection_id, operator)
        return found

    return at if health else lambda _: _WELL


def in_turn(
    routes: Iterable[EntrantT], strategy: Strategy, at: HealthAt, seed: str
) -> tuple[list[EntrantT], Callable[[EntrantT], str]]:
    """
    Give routes in the order in which they are tried, and what says of one of them why it has its turn.

    What is closed off comes last, whatever the strategy: as a last resort it costs nothing. Among equals, what ails
    comes after what does not. `seed` decides how weights fall, and whether this payment explores.
    """
    explores = strategy is Strategy.BEST_SUCCESS_RATE and _explores(seed)
    rule = _RULES[Strategy.WEIGHTED if explores else strategy]
    said = f"Explored, as one payment in {EXPLORES_ONE_IN} is. " if explores else ""
    by_id = sorted(routes, key=_ID)
    standings = {one: _Standing.of(at(one)) for one in {route.connection_id for route in by_id}}
    keys = [
        rule.key(route.priority, standings[route.connection_id], lot)
        for route, lot in zip(by_id, _lots(seed, by_id), strict=True)
    ]
    ordered = [by_id[place] for place in sorted(range(len(by_id)), key=keys.__getitem__)]

    def why(route: EntrantT) -> str:
        health = at(route.connection_id)
        return said + rule.words(route, health) + in_words(health)

    return ordered, why


def is_closed_off(health: Health) -> bool:
    """Say whether a call would not go through now."""
    return health.circuit is Circuit.OPEN


def in_words(health: Health) -> str:
    """Say what is wrong with a way, in a sentence to be put behind another; nothing when it is well."""
    if is_closed_off(health):
        return " It is closed off after too many faults, so it comes last."
    if health.ails:
        return f" Of its last {health.calls} calls {health.faults} failed and {health.slow} were slow."
    return ""


def _worse(health: HealthOf, connection_id: ConnectionId, operator: str | None) -> Health:
    whole = health.get(Way(connection_id), _WELL)
    part = whole if operator is None else health.get(Way(connection_id, operator), whole)
    return part if is_closed_off(part) or (part.ails and not is_closed_off(whole)) else whole


def _rate_in_words(_: Entrant, health: Health) -> str:
    if health.ended == 0:
        return "Nothing is known yet of how it pays."
    return f"Of its last {health.ended} payments {health.paid} were paid."


class _Standing(NamedTuple):
    """What of a way's health decides turns, reckoned once for all routes that lead there."""

    closed_off: bool
    ails: bool
    paid_per_mille: int

    @classmethod
    def of(cls, health: Health) -> "_Standing":
        return cls(is_closed_off(health), health.ails, health.paid_per_mille)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What decides a turn, by priority, standing and the drawn lot, and what is said of it."""

    key: Callable[[int, _Standing, float], tuple[float, ...]]
    words: Callable[[Entrant, Health], str]


_RULES: Final = {
    Strategy.PRIORITY: _Rule(
        lambda priority, way, lot: (way.closed_off, priority, way.ails, lot),
        lambda route, _: f"Priority {route.priority}, weight {route.weight}.",
    ),
    Strategy.WEIGHTED: _Rule(
        lambda _, way, lot: (way.closed_off, way.ails, lot),
        lambda route, _: f"Weight {route.weight}.",
    ),
    Strategy.BEST_SUCCESS_RATE: _Rule(
        lambda priority, way, lot: (way.closed_off, -way.paid_per_mille, priority, lot),
        _rate_in_words,
    ),
}


def _explores(seed: str) -> bool:
    return int.from_bytes(hashlib.blake2b(f"explore:{seed}".encode(), digest_size=4).digest()) % EXPLORES_ONE_IN == 0


def _lots(seed: str, routes: Sequence[Entrant]) -> list[float]:
    """
    Draw a number for each route, which sorts equals at random, in the proportion of their weights.

    Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006): order by u^(1/w),
    here as -ln(u) over w, smallest first.
    """
    drawn = hashlib.shake_256(seed.encode()).digest(_LOT_BYTES * len(routes))
    lots = struct.unpack(f">{len(routes)}Q", drawn)
    return [-math.log((lot + 1) * _LOT) * (1 / route.weight) for lot, route in zip(lots, routes, strict=True)]
