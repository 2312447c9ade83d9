"""Past payments, sent once more through another set of routes in thought: what would have gone elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from zerofee.domain.currency import Currency
from zerofee.domain.health import Health, HealthOf, Way
from zerofee.domain.ids import ConnectionId, PaymentId
from zerofee.domain.money import Money
from zerofee.domain.ordering import Strategy
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.routing import RoutingTable, rank
from zerofee.domain.wish import Wish

_PAID = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.AUTHORIZED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What there is to know of a payment that was routed: its wish, its seed, where it went first, and how it ended."""

    payment_id: PaymentId
    wish: Wish
    seed: str
    first: ConnectionId | None
    paid: bool


@dataclass(slots=True)
class Share:
    """The payments that went one way; `paid` of them were paid. Amounts are minor units by currency."""

    payments: int = 0
    paid: int = 0
    amounts: dict[Currency, int] = field(default_factory=dict)

    def add(self, money: Money, *, paid: bool = False) -> None:
        """Count one payment."""
        self.payments += 1
        self.paid += paid
        self.amounts[money.currency] = self.amounts.get(money.currency, 0) + money.minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One payment that would have gone elsewhere first, and why; `None` is where no connection could take it."""

    payment_id: PaymentId
    money: Money
    before: ConnectionId | None
    after: ConnectionId | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """
    Both sides of the comparison, by the connection that was or would be tried first.

    `was` tells what happened. `would_be` tells where payments would go; how they would have ended nobody knows, so
    `would_be`'s `paid` counts what stays where it was, and the rest by the rate that its new way had meanwhile.
    """

    was: Mapping[ConnectionId | None, Share]
    would_be: Mapping[ConnectionId | None, Share]
    moved: tuple[Moved, ...]
    moved_in_all: Share


def past_of(payment: Payment) -> Past | None:
    """Say what a payment tells; `None` for one that named its provider, or whose customer has not chosen a way."""
    if payment.method is None or payment.decision.strategy is Strategy.PINNED:
        return None
    candidates = payment.decision.candidates
    return Past(
        payment_id=payment.id,
        wish=Wish(
            money=payment.money,
            method=payment.method,
            country=payment.country,
            operator=payment.operator,
            capture=payment.capture,
        ),
        seed=payment.decision.seed,
        first=candidates[0].connection_id if candidates else None,
        paid=payment.status in _PAID,
    )


def replay(past: Iterable[Past], draft: RoutingTable, most_shown: int) -> Replay:
    """
    Decide each past payment again over `draft`, and compare; `most_shown` of those that move are told one by one.

    Weights fall as they fell, since each payment keeps its seed. A strategy that goes by success rates is told the
    rates of the payments that are replayed.
    """
    past = tuple(past)
    was: dict[ConnectionId | None, Share] = {}
    for one in past:
        was.setdefault(one.first, Share()).add(one.wish.money, paid=one.paid)
    draft = replace(draft, health=_rates(was))
    would_be: dict[ConnectionId | None, Share] = {}
    arrivals: dict[ConnectionId | None, int] = {}
    moved: list[Moved] = []
    moved_in_all = Share()
    for one in past:
        decision = rank(one.wish, draft, one.seed)
        first = decision.candidates[0] if decision.candidates else None
        after = first.connection_id if first else None
        would_be.setdefault(after, Share()).add(one.wish.money, paid=one.paid and after == one.first)
        if after == one.first:
            continue
        arrivals[after] = arrivals.get(after, 0) + 1
        moved_in_all.add(one.wish.money, paid=one.paid)
        if len(moved) < most_shown:
            why = first.why if first else decision.why
            moved.append(Moved(payment_id=one.payment_id, money=one.wish.money, before=one.first, after=after, why=why))
    for connection_id, number in arrivals.items():
        known = was.get(connection_id, Share())
        if connection_id is not None and known.payments:
            would_be[connection_id].paid += number * known.paid // known.payments
    return Replay(was=was, would_be=would_be, moved=tuple(moved), moved_in_all=moved_in_all)


def _rates(was: Mapping[ConnectionId | None, Share]) -> HealthOf:
    return {
        Way(connection_id): Health(paid=share.paid, ended=share.payments)
        for connection_id, share in was.items()
        if connection_id is not None
    }
