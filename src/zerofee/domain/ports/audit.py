"""Where the audit log is read; it is written by `Commit`, beside what it tells of."""

from typing import Protocol

from zerofee.domain.audit import AuditEntry
from zerofee.domain.ids import AppId
from zerofee.domain.ports.views import Listed, PageOf


class AuditLog(Protocol):
    """The entries of each app, which are never changed."""

    async def last(self, app_id: AppId) -> AuditEntry | None:
        """Give the app's newest entry, which the next one is chained to; `None` before the first."""
        ...

    async def entries(self, app_id: AppId, page: PageOf) -> Listed[AuditEntry]:
        """List an app's entries, newest first."""
        ...

    async def following(self, app_id: AppId, number: int, limit: int) -> tuple[AuditEntry, ...]:
        """List the entries after `number` in their order, to go along the chain."""
        ...
