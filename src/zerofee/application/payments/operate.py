"""The beats that every operation on a payment shares: read, decide, commit the intent, send, record."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from zerofee.application.once import Once
from zerofee.application.payments.record_outcome import Known, RecordOutcome, answer_of
from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.publishing import Publishing
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import Attempt, AttemptKind, Start
from zerofee.domain.change_set import ChangeSet, Conflict, Insert
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import PaymentId
from zerofee.domain.opening import OperationInFlight, refuse_while_in_flight
from zerofee.domain.payment import Payment
from zerofee.domain.plan import Plan
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.showing import Showing
from zerofee.domain.ports.store import Reads
from zerofee.domain.refund import Refund
from zerofee.domain.scope import Scope

Decide = Callable[[Payment, Attempt | None, Start], Plan]

_MOST_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Operated:
    """The payment as it stands on disk afterwards, and the refund that it was about, if any."""

    payment: Payment
    refund: Refund | None = None


@dataclass(frozen=True, slots=True)
class Operate:
    """Runs one decision on one payment."""

    reads: Reads
    once: Once
    publishing: Publishing
    showing: Showing
    record_outcome: RecordOutcome
    send_attempt: SendAttempt
    clock: Clock
    rules: PaymentRules

    async def __call__(
        self, scope: Scope, payment_id: PaymentId, decide: Decide, claim: Claim | None, code: str | None = None
    ) -> Operated:
        """
        Read the payment and its charge, decide, commit what was decided, and send what it opened.

        A lost race is decided again, at most 5 times; then it is `OperationInFlight`. Raises that at once while
        anything of the payment's is under way, `OutcomeUnknown` while it is being asked about, `NotFound`, whatever
        `decide` raises, and what `Once.first` raises.
        """
        for _ in range(_MOST_TRIES):
            payment = await self.reads.payment(scope, payment_id)
            attempts = await self.reads.attempts(scope, payment.id)
            # Whatever is in flight, the charge or an operation: one thing at a time (reliability rules PAY-11, ASK-4).
            refuse_while_in_flight(*attempts)
            charge = next((attempt for attempt in attempts if attempt.id == payment.charge_id), None)
            now = self.clock.now()
            draft = self.record_outcome.draft(now, payment.provider_id)
            start = Start(draft=draft, now=now, claim=claim)
            plan = decide(payment, charge, start)
            try:
                await self.once.first(await self._changes(plan, start), claim)
            except Conflict:
                continue
            return await self._sent(plan, charge, code)
        raise OperationInFlight

    async def _changes(self, plan: Plan, start: Start) -> ChangeSet:
        if plan.opened is not None or start.claim is None:
            return await self.publishing(plan, start.now)
        # Nothing will be sent, so the claim is made with its answer.
        answer = answer_of(AttemptKind.CANCEL, plan.payment, self.showing.show)
        answered = Insert(replace(start.claim, answer=answer, finished_at=start.now))
        return await self.publishing(plan, start.now, answered)

    async def _sent(self, plan: Plan, charge: Attempt | None, code: str | None) -> Operated:
        if plan.opened is None:
            return Operated(plan.payment)
        known = Known(payment=plan.payment, attempt=plan.opened, charge=charge, refund=plan.refund)
        until = self.clock.now() + self.rules.request_budget
        known = await self.send_attempt(known, until=until, code=code)
        return Operated(known.payment, known.refund)
