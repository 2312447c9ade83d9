"""Say how a payment would be routed, and move nothing."""

from dataclasses import dataclass

from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.store import RoutingTables
from zerofee.domain.routing import Decision, rank
from zerofee.domain.scope import Scope
from zerofee.domain.wish import Wish


@dataclass(frozen=True, slots=True)
class PreviewRoute:
    """`POST /v1/apps/{app_id}/routes/preview`, whoever asks."""

    tables: RoutingTables
    ids: Ids

    async def __call__(
        self, scope: Scope, wish: Wish, provider_id: str | None = None, seed: str | None = None
    ) -> Decision:
        """Give the whole decision; `seed` shows how weights would fall for one payment, chance when left out."""
        return rank(wish, await self.tables.routing(scope), seed or self.ids.key(), provider_id)
