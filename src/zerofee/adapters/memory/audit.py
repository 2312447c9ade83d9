"""The audit log, found by looking at everything."""

from zerofee.adapters.memory.shop import Shop
from zerofee.domain.audit import AuditEntry
from zerofee.domain.ids import AppId
from zerofee.domain.ports.views import Listed, PageOf


class MemoryAuditLog:
    """The `AuditLog` port."""

    def __init__(self, shop: Shop) -> None:
        """Look into `shop`."""
        self._shop = shop

    async def last(self, app_id: AppId) -> AuditEntry | None:
        return next(reversed(self._chain(app_id)), None)

    async def entries(self, app_id: AppId, page: PageOf) -> Listed[AuditEntry]:
        chain = self._chain(app_id)
        end = next((entry.number for entry in chain if entry.id == page.after), 0 if page.after else len(chain) + 1)
        older = [entry for entry in reversed(chain) if entry.number < end]
        return Listed(items=tuple(older[: page.limit]), has_more=len(older) > page.limit)

    async def following(self, app_id: AppId, number: int, limit: int) -> tuple[AuditEntry, ...]:
        return tuple([entry for entry in self._chain(app_id) if entry.number > number][:limit])

    def _chain(self, app_id: AppId) -> list[AuditEntry]:
        return sorted((entry for entry in self._shop.audit if entry.app_id == app_id), key=lambda entry: entry.number)
