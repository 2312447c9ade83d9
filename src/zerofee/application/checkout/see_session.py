"""A session as it stands: itself, its payment, and what was tried."""

from dataclasses import dataclass

from zerofee.domain.attempt import Attempt
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.choosing import Stage, stage_of
from zerofee.domain.failure import Failure
from zerofee.domain.ids import CheckoutId
from zerofee.domain.payment import Payment
from zerofee.domain.ports.checkouts import Checkouts
from zerofee.domain.ports.store import NotFound, Reads
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that the page may ask about."""

    session: CheckoutSession
    payment: Payment
    attempts: tuple[Attempt, ...] = ()

    @property
    def charge(self) -> Attempt | None:
        """Give the attempt that holds or may hold the money."""
        return next((attempt for attempt in self.attempts if attempt.id == self.payment.charge_id), None)

    @property
    def failure(self) -> Failure | None:
        """Give the definite no that the customer should know of: the payment's, or a one-time code's."""
        last = self.attempts[-1] if self.attempts else None
        return self.payment.failure or (last.failure if last is not None else None)

    @property
    def stage(self) -> Stage:
        """Say what the page is about."""
        return stage_of(self.payment, self.charge)


@dataclass(frozen=True, slots=True)
class SeeSession:
    """Reads a session by its id; within a scope for an app, by the id alone for whoever holds it."""

    checkouts: Checkouts
    reads: Reads

    async def __call__(self, session_id: CheckoutId, scope: Scope | None = None) -> Seen:
        """Read it; raise `NotFound`, also for a session of another scope than `scope`."""
        session = await self.checkouts.session(session_id)
        if scope is not None and session.scope != scope:
            raise NotFound("checkout session")
        payment = await self.reads.payment(session.scope, session.payment_id)
        attempts = await self.reads.attempts(session.scope, payment.id) if payment.attempts else ()
        return Seen(session, payment, attempts)
