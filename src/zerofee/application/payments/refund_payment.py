"""Give back, never more than was taken."""

from dataclasses import dataclass

from zerofee.application.payments.charged import Charged
from zerofee.application.payments.operate import Operate
from zerofee.domain.attempt import Attempt, Start
from zerofee.domain.capabilities import Operation
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import PaymentId, RefundId
from zerofee.domain.payment import Payment
from zerofee.domain.plan import Plan
from zerofee.domain.ports.clock import Ids
from zerofee.domain.refund import Refund
from zerofee.domain.refunding import NewRefund, open_refund
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """`POST /v1/payments/{id}/refunds`, whoever asks."""

    operate: Operate
    charged: Charged
    ids: Ids

    async def __call__(
        self, scope: Scope, payment_id: PaymentId, order: NewRefund, claim: Claim | None = None
    ) -> Refund:
        """
        Reserve the amount, ask the provider, and record what comes back.

        Gives the refund as it stands: `pending` while its end is not known. Raises `NotFound`, `WrongStatus`,
        `AmountTooLarge`, `Unsupported`, `OperationInFlight`.
        """
        refund_id = self.ids.new(RefundId)

        def decide(payment: Payment, charge: Attempt | None, start: Start) -> Plan:
            partial = order.amount_minor is not None and order.amount_minor != payment.captured_minor
            needed = (Operation.PARTIAL_REFUND,) if partial else ()
            charge = self.charged(payment, charge, "refunded", Operation.REFUND, *needed)
            return open_refund(payment, charge, order, refund_id, start)

        refund = (await self.operate(scope, payment_id, decide, claim)).refund
        if refund is None:
            msg = "a refund's plan is about a refund"
            raise ValueError(msg)
        return refund
