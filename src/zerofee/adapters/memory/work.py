"""Due work under a lease, found by looking at everything."""

from dataclasses import replace
from datetime import datetime

from zerofee.adapters.memory.shop import Shop, key_of
from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.expiring import EXPIRES
from zerofee.domain.idempotency import Claim
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.work import DueAttempt, DueCredit, DuePayment, DueWithdrawal


class MemoryWork:
    """The `Work` port."""

    def __init__(self, shop: Shop) -> None:
        """Work on `shop`."""
        self._shop = shop

    async def beat(self, boot_id: str, now: datetime) -> datetime:
        self._shop.beats[boot_id] = now
        return now

    async def alone(self, boot_id: str) -> None:
        for other in self._shop.beats.keys() - {boot_id}:
            del self._shop.beats[other]

    async def orphans(self, now: datetime, silent_since: datetime, limit: int) -> tuple[DueAttempt, ...]:
        alive = {boot_id for boot_id, beat_at in self._shop.beats.items() if beat_at >= silent_since}
        sending = (a for a in self._shop.attempts if a.state is AttemptState.SENDING and a.boot_id not in alive)
        oldest = sorted(sending, key=lambda attempt: (attempt.started_at, attempt.id))[:limit]
        return tuple(_due_attempt(attempt) for attempt in oldest)

    async def due_attempts(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueAttempt, ...]:
        due = [(a.ask_at, a.id, a) for a in self._shop.attempts if a.ask_at is not None and a.ask_at <= now]
        claimed = [attempt for _, _, attempt in sorted(due, key=lambda row: row[:2])[:limit]]
        for attempt in claimed:
            self._shop.attempts.replace(key_of(attempt), replace(attempt, ask_at=lease_until), [])
        return tuple(_due_attempt(attempt) for attempt in claimed)

    async def due_payments(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DuePayment, ...]:
        waiting = [(self._shop.due[key_of(p)], p) for p in self._shop.payments if p.status in EXPIRES]
        due = [(at, payment.id, payment) for at, payment in waiting if at is not None and at <= now]
        claimed = [payment for _, _, payment in sorted(due, key=lambda row: row[:2])[:limit]]
        for payment in claimed:
            self._shop.due[key_of(payment)] = lease_until
        return tuple(DuePayment(payment.scope, payment.id) for payment in claimed)

    async def due_withdrawals(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueWithdrawal, ...]:
        due = [(w.send_at, w.id, w) for w in self._shop.withdrawals if w.send_at is not None and w.send_at <= now]
        claimed = [withdrawal for _, _, withdrawal in sorted(due, key=lambda row: row[:2])[:limit]]
        for withdrawal in claimed:
            self._shop.withdrawals.replace(key_of(withdrawal), replace(withdrawal, send_at=lease_until), [])
        return tuple(DueWithdrawal(withdrawal.scope, withdrawal.id) for withdrawal in claimed)

    async def due_credits(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueCredit, ...]:
        due = [c for c in self._shop.pending_credits if c.left.minor > 0 and c.matures_at <= now]
        claimed = sorted(due, key=lambda credit: (credit.matures_at, credit.id))[:limit]
        for credit in claimed:
            self._shop.pending_credits.replace(key_of(credit), replace(credit, matures_at=lease_until), [])
        return tuple(DueCredit(credit.scope, credit.id) for credit in claimed)

    async def claim_chore(self, name: str, now: datetime, next_at: datetime) -> bool:
        due_at = self._shop.chores.get(name)
        if due_at is not None and due_at > now:
            return False
        self._shop.chores[name] = next_at
        return True

    async def reap_claims(self, finished_before: datetime, limit: int) -> int:
        finished = [(c.finished_at, c.id, c) for c in self._shop.claims if self._may_go(c, finished_before)]
        gone = [claim for _, _, claim in sorted(finished, key=lambda row: row[:2])[:limit]]
        for claim in gone:
            self._shop.claims.remove(claim.id)
        return len(gone)

    def _may_go(self, claim: Claim, finished_before: datetime) -> bool:
        if claim.finished_at is None or claim.finished_at >= finished_before:
            return False
        mine = (a for a in self._shop.attempts if a.claim_id == claim.id)
        payments = {(a.scope, a.payment_id) for a in mine if a.payment_id is not None}
        return all(self._shop.payments.rows[key].status is not PaymentStatus.PROCESSING for key in payments)


def _due_attempt(attempt: Attempt) -> DueAttempt:
    return DueAttempt(attempt.scope, attempt.id, payout=attempt.withdrawal_id is not None)
