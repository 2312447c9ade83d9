"""Turn a kept event into an outcome: match it, keep what it tells the adapter, and ask the provider."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from zerofee.application.payments.record_outcome import RecordOutcome
from zerofee.application.upkeep.recover import Recover
from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.change_set import ChangeSet, Conflict, Update
from zerofee.domain.connection import Connection
from zerofee.domain.ids import InboxId
from zerofee.domain.inbox import InboxEvent, applied, ignored, not_applied, not_matched, replayed
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.inbox import Inbox
from zerofee.domain.ports.store import Commit
from zerofee.domain.scope import Scope

_LOG: Final = logging.getLogger(__name__)
_LEASE: Final = timedelta(seconds=60)
_MOST_AT_ONCE: Final = 50
_MOST_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class ApplyEvent:
    """Applies events, at least once each and with the same end however often."""

    inbox: Inbox
    commit: Commit
    record_outcome: RecordOutcome
    recover: Recover
    clock: Clock

    async def due(self) -> int:
        """Claim what is due and apply it; give how much there was."""
        now = self.clock.now()
        claimed = await self.inbox.due(now, now + _LEASE, _MOST_AT_ONCE)
        await asyncio.gather(*(self(event) for event in claimed))
        return len(claimed)

    async def replay(self, scope: Scope, event_id: InboxId) -> InboxEvent:
        """Apply an event once more; raise `NotFound` when the scope has none of this id."""
        event = replayed(await self.inbox.event(scope, event_id), self.clock.now())
        await self.commit(ChangeSet((Update(event),)))
        await self(event)
        return await self.inbox.event(scope, event_id)

    async def __call__(self, event: InboxEvent) -> None:
        """Apply one event; what goes wrong is kept with it, and it is tried again."""
        try:
            changed = await self._applied(event)
        except Exception as fault:  # noqa: BLE001  a fault must not lose the event: it is kept, with the reason
            _LOG.exception("event %s could not be applied", event.id)
            changed = not_applied(event, type(fault).__name__, self.clock.now())
        try:
            await self.commit(ChangeSet((Update(changed),)))
        except Conflict:
            _LOG.info("event %s was applied by another worker too", event.id)

    async def ask_about(self, connection: Connection, names: Collection[str]) -> None:
        """Ask about an attempt that an old but genuine event names: the event itself proves nothing any more."""
        for name in names:
            attempt = await self.inbox.attempt_known_by(connection.scope, connection.id, name)
            if attempt is not None:
                await self._ask(attempt)
                return

    async def _applied(self, event: InboxEvent) -> InboxEvent:
        names = [name for name in (event.our_reference, event.reference) if name]
        if not names:
            return ignored(event)
        for name in names:
            attempt = await self.inbox.attempt_known_by(event.scope, event.connection_id, name)
            if attempt is not None:
                await self._learn(attempt, event)
                return applied(event, attempt.id, f"The payment is {await self._ask(attempt)}.")
        return not_matched(event, self.clock.now())

    async def _learn(self, attempt: Attempt, event: InboxEvent) -> None:
        """Keep with the attempt what the event tells its adapter: asking may need it."""
        for _ in range(_MOST_TRIES):
            known = {**attempt.details, **event.details}
            if known == attempt.details:
                return
            told = replace(attempt, details=known, version=attempt.version + 1)
            try:
                await self.commit(ChangeSet((Update(told),)))
            except Conflict:
                attempt = (await self.record_outcome.read(attempt.scope, attempt.id)).attempt
            else:
                return

    async def _ask(self, attempt: Attempt) -> str:
        known = await self.record_outcome.read(attempt.scope, attempt.id)
        if known.attempt.state is AttemptState.SENDING:
            # The answer is still on its way to whoever sent it, and asking now could only find less.
            return known.payment.status
        return (await self.recover.ask(known)).payment.status
