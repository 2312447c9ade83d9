"""What has waited long enough, and may end by time."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from zerofee.application.payments.charged import Charged
from zerofee.application.payments.operate import Operate
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, Start
from zerofee.domain.capabilities import Operation
from zerofee.domain.errors import DomainError
from zerofee.domain.expiring import end_here, is_overdue
from zerofee.domain.opening import WrongStatus, open_expiry
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import Move
from zerofee.domain.plan import Plan
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.work import DuePayment, Work

_LOG: Final = logging.getLogger(__name__)
_LEASE: Final = timedelta(seconds=60)
_MOST_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Expire:
    """Ends payments whose time is up: at the provider first where it offers that, then here."""

    work: Work
    operate: Operate
    charged: Charged
    clock: Clock
    rules: PaymentRules

    async def due(self) -> int:
        """Claim what is overdue and end it; give how much there was."""
        now = self.clock.now()
        claimed = await self.work.due_payments(now, now + _LEASE, _MOST_AT_ONCE)
        results = await asyncio.gather(*(self._one(due) for due in claimed), return_exceptions=True)
        for due, result in zip(claimed, results, strict=True):
            if isinstance(result, Exception) and not isinstance(result, DomainError):
                _LOG.error("payment %s could not be expired", due.payment_id, exc_info=result)
        return len(claimed)

    async def _one(self, due: DuePayment) -> None:
        await self.operate(due.scope, due.payment_id, self._decide, None)

    def _decide(self, payment: Payment, charge: Attempt | None, start: Start) -> Plan:
        if not is_overdue(payment, charge, start.now):
            raise WrongStatus("expired", payment.status, "overdue, with nothing in flight")
        if charge is not None and charge.state in OPEN_ATTEMPT and self.charged.offers(charge, Operation.CANCEL):
            return open_expiry(payment, charge, start)
        return end_here(payment, charge, Move.EXPIRE, start.now, self.rules.ask)
