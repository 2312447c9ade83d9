"""Which ways to pay an app can offer: from its connections, what their providers can do, and its routes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from zerofee.domain.capabilities import Capabilities, Flow, Limits, Step
from zerofee.domain.country import Country
from zerofee.domain.method import METHODS, MOBILE_MONEY, Method
from zerofee.domain.money import Money
from zerofee.domain.routing import RoutingTable, rank
from zerofee.domain.wish import CaptureMode, Wish

_SEED: Final = "offer"
_NO_LIMITS: Final = Limits()

OperatorsByCountry = Mapping[Country, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One way to pay. `steps` are what the customer may have to do; `limits` are in minor units."""

    method: Method
    country: Country | None = None
    operator: str | None = None
    steps: frozenset[Step] = frozenset()
    limits: Limits = _NO_LIMITS

    @property
    def fields(self) -> tuple[str, ...]:
        """Name what the customer must give."""
        return ("phone",) if self.method == MOBILE_MONEY else ()


def operators_by_country(catalogue: Sequence[Capabilities]) -> OperatorsByCountry:
    """Gather from the tables of every installed provider which operators there are in each country."""
    found: dict[Country, set[str]] = {}
    for flow in (flow for capabilities in catalogue for flow in capabilities.flows):
        if flow.method == MOBILE_MONEY and flow.countries is not None and flow.operators is not None:
            for country in flow.countries:
                found.setdefault(country, set()).add(_main_name(flow.operators))
    return {country: tuple(sorted(names)) for country, names in sorted(found.items())}


def offers(
    table: RoutingTable,
    operators: OperatorsByCountry,
    country: Country | None,
    money: Money,
    *,
    methods: Sequence[Method] = (),
    capture: CaptureMode = CaptureMode.AUTOMATIC,
    provider_id: str | None = None,
) -> tuple[Offer, ...]:
    """List the ways that would find a candidate if they were chosen now; an empty `methods` allows every one."""
    listed: list[Offer] = []
    for method in METHODS:
        if methods and method not in methods:
            continue
        names: Sequence[str | None] = operators.get(country, ()) if method == MOBILE_MONEY and country else (None,)
        for name in names:
            wish = Wish(money=money, method=method, country=country, operator=name, capture=capture)
            candidates = rank(wish, table, _SEED, provider_id).candidates
            if candidates and not (method == MOBILE_MONEY and country is None):
                capabilities = table.options[candidates[0].connection_id].capabilities
                listed.append(_offer(wish, tuple(_flows(capabilities, wish))))
    return tuple(listed)


def offered_countries(table: RoutingTable, operators: OperatorsByCountry) -> tuple[Country, ...]:
    """List the countries in which the app's connections take mobile money."""
    flows = [
        flow
        for option in table.options.values()
        if option.connection.active
        for flow in option.capabilities.flows
        if flow.method == MOBILE_MONEY
    ]
    return tuple(country for country in operators if any(_serves(flow, country) for flow in flows))


def _serves(flow: Flow, country: Country) -> bool:
    return flow.countries is None or country in flow.countries


def _flows(capabilities: Capabilities, wish: Wish) -> Iterator[Flow]:
    for flow in capabilities.flows:
        fits = flow.operators is None or wish.operator is None or wish.operator in flow.operators
        if flow.method == wish.method and fits and (wish.country is None or _serves(flow, wish.country)):
            yield flow


def _offer(wish: Wish, flows: Sequence[Flow]) -> Offer:
    limits = next(
        (flow.limits[wish.money.currency] for flow in flows if wish.money.currency in flow.limits), _NO_LIMITS
    )
    steps = frozenset(step for flow in flows for step in flow.steps)
    return Offer(method=wish.method, country=wish.country, operator=wish.operator, steps=steps, limits=limits)


def _main_name(names: frozenset[str]) -> str:
    # Where an operator goes by several names, the shortest is the one that people say.
    return min(names, key=lambda name: (len(name), name))
