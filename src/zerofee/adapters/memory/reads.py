"""What rules need to know, looked up in dictionaries."""

from typing import TypeVar

from zerofee.adapters.memory.shelves import Shelf
from zerofee.adapters.memory.shop import Shop
from zerofee.domain.app import ApiKey
from zerofee.domain.attempt import Attempt
from zerofee.domain.connection import Connection
from zerofee.domain.idempotency import Claim, ClaimId
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, RefundId
from zerofee.domain.ordering import Strategy
from zerofee.domain.payment import Payment
from zerofee.domain.ports.store import NotFound
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.scope import Scope
from zerofee.domain.wallet import Balances

T = TypeVar("T")


class MemoryReads:
    """The `Reads` and `Keys` ports, and the lists that routing is made of."""

    def __init__(self, shop: Shop) -> None:
        """Read from `shop`."""
        self._shop = shop

    async def payment(self, scope: Scope, payment_id: PaymentId) -> Payment:
        return _found(self._shop.payments, scope, payment_id)

    async def attempt(self, scope: Scope, attempt_id: AttemptId) -> Attempt:
        return _found(self._shop.attempts, scope, attempt_id)

    async def attempts(self, scope: Scope, payment_id: PaymentId) -> tuple[Attempt, ...]:
        mine = (a for a in self._shop.attempts if a.scope == scope and a.payment_id == payment_id)
        return tuple(sorted(mine, key=lambda attempt: attempt.number))

    async def refund(self, scope: Scope, refund_id: RefundId) -> Refund:
        return _found(self._shop.refunds, scope, refund_id)

    async def claim(self, scope: Scope, claim_id: ClaimId) -> Claim | None:
        claim = self._shop.claims.rows.get(claim_id)
        return claim if claim is not None and claim.scope == scope else None

    async def connection(self, scope: Scope, connection_id: ConnectionId) -> Connection:
        return _found(self._shop.connections, scope, connection_id)

    async def balances(self, scope: Scope) -> tuple[Balances, ...]:
        mine = (balances for balances in self._shop.balances.values() if balances.scope == scope)
        return tuple(sorted(mine, key=lambda balances: balances.currency))

    async def key(self, digest: str) -> ApiKey | None:
        return self._shop.keys.by(0, digest)

    async def api_keys(self, scope: Scope) -> tuple[ApiKey, ...]:
        """List a scope's keys, by id."""
        return tuple(sorted((k for k in self._shop.keys if k.scope == scope), key=lambda key: key.id))

    async def routes(self, scope: Scope) -> tuple[Route, ...]:
        """List a scope's routes, by id."""
        return tuple(sorted((r for r in self._shop.routes if r.scope == scope), key=lambda route: route.id))

    async def strategy(self, scope: Scope) -> Strategy:
        """Say how the app puts its routes in order."""
        app = self._shop.apps.rows.get(scope.app_id)
        return app.strategy if app else Strategy.PRIORITY

    async def connections(self, scope: Scope) -> tuple[Connection, ...]:
        """List a scope's connections, by id."""
        return tuple(sorted((c for c in self._shop.connections if c.scope == scope), key=lambda c: c.id))


def _found(shelf: Shelf[T], scope: Scope, thing_id: str) -> T:
    found = shelf.rows.get((scope, thing_id))
    if found is None:
        raise NotFound(shelf.name)
    return found
