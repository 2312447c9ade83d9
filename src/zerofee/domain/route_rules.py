"""Which routes can be written: bounds, and conditions that the connection's provider can meet at all."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from zerofee.domain.capabilities import Capabilities, Flow
from zerofee.domain.errors import DomainError
from zerofee.domain.method import METHODS, Method, UnknownMethod
from zerofee.domain.money import MAX_MINOR
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.routing import Route

LOWEST_PRIORITY: Final = 1000
HEAVIEST: Final = 1000
MOST_VALUES: Final = 300

T = TypeVar("T", bound=str)


def named_method(text: str) -> Method:
    """Read a method by its name, as routes know it; raise `UnknownMethod`."""
    if text not in METHODS:
        raise UnknownMethod(f"It is none of ours. Send one of {', '.join(METHODS)}.", field="payment_method")
    return Method(text)


def condition(name: str, values: Sequence[str], read: Callable[[str], T]) -> frozenset[T]:
    """Read the values of one condition; raise `InvalidField` that names the value by its place (`countries.1`)."""
    if len(values) > MOST_VALUES:
        raise InvalidField(f"{name} may hold at most {MOST_VALUES} values.", field=name)
    return frozenset(_read(f"{name}.{place}", value, read) for place, value in enumerate(values))


def check_bounds(route: Route) -> None:
    """Raise `InvalidField` for a priority, a weight or amounts out of bounds."""
    _within("priority", route.priority, LOWEST_PRIORITY)
    _within("weight", route.weight, HEAVIEST)
    least, most = route.min_amount_minor, route.max_amount_minor
    if least is not None:
        _within("min_amount", least, MAX_MINOR)
    if most is not None:
        _within("max_amount", most, MAX_MINOR)
    if least is not None and most is not None and least > most:
        raise InvalidField("min_amount is above max_amount: no payment fits.", field="min_amount")


def check_offer(route: Route, can: Capabilities) -> None:
    """
    Raise `InvalidField` for a condition that the provider can never meet, so that no route waits for nothing.

    Conditions are taken together: a country counts only where the provider takes one of the route's methods in it.
    """
    flows: Sequence[Flow] = can.flows
    flows = _narrowed("methods", route.methods, flows, lambda flow, value: flow.method == value, can)
    flows = _narrowed("countries", route.countries, flows, lambda flow, value: _holds(flow.countries, value), can)
    flows = _narrowed("currencies", route.currencies, flows, lambda flow, value: _holds(flow.currencies, value), can)
    _narrowed("operators", route.operators, flows, lambda flow, value: _holds(flow.operators, value), can)


def _narrowed(
    name: str,
    wanted: frozenset[T],
    flows: Sequence[Flow],
    offers: Callable[[Flow, T], bool],
    can: Capabilities,
) -> Sequence[Flow]:
    for value in sorted(wanted):
        if not any(offers(flow, value) for flow in flows):
            where = "" if len(flows) == len(can.flows) else " with what the route asks beside"
            raise InvalidField(f"{can.name} does not offer {value}{where}.", field=name)
    if not wanted:
        return flows
    return [flow for flow in flows if any(offers(flow, value) for value in wanted)]


def _holds(offered: frozenset[T] | None, value: T) -> bool:
    return offered is None or value in offered


def _within(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise InvalidField(f"{name} must be 1 to {most}.", field=name)


def _read(field: str, value: str, read: Callable[[str], T]) -> T:
    try:
        return read(value)
    except DomainError as refusal:
        raise InvalidField(refusal.detail, field=field) from refusal
