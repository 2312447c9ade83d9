"""What is to be paid, by which methods, until when: a payment and its page, in one commit."""

from dataclasses import dataclass, replace
from datetime import timedelta

from zerofee.application.once import Once
from zerofee.application.payments.record_outcome import RecordOutcome
from zerofee.application.publishing import Publishing
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import Start
from zerofee.domain.change_set import Insert
from zerofee.domain.checkout import CheckoutSession, Presentation, hosted_url
from zerofee.domain.choosing import undecided
from zerofee.domain.idempotency import Answer, Claim
from zerofee.domain.ids import CheckoutId, PaymentId
from zerofee.domain.new_payment import InvalidField, NewPayment
from zerofee.domain.opening import Terms, open_payment
from zerofee.domain.payment import Payment
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.showing import Showing


@dataclass(frozen=True, slots=True)
class Opened:
    """A session and its payment, as they are on disk."""

    session: CheckoutSession
    payment: Payment


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`POST /v1/checkout/sessions`, and a payment that names no method."""

    providers: Providers
    once: Once
    publishing: Publishing
    record_outcome: RecordOutcome
    showing: Showing
    clock: Clock
    ids: Ids
    rules: PaymentRules

    async def __call__(
        self, order: NewPayment, shown: Presentation | None = None, claim: Claim | None = None
    ) -> Opened:
        """
        Open a payment that waits on its page for the customer's choice.

        A `claim` is kept with the answer of the payment when nothing is to be presented, else with the session's.
        Raises `InvalidField` for a provider that is not installed, and what `Once.first` raises.
        """
        if order.provider_id is not None and self.providers.capabilities(order.provider_id) is None:
            raise InvalidField("provider is none of the installed ones: see GET /v1/providers.", field="provider")
        now = self.clock.now()
        payment_id, session_id = self.ids.new(PaymentId), self.ids.new(CheckoutId)
        wait = self.rules.default_expiry if order.expires_in_s is None else timedelta(seconds=order.expires_in_s)
        url = hosted_url(self.rules.public_url, session_id)
        terms = Terms(payment_id=payment_id, expires_at=now + wait, hosted_url=url)
        start = Start(draft=self.record_outcome.draft(now, None), now=now)
        plan = open_payment(order, undecided(payment_id), terms, start)
        presented = shown or Presentation()
        session = CheckoutSession(
            id=session_id,
            scope=order.scope,
            payment_id=payment_id,
            methods=presented.methods,
            line_items=presented.line_items,
            locale=presented.locale,
            provider_id=order.provider_id,
            created_at=now,
        )
        opened = Opened(session, plan.payment)
        more = [Insert(session)]
        if claim is not None:
            answer = self._answer(opened, as_session=shown is not None)
            more.append(Insert(replace(claim, answer=answer, finished_at=now)))
        await self.once.first(await self.publishing(plan, now, *more), claim)
        return opened

    def _answer(self, opened: Opened, *, as_session: bool) -> Answer:
        if as_session:
            body = self.showing.show_session(opened.session, opened.payment)
            return Answer(status=201, body=body, location=f"/v1/checkout/sessions/{opened.session.id}")
        body = self.showing.show(opened.payment)
        return Answer(status=201, body=body, location=f"/v1/payments/{opened.payment.id}")
