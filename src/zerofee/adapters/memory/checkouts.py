"""Checkout sessions, found by looking."""

from collections.abc import Collection, Mapping

from zerofee.adapters.memory.shop import Shop
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.ids import CheckoutId
from zerofee.domain.ports.store import NotFound


class MemoryCheckouts:
    """The `Checkouts` port."""

    def __init__(self, shop: Shop) -> None:
        """Look into `shop`."""
        self._shop = shop

    async def session(self, session_id: CheckoutId) -> CheckoutSession:
        found = self._shop.checkouts.by(0, session_id)
        if found is None:
            raise NotFound("checkout session")
        return found

    async def versions(self, session_ids: Collection[CheckoutId]) -> Mapping[CheckoutId, int]:
        found = (self._shop.checkouts.by(0, session_id) for session_id in session_ids)
        payments = self._shop.payments.rows
        return {s.id: payments[s.scope, s.payment_id].version for s in found if s is not None}
