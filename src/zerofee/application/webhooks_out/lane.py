"""One endpoint's way out: few at a time, so that a slow receiver holds up nobody but itself."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.ids import DeliveryId
from zerofee.domain.ports.outbox import DueDelivery, Outbox

IN_FLIGHT: Final = 4
"""Tries at once to one endpoint. Source: reliability rules OUTB-5."""

LEASE: Final = timedelta(seconds=60)
RENEWED_BELOW: Final = timedelta(seconds=45)
LONGEST_TRY: Final = timedelta(seconds=25)
"""Longer than a try may take and its result to be written; no try begins when less of the lease is left."""

_BATCH: Final = 32


@dataclass(slots=True)
class RunningLane:
    """
    What is due to one endpoint, handed out one by one.

    `endpoint` is as it was read last. `dry` says that all that was due has been handed out; whoever finds that more
    is due says so. While the lease lasts nobody else delivers to this endpoint, so nothing is claimed one by one.
    """

    endpoint: WebhookEndpoint
    until: datetime
    dry: bool = False
    in_flight: set[DeliveryId] = field(default_factory=set)
    workers: set[asyncio.Task[None]] = field(default_factory=set)
    _queue: deque[DueDelivery] = field(default_factory=deque)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next(self, outbox: Outbox, now: datetime) -> DueDelivery | None:
        """Hand out the next one, which is in flight until it is `done`; `None` when there is nothing to begin."""
        if self.until - now < LONGEST_TRY:
            return None
        async with self._reading:
            if not self._queue and not self.dry:
                await self._read(outbox, now)
            if not self._queue:
                return None
            due = self._queue.popleft()
        self.in_flight.add(due.delivery.id)
        return due

    def done(self, due: DueDelivery) -> None:
        """Say that a try is over and its result written."""
        self.in_flight.discard(due.delivery.id)

    def drop(self) -> None:
        """Hand out nothing more of what was read."""
        self._queue.clear()
        self.dry = True

    async def _read(self, outbox: Outbox, now: datetime) -> None:
        # Said before it is read: what becomes due meanwhile makes it untrue again.
        self.dry = True
        limit = _BATCH + len(self.in_flight)
        found = await outbox.due(self.endpoint.scope, self.endpoint.id, now, limit)
        self._queue.extend(due for due in found if due.delivery.id not in self.in_flight)
        if len(found) == limit:
            self.dry = False
