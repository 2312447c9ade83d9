"""Seal every connection's credentials under the newest key, so that older ones can be dropped."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from zerofee.application.apps.audited import Audited, Decided
from zerofee.domain.audit import AuditAction, Author
from zerofee.domain.change_set import Update
from zerofee.domain.connection import Connection
from zerofee.domain.in_words import deed
from zerofee.domain.ports.apps import Apps, Everybody
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.vault import Rewrapping, SealBroken

_BATCH: Final = 50
UNREADABLE: Final = "unreadable"
"""What a connection counts under whose seal is none of ours."""


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What became of one batch; `broken` do not open under any key that we have."""

    looked_at: int
    changed: int
    broken: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class RotateKeys:
    """
    Can be stopped at any moment and run again: what is sealed under the newest key already is left as it is.

    Servers read old and new all the while, and a connection that is changed meanwhile is looked at again.

    Source: reliability rules CRY-2.
    """

    everybody: Everybody
    apps: Apps
    audited: Audited
    vault: Rewrapping

    async def batches(self, author: Author) -> AsyncIterator[Rewrapped]:
        """Go through all connections, and give what became of each batch."""
        async for batch in self._all():
            # One app's go one after another: they would only race for the next place in its audit log.
            apps = [list(group) for _, group in groupby(batch, lambda connection: connection.scope.app_id)]
            found = await asyncio.gather(*(self._of_app(author, group) for group in apps))
            words = [word for group in found for word in group]
            broken = tuple(connection for connection, word in zip(batch, words, strict=True) if word is None)
            yield Rewrapped(len(batch), words.count(True), broken)

    async def left_under(self) -> Mapping[str, int]:
        """Count the connections that are sealed under each key, by the key's id."""
        counted: Counter[str] = Counter()
        async for batch in self._all():
            counted.update(self._key_id(connection) for connection in batch)
        return counted

    async def _all(self) -> AsyncIterator[Sequence[Connection]]:
        last: Connection | None = None
        while batch := await self.everybody.connections_after(last, _BATCH):
            last = batch[-1]
            yield [connection for connection in batch if connection.sealed]

    async def _of_app(self, author: Author, connections: Sequence[Connection]) -> list[bool | None]:
        return [await self._one(author, connection) for connection in connections]

    async def _one(self, author: Author, connection: Connection) -> bool | None:
        """Say whether it was sealed anew; `None` when it does not open."""

        async def decide(_: datetime) -> Decided[bool]:
            stored = await self.apps.connection_of(connection.scope.app_id, connection.id)
            sealed = self.vault.rewrap(stored) if stored.sealed else None
            if sealed is None:
                return Decided(result=False)
            changed = replace(stored, sealed=sealed, version=stored.version + 1)
            told = deed(AuditAction.CONNECTION_REWRAPPED, before=stored, after=changed)
            return Decided(True, told, (Update(changed),))  # noqa: FBT003  the result of a rewrapping

        try:
            return await self.audited(author, connection.scope.app_id, decide)
        except NotFound:
            return False
        except SealBroken:
            return None

    def _key_id(self, connection: Connection) -> str:
        try:
            return self.vault.key_id(connection)
        except SealBroken:
            return UNREADABLE
