"""Every question, each a few lines over what is stored."""

from dataclasses import dataclass

from zerofee.domain.attempt import Attempt
from zerofee.domain.event import Event
from zerofee.domain.ids import PaymentId, RefundId
from zerofee.domain.payment import Payment
from zerofee.domain.ports.store import Reads
from zerofee.domain.ports.views import EventFilter, Listed, PageOf, PaymentFilter, Views
from zerofee.domain.refund import Refund
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Reading:
    """What an app can ask to see of its own. Each method raises `NotFound` for what is not in its scope."""

    reads: Reads
    views: Views

    async def payment(self, scope: Scope, payment_id: PaymentId) -> Payment:
        """Show one payment."""
        return await self.reads.payment(scope, payment_id)

    async def payments(self, scope: Scope, wanted: PaymentFilter, page: PageOf) -> Listed[Payment]:
        """List payments, newest first."""
        return await self.views.payments(scope, wanted, page)

    async def attempts(self, scope: Scope, payment_id: PaymentId) -> tuple[Attempt, ...]:
        """Show everything that was asked of providers for one payment, in its order."""
        payment = await self.reads.payment(scope, payment_id)
        return await self.reads.attempts(scope, payment.id)

    async def refund(self, scope: Scope, refund_id: RefundId) -> Refund:
        """Show one refund."""
        return await self.reads.refund(scope, refund_id)

    async def refunds(self, scope: Scope, payment_id: PaymentId, page: PageOf) -> Listed[Refund]:
        """List a payment's refunds, newest first."""
        payment = await self.reads.payment(scope, payment_id)
        return await self.views.refunds(scope, payment.id, page)

    async def payment_events(self, scope: Scope, payment_id: PaymentId, page: PageOf) -> Listed[Event]:
        """List what was told of one payment, newest first."""
        payment = await self.reads.payment(scope, payment_id)
        return await self.views.events(scope, EventFilter(subject_id=payment.id), page)

    async def events(self, scope: Scope, wanted: EventFilter, page: PageOf) -> Listed[Event]:
        """List what was told, newest first."""
        return await self.views.events(scope, wanted, page)
