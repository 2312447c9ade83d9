"""The customer's choice into an attempt of the session's own payment."""

from dataclasses import dataclass, replace
from typing import Final

from zerofee.application.checkout.see_session import Seen, SeeSession
from zerofee.application.once import Once
from zerofee.application.payments.record_outcome import Known, RecordOutcome
from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.publishing import Publishing
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import Start
from zerofee.domain.change_set import Conflict
from zerofee.domain.choosing import Choice, open_choice
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import CheckoutId
from zerofee.domain.method import MOBILE_MONEY
from zerofee.domain.opening import OperationInFlight, refuse_while_in_flight
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.operators import Operators
from zerofee.domain.ports.store import RoutingTables

_MOST_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class PaySession:
    """`POST /v1/checkout/sessions/{id}/pay`, and the Pay button of the page."""

    see: SeeSession
    once: Once
    tables: RoutingTables
    publishing: Publishing
    record_outcome: RecordOutcome
    send_attempt: SendAttempt
    operators: Operators
    clock: Clock
    rules: PaymentRules

    async def __call__(
        self, session_id: CheckoutId, choice: Choice, *, turn: int | None = None, claim: Claim | None = None
    ) -> Seen:
        """
        Begin one more try of the payment, send it, and give how things stand then.

        `turn` is how many tries there were when the customer chose: a form that is sent twice, or again after going
        back, begins nothing. Raises `NotFound`, and what `open_choice` and `Once.first` raise.
        """
        choice = self._with_guess(choice)
        for _ in range(_MOST_TRIES):
            seen = await self.see(session_id)
            if turn is not None and seen.session.pays != turn:
                return seen
            # Whatever is in flight, one thing at a time (reliability rules PAY-11).
            refuse_while_in_flight(*seen.attempts)
            now = self.clock.now()
            start = Start(draft=self.record_outcome.draft(now, None), now=now, claim=claim)
            table = await self.tables.routing(seen.session.scope)
            plan = open_choice(seen.session, seen.payment, seen.charge, choice, table, start)
            opened = plan.opened
            if opened is None:
                return seen
            try:
                await self.once.first(await self.publishing(plan, now), claim)
            except Conflict:
                continue
            known = Known(payment=plan.payment, attempt=opened)
            await self.send_attempt(known, until=now + self.rules.request_budget)
            return await self.see(session_id)
        raise OperationInFlight

    def _with_guess(self, choice: Choice) -> Choice:
        """Take the number's operator where the customer named none; what is said goes before it, always."""
        phone = choice.customer.phone if choice.customer else None
        if choice.method != MOBILE_MONEY or phone is None or choice.operator is not None:
            return choice
        guess = self.operators.guess(phone)
        if guess is None or choice.country not in {None, guess.country}:
            return choice
        return replace(choice, country=guess.country, operator=guess.operator)
