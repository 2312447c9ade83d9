"""The customer has come back, or says so: ask what became of the payment."""

from dataclasses import dataclass

from zerofee.application.payments.record_outcome import Known, RecordOutcome
from zerofee.application.upkeep.recover import Recover
from zerofee.domain.asking import visit_may_ask
from zerofee.domain.attempt import AttemptState
from zerofee.domain.ids import PaymentId
from zerofee.domain.payment import Payment
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.inbox import Inbox
from zerofee.domain.ports.store import NotFound

# The customer looks at an empty page meanwhile.
_PATIENCE_S = 5
_ASKED_ABOUT = frozenset({AttemptState.WAITING, AttemptState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class ComeBack:
    """
    `GET /return/{payment_id}`, whoever asks.

    A visit proves nothing and changes nothing by itself: only the provider's word does (reliability rules WIN-8).
    """

    inbox: Inbox
    record_outcome: RecordOutcome
    recover: Recover
    clock: Clock

    async def __call__(self, payment_id: PaymentId) -> Payment:
        """Give the payment as it stands after its provider was asked; raise `NotFound` for one never sent to any."""
        known = await self._known(payment_id)
        attempt = known.attempt
        may_ask = visit_may_ask(attempt.asked, attempt.started_at, self.clock.now())
        if attempt.state in _ASKED_ABOUT and may_ask:
            known = await self.recover.ask(known, _PATIENCE_S)
        return known.payment

    async def look(self, payment_id: PaymentId) -> Payment:
        """Give the payment as it stands, and ask nobody; raise `NotFound` in the same way."""
        return (await self._known(payment_id)).payment

    async def _known(self, payment_id: PaymentId) -> Known:
        charge = await self.inbox.charge_of(payment_id)
        if charge is None:
            raise NotFound("payment")
        return await self.record_outcome.read(charge.scope, charge.id)
