"""What a draft of routes would have made of past payments."""

from dataclasses import replace

import pytest

from zerofee.domain.ids import ConnectionId, PaymentId, RouteId
from zerofee.domain.method import CARD
from zerofee.domain.money import Money
from zerofee.domain.ordering import Strategy
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.replaying import Moved, Past, Share, past_of, replay
from zerofee.domain.routing import Decision, Route, RoutingTable, rank
from zerofee.testing.builders import XOF, a_connection, a_payment, a_route, a_wish, an_option

A, B = ConnectionId("con_a"), ConnectionId("con_b")
OPTIONS = {id_: an_option(a_connection(id=id_)) for id_ in (A, B)}
S = PaymentStatus


def table(*routes: Route, strategy: Strategy = Strategy.PRIORITY) -> RoutingTable:
    return RoutingTable(routes=routes, options=OPTIONS, strategy=strategy)


def route(connection_id: ConnectionId, priority: int = 1, weight: int = 1) -> Route:
    id_ = RouteId(f"rte_{connection_id}")
    return a_route(id=id_, connection_id=connection_id, priority=priority, weight=weight)


def past(number: int, first: ConnectionId | None = A, minor: int = 1000, *, paid: bool = True) -> Past:
    wish = a_wish(money=Money(minor, XOF))
    return Past(payment_id=PaymentId(f"pay_{number}"), wish=wish, seed=f"pay_{number}", first=first, paid=paid)


def decided(routed: RoutingTable, number: int) -> Decision:
    return rank(a_wish(), routed, f"pay_{number}")


def test_changes_nothing_where_the_draft_is_what_there_was() -> None:
    told = replay([past(1), past(2, paid=False)], table(route(A), route(B, 2)), 10)

    assert told.was == told.would_be == {A: Share(2, 1, {XOF: 2000})}
    assert told.moved == ()
    assert told.moved_in_all == Share()


def test_tells_what_would_have_gone_elsewhere() -> None:
    told = replay([past(1), past(2, B, minor=500)], table(route(B), route(A, 2)), 10)

    assert told.moved == (
        Moved(payment_id=PaymentId("pay_1"), money=Money(1000, XOF), before=A, after=B, why="Priority 1, weight 1."),
    )
    assert told.moved_in_all == Share(1, 1, {XOF: 1000})
    assert told.would_be == {B: Share(2, 2, {XOF: 1500})}


def test_estimates_the_end_of_what_moves_by_the_rate_of_its_new_way() -> None:
    payments = [past(n) for n in range(10)] + [past(n, B, paid=n < 25) for n in range(20, 30)]

    told = replay(payments, table(route(B)), 10)

    assert told.was[A].paid == 10
    assert told.would_be == {B: Share(20, 5 + 5, {XOF: 20_000})}


def test_expects_nothing_of_a_way_that_nobody_has_gone() -> None:
    assert replay([past(1)], table(route(B)), 10).would_be[B].paid == 0


def test_lets_weights_fall_as_they_fell() -> None:
    routed = table(route(A, weight=3), route(B))
    payments = [past(n, decided(routed, n).candidates[0].connection_id) for n in range(200)]

    assert replay(payments, routed, 10).moved == ()


def test_finds_what_the_draft_can_take_and_the_routes_could_not() -> None:
    told = replay([past(1, None, paid=False)], table(route(A)), 10)

    assert [(moved.before, moved.after) for moved in told.moved] == [(None, A)]


def test_says_why_nobody_would_take_it() -> None:
    only_cards = replace(route(A), methods=frozenset({CARD}))

    (moved,) = replay([past(1)], table(only_cards), 10).moved

    assert moved.after is None
    assert "None can take this payment" in moved.why


def test_goes_by_the_rates_of_what_is_replayed() -> None:
    payments = [past(n, paid=n < 2) for n in range(10)] + [past(n, B) for n in range(10, 20)]

    told = replay(payments, table(route(A), route(B, 2), strategy=Strategy.BEST_SUCCESS_RATE), 100)

    assert told.would_be[B].payments >= 15


def test_tells_no_more_one_by_one_than_is_wanted() -> None:
    told = replay([past(n) for n in range(10)], table(route(B)), 3)

    assert (len(told.moved), told.moved_in_all.payments) == (3, 10)


def test_reads_a_payment() -> None:
    payment = a_payment(status=S.SUCCEEDED)

    told = past_of(payment)

    assert told is not None
    assert (told.payment_id, told.seed, told.paid) == (payment.id, "seed", True)
    assert told.wish.money == payment.money


@pytest.mark.parametrize(
    "payment", [a_payment(method=None), a_payment(decision=replace(a_payment().decision, strategy=Strategy.PINNED))]
)
def test_passes_over_what_was_not_routed(payment: Payment) -> None:
    assert past_of(payment) is None
