"""Hand over the customer's one-time code."""

from dataclasses import dataclass

from zerofee.application.payments.charged import Charged
from zerofee.application.payments.operate import Operate
from zerofee.domain.attempt import Attempt, Start
from zerofee.domain.capabilities import Operation
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import PaymentId
from zerofee.domain.opening import open_authenticate
from zerofee.domain.payment import Payment
from zerofee.domain.plan import Plan
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class AuthenticatePayment:
    """`POST /v1/payments/{id}/authenticate`, whoever asks."""

    operate: Operate
    charged: Charged

    async def __call__(self, scope: Scope, payment_id: PaymentId, code: str, claim: Claim | None = None) -> Payment:
        """
        Give `code` to the provider; a wrong one leaves the payment waiting while tries are left.

        Raises `NotFound`, `WrongStatus`, `Unsupported`, `OperationInFlight`, `OutcomeUnknown`.
        """

        def decide(payment: Payment, charge: Attempt | None, start: Start) -> Plan:
            charge = self.charged(payment, charge, "authenticated", Operation.AUTHENTICATE)
            return open_authenticate(payment, charge, start)

        return (await self.operate(scope, payment_id, decide, claim, code=code)).payment
