"""A session that is wanted no longer."""

from dataclasses import dataclass

from zerofee.application.checkout.see_session import Seen, SeeSession
from zerofee.application.payments.operate import Operate
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import Attempt, Start
from zerofee.domain.choosing import Stage, stage_of
from zerofee.domain.expiring import end_here
from zerofee.domain.ids import CheckoutId
from zerofee.domain.opening import WrongStatus
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import Move
from zerofee.domain.plan import Plan
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class ExpireSession:
    """`POST /v1/checkout/sessions/{id}/expire`."""

    see: SeeSession
    operate: Operate
    rules: PaymentRules

    async def __call__(self, scope: Scope, session_id: CheckoutId) -> Seen:
        """
        End a session on which nothing is under way.

        Raises `NotFound`, `WrongStatus` for one that has ended or waits for a provider, `OutcomeUnknown`.
        """
        seen = await self.see(session_id, scope)
        await self.operate(scope, seen.payment.id, self._decide, None)
        return await self.see(session_id, scope)

    def _decide(self, payment: Payment, charge: Attempt | None, start: Start) -> Plan:
        if stage_of(payment, charge) is not Stage.CHOOSE:
            raise WrongStatus("expired", payment.status, "open, with nothing under way")
        return end_here(payment, charge, Move.EXPIRE, start.now, self.rules.ask)
