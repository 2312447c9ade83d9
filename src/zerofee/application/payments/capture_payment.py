"""Take what is held."""

from dataclasses import dataclass

from zerofee.application.payments.charged import Charged
from zerofee.application.payments.operate import Operate
from zerofee.domain.attempt import Attempt, Start
from zerofee.domain.capabilities import Operation
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import PaymentId
from zerofee.domain.opening import open_capture
from zerofee.domain.payment import Payment
from zerofee.domain.plan import Plan
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class CapturePayment:
    """`POST /v1/payments/{id}/capture`, whoever asks."""

    operate: Operate
    charged: Charged

    async def __call__(
        self, scope: Scope, payment_id: PaymentId, amount_minor: int | None = None, claim: Claim | None = None
    ) -> Payment:
        """
        Capture all of an authorized payment, or `amount_minor` of it; what is left is released.

        Gives the payment as it stands: still `authorized` with a `failure` when the provider refused. Raises
        `NotFound`, `WrongStatus`, `AmountTooLarge`, `Unsupported`, `OperationInFlight`, `OutcomeUnknown`.
        """

        def decide(payment: Payment, charge: Attempt | None, start: Start) -> Plan:
            partial = amount_minor is not None and amount_minor != payment.money.minor
            needed = (Operation.PARTIAL_CAPTURE,) if partial else ()
            charge = self.charged(payment, charge, "captured", Operation.MANUAL_CAPTURE, *needed)
            return open_capture(payment, charge, amount_minor, start)

        return (await self.operate(scope, payment_id, decide, claim)).payment
