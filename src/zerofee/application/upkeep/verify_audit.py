"""Go along every app's chain of audit entries, and say where one is broken."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from zerofee.domain.audit import AuditEntry, broken_link
from zerofee.domain.ids import AppId
from zerofee.domain.ports.apps import Everybody
from zerofee.domain.ports.audit import AuditLog

_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Chain:
    """One app's chain: how long it is, and what is wrong with it, if anything."""

    app_id: AppId
    entries: int
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class VerifyAudit:
    """What `zerofee doctor` asks."""

    everybody: Everybody
    log: AuditLog

    async def __call__(self) -> AsyncIterator[Chain]:
        """Give every app's chain, one after another."""
        after: AppId | None = None
        while found := await self.everybody.app_ids(after, _BATCH):
            after = found[-1]
            for app_id in found:
                yield await self._chain(app_id)

    async def _chain(self, app_id: AppId) -> Chain:
        last: AuditEntry | None = None
        while batch := await self.log.following(app_id, 0 if last is None else last.number, _BATCH):
            if broken := broken_link(last, batch):
                return Chain(app_id, batch[-1].number, broken)
            last = batch[-1]
        return Chain(app_id, 0 if last is None else last.number)
