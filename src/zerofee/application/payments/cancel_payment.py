"""Let go."""

from dataclasses import dataclass

from zerofee.application.payments.charged import Charged, Unsupported
from zerofee.application.payments.operate import Operate
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptState, Start
from zerofee.domain.capabilities import Operation
from zerofee.domain.expiring import end_here
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import PaymentId
from zerofee.domain.opening import open_cancel, refuse_unless_cancellable, refuse_while_in_flight
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import Move, PaymentStatus
from zerofee.domain.plan import Plan
from zerofee.domain.scope import Scope

_HOLDS: AttemptState = AttemptState.AUTHORIZED


@dataclass(frozen=True, slots=True)
class CancelPayment:
    """`POST /v1/payments/{id}/cancel`, whoever asks."""

    operate: Operate
    charged: Charged
    rules: PaymentRules

    async def __call__(self, scope: Scope, payment_id: PaymentId, claim: Claim | None = None) -> Payment:
        """
        Cancel at the provider where it offers that; else end here what the customer has not yet agreed to.

        Gives the payment as it stands: `succeeded` when the customer was faster. Raises `NotFound`, `WrongStatus`,
        `Unsupported` for money that only the provider could let go, `OperationInFlight`, `OutcomeUnknown`.
        """
        return (await self.operate(scope, payment_id, self._decide, claim)).payment

    def _decide(self, payment: Payment, charge: Attempt | None, start: Start) -> Plan:
        refuse_unless_cancellable(payment)
        if charge is None or charge.state not in OPEN_ATTEMPT | {_HOLDS}:
            return end_here(payment, None, Move.CANCEL, start.now, self.rules.ask)
        refuse_while_in_flight(charge)
        if self.charged.offers(charge, Operation.CANCEL):
            return open_cancel(payment, charge, start)
        if payment.status is not PaymentStatus.REQUIRES_ACTION:
            raise Unsupported(charge.provider_id, Operation.CANCEL)
        return end_here(payment, charge, Move.CANCEL, start.now, self.rules.ask)
