"""Due work under a lease, found by looking at everything."""

from dataclasses import replace
from datetime import datetime

from zerofee.adapters.memory.shop import Shop, key_of
from zerofee.domain.attempt import AttemptState
from zerofee.domain.expiring import EXPIRES
from zerofee.domain.idempotency import Claim
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.work import DueAttempt, DuePayment


class MemoryWork:
    """The `Work` port."""

    def __init__(self, shop: Shop) -> None:
        """Work on `shop`."""
        self._shop = shop

    async def beat(self, boot_id: str, now: datetime) -> None:
        self._shop.beats[boot_id] = now

    async def alone(self, boot_id: str) -> None:
        for other in self._shop.beats.keys() - {boot_id}:
            del self._shop.beats[other]

    async def orphans(self, now: datetime, silent_since: datetime, limit: int) -> tuple[DueAttempt, ...]:
        alive = {boot_id for boot_id, beat_at in self._shop.beats.items() if beat_at >= silent_since}
        sending = (a for a in self._shop.attempts if a.state is AttemptState.SENDING and a.boot_id not in alive)
        oldest = sorted(sending, key=lambda attempt: (attempt.started_at, attempt.id))[:limit]
        return tuple(DueAttempt(attempt.scope, attempt.id) for attempt in oldest)

    async def due_attempts(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueAttempt, ...]:
        due = [(a.ask_at, a.id, a) for a in self._shop.attempts if a.ask_at is not None and a.ask_at <= now]
        claimed = [attempt for _, _, attempt in sorted(due, key=lambda row: row[:2])[:limit]]
        for attempt in claimed:
            self._shop.attempts.replace(key_of(attempt), replace(attempt, ask_at=lease_until), [])
        return tuple(DueAttempt(attempt.scope, attempt.id) for attempt in claimed)

    async def due_payments(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DuePayment, ...]:
        waiting = [(self._shop.due[key_of(p)], p) for p in self._shop.payments if p.status in EXPIRES]
        due = [(at, payment.id, payment) for at, payment in waiting if at is not None and at <= now]
        claimed = [payment for _, _, payment in sorted(due, key=lambda row: row[:2])[:limit]]
        for payment in claimed:
            self._shop.due[key_of(payment)] = lease_until
        return tuple(DuePayment(payment.scope, payment.id) for payment in claimed)

    async def reap_claims(self, finished_before: datetime, limit: int) -> int:
        finished = [(c.finished_at, c.id, c) for c in self._shop.claims if self._may_go(c, finished_before)]
        gone = [claim for _, _, claim in sorted(finished, key=lambda row: row[:2])[:limit]]
        for claim in gone:
            self._shop.claims.remove(claim.id)
        return len(gone)

    def _may_go(self, claim: Claim, finished_before: datetime) -> bool:
        if claim.finished_at is None or claim.finished_at >= finished_before:
            return False
        payments = {(a.scope, a.payment_id) for a in self._shop.attempts if a.claim_id == claim.id}
        return all(self._shop.payments.rows[key].status is not PaymentStatus.PROCESSING for key in payments)
