"""Open a payment, and try its candidates until one answer is not a definite no."""

from dataclasses import dataclass
from datetime import timedelta

from zerofee.application.once import Once
from zerofee.application.payments.open_session import OpenSession
from zerofee.application.payments.record_outcome import Known, RecordOutcome, answer_of
from zerofee.application.payments.route_order import RouteOrder
from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.publishing import Publishing
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import AttemptKind, Start
from zerofee.domain.change_set import Change, Finish
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import PaymentId
from zerofee.domain.new_payment import InvalidField, NewPayment
from zerofee.domain.opening import Terms, open_payment
from zerofee.domain.payment import Payment
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.showing import Showing


@dataclass(frozen=True, slots=True)
class CreatePayment:
    """`POST /v1/payments`, whoever asks."""

    route_order: RouteOrder
    providers: Providers
    once: Once
    publishing: Publishing
    showing: Showing
    record_outcome: RecordOutcome
    send_attempt: SendAttempt
    clock: Clock
    ids: Ids
    rules: PaymentRules
    open_session: OpenSession

    async def __call__(self, order: NewPayment, claim: Claim | None = None) -> Payment:
        """
        Open a payment, commit it, send its first attempt, and record what comes back.

        Gives the payment as it stands on disk: a refused one is `failed`, one whose answer was lost `processing`,
        one without a method waits on its hosted page, where the customer chooses.

        Raises `InvalidField` for a provider that is not installed, `Replayed`, `KeyReused` or
        `InFlight` for a key that was used before, `StorageUnavailable` when nothing can be said.
        """
        if order.wish is None:
            return (await self.open_session(order, claim=claim)).payment
        if order.provider_id is not None and self.providers.capabilities(order.provider_id) is None:
            raise InvalidField("provider is none of the installed ones: see GET /v1/providers.", field="provider")
        now = self.clock.now()
        payment_id = self.ids.new(PaymentId)
        # The payment's own id is the seed: chance enough for weights, and kept with the decision anyway.
        routed = await self.route_order(order, order.wish, payment_id)
        decision = routed.decision
        first = decision.candidates[0].provider_id if decision.candidates else None
        terms = Terms(payment_id=payment_id, expires_at=now + self._expiry(order))
        start = Start(draft=self.record_outcome.draft(now, first), now=now, claim=claim)
        plan = open_payment(routed.order, decision, terms, start)
        answered: tuple[Change, ...] = ()
        if plan.opened is None and claim is not None:
            answered = (Finish(claim.id, answer_of(AttemptKind.CHARGE, plan.payment, self.showing.show), now),)
        await self.once.first(await self.publishing(plan, now, *answered), claim)
        if plan.opened is None:
            return plan.payment
        # The intent is on disk and no transaction is open: dying from here on loses nothing.
        known = Known(payment=plan.payment, attempt=plan.opened)
        return (await self.send_attempt(known, until=now + self.rules.request_budget)).payment

    def _expiry(self, order: NewPayment) -> timedelta:
        if order.expires_in_s is None:
            return self.rules.default_expiry
        return timedelta(seconds=order.expires_in_s)
