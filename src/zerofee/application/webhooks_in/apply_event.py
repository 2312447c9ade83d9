"""Turn a kept event into an outcome: match it, keep what it tells the adapter, and ask the provider."""

import asyncio
import logging
from collections.abc import Collection, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from zerofee.application.payments.record_outcome import RecordOutcome
from zerofee.application.upkeep.recover import Recover
from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.change_set import ChangeSet, Conflict, Update
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, InboxId
from zerofee.domain.inbox import InboxEvent, applied, ignored, not_applied, not_matched, replayed
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.inbox import Inbox
from zerofee.domain.ports.store import Commit

_LOG: Final = logging.getLogger(__name__)
_LEASE: Final = timedelta(seconds=60)
_MOST_AT_ONCE: Final = 50
_MOST_TRIES: Final = 5
# More than so many at once are left to the worker's step, which takes them in turn.
_MOST_UNDERWAY: Final = 100


@dataclass(frozen=True, slots=True)
class ApplyEvent:
    """
    Applies events, at least once each and with the same end however often.

    `underway` is what goes on behind the answers that were given already; `drain` waits for it.
    """

    inbox: Inbox
    commit: Commit
    record_outcome: RecordOutcome
    recover: Recover
    clock: Clock
    underway: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def busy(self) -> bool:
        """Say whether so much is under way that what comes now is left to the worker's step."""
        return len(self.underway) >= _MOST_UNDERWAY

    def soon(self, event: InboxEvent) -> None:
        """Apply an event behind the answer that is given now; its lease must be longer than that takes."""
        self._behind(self(event))

    def ask_soon(self, connection: Connection, names: Collection[str]) -> None:
        """Ask about an attempt that an old but genuine event names: the event itself proves nothing any more."""
        if not self.busy:
            self._behind(self._ask_about(connection, names))

    async def drain(self, seconds: int) -> bool:
        """Wait for what is under way; say whether it all ended in time. What did not is due after its lease."""
        if not self.underway:
            return True
        _, pending = await asyncio.wait(self.underway, timeout=seconds)
        return not pending

    async def due(self) -> int:
        """Claim what is due and apply it; give how much there was."""
        now = self.clock.now()
        claimed = await self.inbox.due(now, now + _LEASE, _MOST_AT_ONCE)
        await asyncio.gather(*(self(event) for event in claimed))
        return len(claimed)

    async def replay(self, app_id: AppId, event_id: InboxId) -> InboxEvent:
        """
        Apply an event of an app's once more, and give it as it stands then; twice at once is once.

        Raises `NotFound` when the app has none of this id.
        """
        event = replayed(await self.inbox.event_of(app_id, event_id), self.clock.now() + _LEASE)
        try:
            await self.commit(ChangeSet((Update(event),)))
        except Conflict:
            _LOG.info("event %s is being applied already", event_id)
        else:
            await self(event)
        return await self.inbox.event_of(app_id, event_id)

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

    def _behind(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self.underway.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.underway.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            _LOG.error("what an event set off has failed; the worker will see to it", exc_info=fault)

    async def _ask_about(self, connection: Connection, names: Collection[str]) -> None:
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
                return applied(event, attempt.id, await self._ask(attempt))
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
                attempt = await self.record_outcome.reads.attempt(attempt.scope, attempt.id)
            else:
                return

    async def _ask(self, attempt: Attempt) -> str:
        """Ask about an attempt, and say what its payment or withdrawal has come to."""
        if attempt.withdrawal_id is not None:
            return f"The withdrawal is {await self._ask_payout(attempt)}."
        return f"The payment is {await self._ask_payment(attempt)}."

    async def _ask_payout(self, attempt: Attempt) -> str:
        known = await self.recover.record_payout.read(attempt.scope, attempt.id)
        if known.attempt.state is AttemptState.SENDING:
            return known.withdrawal.status
        return (await self.recover.ask_payout(known)).withdrawal.status

    async def _ask_payment(self, attempt: Attempt) -> str:
        known = await self.record_outcome.read(attempt.scope, attempt.id)
        if known.attempt.state is AttemptState.SENDING:
            # The answer is still on its way to whoever sent it, and asking now could only find less.
            return known.payment.status
        return (await self.recover.ask(known)).payment.status
