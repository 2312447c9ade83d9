"""Due work, claimed under a lease, so that no two workers do the same at once and none is forgotten."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from zerofee.domain.ids import AttemptId, PaymentId, WithdrawalId
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class DueAttempt:
    """An attempt to ask about; `payout`: it is of a withdrawal, and of no payment."""

    scope: Scope
    attempt_id: AttemptId
    payout: bool = False


@dataclass(frozen=True, slots=True)
class DuePayment:
    """A payment that may have waited too long."""

    scope: Scope
    payment_id: PaymentId


@dataclass(frozen=True, slots=True)
class DueWithdrawal:
    """A withdrawal to be sent."""

    scope: Scope
    withdrawal_id: WithdrawalId


@dataclass(frozen=True, slots=True)
class DueCredit:
    """A payment of which something is pending and may become available."""

    scope: Scope
    payment_id: PaymentId


class Work(Protocol):
    """
    What is due.

    Claiming moves the due time to `lease_until`, in one guarded commit: a worker that dies loses nothing, for
    what it had claimed is due again when its lease ends.
    """

    async def beat(self, boot_id: str, now: datetime) -> datetime:
        """
        Say that the process `boot_id` is alive, and give the storage's time.

        Leases and due times of several machines are compared there, so all must go by one clock; a storage that
        has no clock of its own gives `now`.
        """
        ...

    async def alone(self, boot_id: str) -> None:
        """Say that every process but `boot_id` is dead; only who has the storage for itself can know."""
        ...

    async def orphans(self, now: datetime, silent_since: datetime, limit: int) -> tuple[DueAttempt, ...]:
        """Find attempts in `sending` whose process has not said since `silent_since` that it is alive."""
        ...

    async def due_attempts(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueAttempt, ...]:
        """Claim up to `limit` attempts whose `ask_at` has come, oldest first."""
        ...

    async def due_payments(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DuePayment, ...]:
        """Claim up to `limit` payments that wait beyond `expires_at`, oldest first."""
        ...

    async def due_withdrawals(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueWithdrawal, ...]:
        """Claim up to `limit` withdrawals whose `send_at` has come, oldest first."""
        ...

    async def due_credits(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueCredit, ...]:
        """Claim up to `limit` payments whose pending money has matured, oldest first."""
        ...

    async def claim_chore(self, name: str, now: datetime, next_at: datetime) -> bool:
        """Claim what is done by one process at a time, and not again before `next_at`; say whether it is ours to do."""
        ...

    async def reap_claims(self, finished_before: datetime, limit: int) -> int:
        """
        Forget up to `limit` claims that were finished before; say how many.

        Never one that is in flight, nor one whose payment is still `processing`.
        """
        ...
