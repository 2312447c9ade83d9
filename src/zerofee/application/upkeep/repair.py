"""Whoever looks at a payment that is overdue for asking has it asked about, and does not wait for the answer."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from zerofee.application.upkeep.recover import Recover
from zerofee.domain.ids import PaymentId
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.store import StorageUnavailable

_LOG: Final = logging.getLogger(__name__)
_WAITS: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.PROCESSING})
# More at once are left to the worker, which takes them in turn.
_MOST_UNDERWAY: Final = 100


@dataclass(frozen=True, slots=True)
class Repair:
    """
    Asks behind the answer that is given now; a payment that is being asked about is not asked about twice.

    The worker does the same within a second where one runs; this keeps the promise where none does.
    """

    recover: Recover
    clock: Clock
    underway: dict[PaymentId, asyncio.Task[None]] = field(default_factory=dict)

    def soon(self, payment: Payment) -> None:
        """Have a payment asked about if it is time to."""
        if payment.status not in _WAITS or payment.id in self.underway or len(self.underway) >= _MOST_UNDERWAY:
            return
        task = asyncio.create_task(self._repaired(payment))
        self.underway[payment.id] = task
        task.add_done_callback(lambda _: self.underway.pop(payment.id, None))

    async def drain(self, seconds: int) -> bool:
        """Wait for what is under way; say whether it all ended in time. What did not is due all the same."""
        if not self.underway:
            return True
        _, pending = await asyncio.wait(self.underway.values(), timeout=seconds)
        return not pending

    async def _repaired(self, payment: Payment) -> None:
        record = self.recover.record_outcome
        try:
            for attempt in await record.reads.attempts(payment.scope, payment.id):
                if attempt.ask_at is not None and attempt.ask_at <= self.clock.now():
                    await self.recover.ask(await record.read(attempt.scope, attempt.id))
        except StorageUnavailable:
            _LOG.info("payment %s could not be asked about: the storage is away", payment.id)
        except Exception:  # noqa: BLE001  nobody waits for it, and the worker will come to it all the same
            _LOG.exception("payment %s could not be asked about", payment.id)
