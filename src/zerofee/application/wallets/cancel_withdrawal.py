"""Give money back that was to leave and was not sent."""

from dataclasses import dataclass, replace
from typing import Final

from zerofee.application.once import Once
from zerofee.application.payments.record_outcome import answer_of
from zerofee.application.publishing import Publishing
from zerofee.domain.attempt import AttemptKind
from zerofee.domain.change_set import Change, Conflict, Insert
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import WithdrawalId
from zerofee.domain.opening import OperationInFlight
from zerofee.domain.plan import PayoutPlan
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.ledger import Ledger
from zerofee.domain.ports.showing import Showing
from zerofee.domain.scope import Scope
from zerofee.domain.withdrawal import Withdrawal
from zerofee.domain.withdrawing import cancel_withdrawal

_MOST_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class CancelWithdrawal:
    """`POST /v1/withdrawals/{id}/cancel`, whoever asks."""

    ledger: Ledger
    once: Once
    publishing: Publishing
    showing: Showing
    clock: Clock

    async def __call__(self, scope: Scope, withdrawal_id: WithdrawalId, claim: Claim | None = None) -> Withdrawal:
        """Cancel what was not sent; raise `NotFound`, `WithdrawalStatusConflict`, and what `Once.first` raises."""
        for _ in range(_MOST_TRIES):
            withdrawal = await self.ledger.withdrawal(scope, withdrawal_id)
            plan = cancel_withdrawal(withdrawal, self.clock.now())
            changes = await self.publishing(plan, plan.withdrawal.updated_at, *self._claimed(plan, claim))
            try:
                await self.once.first(changes, claim)
            except Conflict:
                continue
            return plan.withdrawal
        raise OperationInFlight

    def _claimed(self, plan: PayoutPlan, claim: Claim | None) -> tuple[Change, ...]:
        if claim is None:
            return ()
        answer = answer_of(AttemptKind.CANCEL, plan.withdrawal, self.showing.show)
        return (Insert(replace(claim, answer=answer, finished_at=plan.withdrawal.updated_at)),)
