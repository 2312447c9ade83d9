"""The audit log, read from either end."""

from collections.abc import Mapping
from typing import Any, Final

from zerofee.adapters.sql.audit_statements import AuditStatements
from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.prepared import Prepared
from zerofee.adapters.sql.rows.audit import audit_of
from zerofee.domain.audit import AuditEntry
from zerofee.domain.ids import AppId
from zerofee.domain.ports.views import Listed, PageOf

_BEYOND: Final = (1 << 63) - 1


class SqlAuditLog:
    """The `AuditLog` port."""

    def __init__(self, engine: Engine, statements: AuditStatements) -> None:
        """Read by `engine`."""
        self._engine = engine
        self._statements = statements

    async def last(self, app_id: AppId) -> AuditEntry | None:
        found = await self._all(self._statements.last, {"app_id": app_id, "limit": 1})
        return found[0] if found else None

    async def entries(self, app_id: AppId, page: PageOf) -> Listed[AuditEntry]:
        values = {
            "app_id": app_id,
            "after": page.after or "",
            "otherwise": 0 if page.after else _BEYOND,
            # One more than is shown tells whether there are more.
            "limit": page.limit + 1,
        }
        found = await self._all(self._statements.entries, values)
        return Listed(items=found[: page.limit], has_more=len(found) > page.limit)

    async def following(self, app_id: AppId, number: int, limit: int) -> tuple[AuditEntry, ...]:
        return await self._all(self._statements.following, {"app_id": app_id, "number": number, "limit": limit})

    async def _all(self, prepared: Prepared, values: Mapping[str, Any]) -> tuple[AuditEntry, ...]:
        return tuple(map(audit_of, await self._engine.fetch(prepared, values)))
