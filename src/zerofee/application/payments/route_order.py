"""Where a payment is to be tried, with the operator guessed from the phone where nobody has named one."""

from dataclasses import dataclass, replace

from zerofee.domain.method import MOBILE_MONEY
from zerofee.domain.new_payment import NewPayment
from zerofee.domain.ports.operators import Guess, Operators
from zerofee.domain.ports.store import RoutingTables
from zerofee.domain.routing import Decision, RoutingTable, rank
from zerofee.domain.wish import Wish


@dataclass(frozen=True, slots=True)
class Routed:
    """An order with what was guessed for it, and the decision that it led to."""

    order: NewPayment
    decision: Decision


@dataclass(frozen=True, slots=True)
class RouteOrder:
    """Ranks what may be tried. What the app says of operator and country goes before any guess."""

    tables: RoutingTables
    operators: Operators

    async def __call__(self, order: NewPayment, wish: Wish, seed: str) -> Routed:
        """
        Decide, by chance from `seed` where weights say so.

        Where numbers are carried over to other operators, a provider that finds out the operator by itself is left to
        it; others are told the guess for want of better.
        """
        table = await self.tables.routing(order.scope)
        guess = self._guess(order, wish)
        if guess is None:
            return Routed(order, rank(wish, table, seed, order.provider_id))
        order, wish = replace(order, country=guess.country), replace(wish, country=guess.country)
        if guess.portable:
            decision = rank(wish, table, seed, order.provider_id)
            if _first_predicts(decision, table):
                return Routed(order, decision)
        order, wish = replace(order, operator=guess.operator), replace(wish, operator=guess.operator)
        return Routed(order, rank(wish, table, seed, order.provider_id))

    def _guess(self, order: NewPayment, wish: Wish) -> Guess | None:
        phone = order.customer.phone if order.customer is not None else None
        if wish.method != MOBILE_MONEY or phone is None or wish.operator is not None:
            return None
        guess = self.operators.guess(phone)
        return guess if guess is not None and wish.country in {None, guess.country} else None


def _first_predicts(decision: Decision, table: RoutingTable) -> bool:
    if not decision.candidates:
        return False
    return table.options[decision.candidates[0].connection_id].capabilities.predicts_operator
