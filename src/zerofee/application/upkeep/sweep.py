"""A provider's own list against ours: what only one of them has, and what they have differently."""

import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from zerofee.application.payments.record_outcome import RecordOutcome
from zerofee.application.upkeep.recover import Recover
from zerofee.domain.attempt import Attempt
from zerofee.domain.capabilities import Operation
from zerofee.domain.change_set import ChangeSet, Conflict, Update
from zerofee.domain.connection import Connection
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.apps import Everybody
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.inbox import Inbox
from zerofee.domain.ports.listing import CannotList, Lists
from zerofee.domain.ports.provider import CannotOpen, Providers
from zerofee.domain.ports.store import Commit
from zerofee.domain.ports.views import PageOf, PaymentFilter, Views
from zerofee.domain.ports.work import Work
from zerofee.domain.sweeping import NOT_AT_PROVIDER, Difference, DifferenceKind, Movement, Span, compared, missing

_LOG: Final = logging.getLogger(__name__)
_CHORE: Final = "sweep"
_DAY: Final = timedelta(days=1)
_SPAN: Final = timedelta(hours=48)
# What is younger may still be on its way; and a payment near an end of the span may lie outside of theirs.
_TOO_YOUNG: Final = timedelta(hours=1)
_EDGE: Final = timedelta(minutes=30)
_BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One connection, laid beside its provider's list; `why` says why it could not be."""

    connection: Connection
    movements: int = 0
    differences: tuple[Difference, ...] = ()
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """
    Compares, and acts on evidence alone.

    What the provider has as paid and we have not is asked about at once, which adopts it. What we have as paid and
    the provider does not list is marked for a person. Nothing is ever moved.

    Source: reliability rules ASK-7.
    """

    everybody: Everybody
    views: Views
    inbox: Inbox
    providers: Providers
    record_outcome: RecordOutcome
    recover: Recover
    work: Work
    clock: Clock

    async def daily(self) -> int:
        """Sweep once a day, by whichever process is first; give how many differences there were."""
        now = self.clock.now()
        if not await self.work.claim_chore(_CHORE, now, now + _DAY):
            return 0
        found = 0
        async for swept in self(now - _SPAN, now - _TOO_YOUNG):
            found += len(swept.differences)
            _tell(swept)
        return found

    async def __call__(self, begins_at: datetime, ends_at: datetime) -> AsyncIterator[Swept]:
        """Sweep every connection whose provider can list, one after another."""
        last: Connection | None = None
        while batch := await self.everybody.connections_after(last, _BATCH):
            last = batch[-1]
            for connection in batch:
                capabilities = self.providers.capabilities(connection.provider_id)
                if connection.active and capabilities is not None and Operation.SWEEP in capabilities.operations:
                    yield await self._one(connection, Span(begins_at, ends_at))

    async def _one(self, connection: Connection, span: Span) -> Swept:
        try:
            provider = await self.providers.open(connection)
            if not isinstance(provider, Lists):
                return Swept(connection=connection, why="its provider says that it can list, and cannot")
            movements = await provider.listed(span)
        except (CannotOpen, CannotList) as fault:
            return Swept(connection=connection, why=str(fault))
        theirs = [found async for found in self._theirs(connection, movements)]
        ours = [found async for found in self._ours(connection, movements, span)]
        return Swept(connection=connection, movements=len(movements), differences=(*theirs, *ours))

    async def _theirs(self, connection: Connection, movements: Iterable[Movement]) -> AsyncIterator[Difference]:
        for movement in movements:
            attempt = await self._attempt(connection, movement)
            if attempt is None or attempt.payment_id is None:
                difference = compared(movement, None, None)
            else:
                known = await self.record_outcome.read(connection.scope, attempt.id)
                difference = compared(movement, known.attempt, known.payment)
            if difference is None:
                continue
            yield difference
            if difference.kind is DifferenceKind.NOT_PAID_HERE and attempt is not None:
                await self.recover.ask(await self.record_outcome.read(connection.scope, attempt.id))

    async def _ours(
        self, connection: Connection, movements: Iterable[Movement], span: Span
    ) -> AsyncIterator[Difference]:
        named = {name for movement in movements for name in (movement.our_reference, movement.reference)}
        async for payment in self._paid(connection, span):
            if payment.charge_id is None:
                continue
            charge = await self.record_outcome.reads.attempt(connection.scope, payment.charge_id)
            mine = charge.connection_id == connection.id
            if mine and named.isdisjoint((charge.id, charge.provider_key, charge.reference)):
                yield missing(payment, charge)
                await self._mark(payment, self.record_outcome.commit)

    async def _paid(self, connection: Connection, span: Span) -> AsyncIterator[Payment]:
        wanted = PaymentFilter(
            status=PaymentStatus.SUCCEEDED,
            provider_id=connection.provider_id,
            created_from=span.begins_at + _EDGE,
            created_to=span.ends_at - _EDGE,
        )
        after: str | None = None
        more = True
        while more:
            listed = await self.views.payments(connection.scope, wanted, PageOf(_BATCH, after))
            more = listed.has_more
            for payment in listed.items:
                after = payment.id
                yield payment

    async def _attempt(self, connection: Connection, movement: Movement) -> Attempt | None:
        for name in (movement.our_reference, movement.reference):
            if name is not None:
                found = await self.inbox.attempt_known_by(connection.scope, connection.id, name)
                if found is not None:
                    return found
        return None

    async def _mark(self, payment: Payment, commit: Commit) -> None:
        """Let a person look at it, unless one is to already; whoever changes it meanwhile goes first."""
        if payment.attention is not None:
            return
        now = self.clock.now()
        marked = replace(payment, attention=NOT_AT_PROVIDER, updated_at=now, version=payment.version + 1)
        try:
            await commit(ChangeSet((Update(marked),)))
        except Conflict:
            _LOG.info("payment %s changed while it was swept; the next sweep looks at it again", payment.id)


def _tell(swept: Swept) -> None:
    connection = swept.connection
    if swept.why is not None:
        _LOG.warning("%s (%s) could not be swept: %s", connection.id, connection.provider_id, swept.why)
    for found in swept.differences:
        _LOG.error(
            "%s (%s): %s, %s; the provider says %s, we say %s",
            connection.id,
            connection.provider_id,
            found.kind,
            found.payment_id or found.reference,
            found.theirs,
            found.ours,
        )
