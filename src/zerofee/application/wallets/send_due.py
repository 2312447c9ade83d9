"""Withdrawals whose time to be sent has come: those that wait by rule, and those that could not be sent before."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from zerofee.application.wallets.record_payout import KnownPayout
from zerofee.application.wallets.send_payout import SendPayout
from zerofee.domain.attempt import Start
from zerofee.domain.change_set import Conflict
from zerofee.domain.ports.ledger import Ledger
from zerofee.domain.ports.store import Commit, RoutingTables
from zerofee.domain.ports.work import DueWithdrawal, Work
from zerofee.domain.withdrawing import send_withdrawal

_LOG: Final = logging.getLogger(__name__)
_LEASE: Final = timedelta(seconds=60)
_MOST_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class SendDue:
    """Begins to send what is due. Whoever commits a payout sends it, and nobody else."""

    work: Work
    ledger: Ledger
    tables: RoutingTables
    commit: Commit
    send_payout: SendPayout

    async def __call__(self) -> int:
        """Claim what is due and send it; give how much there was."""
        now = self.send_payout.record_payout.record_outcome.clock.now()
        claimed = await self.work.due_withdrawals(now, now + _LEASE, _MOST_AT_ONCE)
        results = await asyncio.gather(*(self._one(due) for due in claimed), return_exceptions=True)
        for due, result in zip(claimed, results, strict=True):
            if isinstance(result, Exception):
                # One that cannot be sent now stays due, and must not keep the others from their turn.
                _LOG.error("withdrawal %s could not be sent", due.withdrawal_id, exc_info=result)
        return len(claimed)

    async def _one(self, due: DueWithdrawal) -> None:
        record = self.send_payout.record_payout
        withdrawal = await self.ledger.withdrawal(due.scope, due.withdrawal_id)
        option = (await self.tables.routing(due.scope)).options.get(withdrawal.connection_id)
        now = record.record_outcome.clock.now()
        start = Start(draft=record.record_outcome.draft(now, withdrawal.provider_id), now=now)
        plan = send_withdrawal(withdrawal, option.connection.credential_version if option else 1, start)
        if plan is None or plan.opened is None:
            return
        try:
            await self.commit(await record.publishing(plan, now))
        except Conflict:
            # It was cancelled, or another worker was faster.
            return
        await self.send_payout(KnownPayout(plan.withdrawal, plan.opened))
