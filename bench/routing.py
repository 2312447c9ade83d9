"""What a routing decision costs: 50 routes, 10 connections, health known of each. Prints one line of JSON."""

import json
import time
from dataclasses import replace
from typing import Final

from zerofee.domain.country import country
from zerofee.domain.health import Health, Way
from zerofee.domain.ids import ConnectionId, RouteId
from zerofee.domain.ordering import CHOICES
from zerofee.domain.routing import Route, RoutingTable, rank
from zerofee.testing.builders import a_connection, a_route, a_wish, an_option

ROUTES: Final = 50
CONNECTIONS: Final = 10
ROUNDS: Final = 15
TIMES: Final = 400
PLACES: Final = ("CI", "SN", "BF", "ML", "CM")


def microseconds(table: RoutingTable) -> float:
    """Give the best of several rounds, of processor time: what others do on the machine is not the decision's."""
    wish = a_wish(country=country("CI"), operator="orange")
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for number in range(TIMES):
            rank(wish, table, f"pay_01KDWPVNG0{number:016d}")
        best = min(best, time.process_time() - began)
    return best / TIMES * 1_000_000


def a_table(*, all_fit: bool) -> RoutingTable:
    """Lay out routes of one priority, which is the most work; all of them fit, or one in five by its country."""
    connections = [a_connection(id=ConnectionId(f"con_{number:026d}")) for number in range(CONNECTIONS)]
    health = {Way(connection.id): Health(calls=30, faults=2, paid=20, ended=30) for connection in connections}
    routes = tuple(_route(number, connections[number % CONNECTIONS].id, all_fit=all_fit) for number in range(ROUTES))
    options = {connection.id: an_option(connection) for connection in connections}
    return RoutingTable(routes=routes, options=options, health=health)


def _route(number: int, connection_id: ConnectionId, *, all_fit: bool) -> Route:
    route = a_route(id=RouteId(f"rte_{number:026d}"), connection_id=connection_id, weight=1 + number % 5)
    place = country(PLACES[number // CONNECTIONS])
    return route if all_fit else replace(route, countries=frozenset({place}))


def main() -> None:
    """Measure each strategy on both tables."""
    told = {
        strategy.value: {
            "ten fit": microseconds(replace(a_table(all_fit=False), strategy=strategy)),
            "all fit": microseconds(replace(a_table(all_fit=True), strategy=strategy)),
        }
        for strategy in CHOICES
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
