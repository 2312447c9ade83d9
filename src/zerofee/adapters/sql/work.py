"""Due work under a lease: found and moved by one statement, so that two workers never claim the same."""

from datetime import datetime

from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.rows.encoding import Row, micros, scope_of, time_of
from zerofee.adapters.sql.work_statements import WorkStatements
from zerofee.domain.ids import AttemptId, PaymentId, WithdrawalId
from zerofee.domain.ports.work import DueAttempt, DueCredit, DuePayment, DueWithdrawal


class SqlWork:
    """The `Work` port."""

    def __init__(self, engine: Engine, statements: WorkStatements) -> None:
        """Work by `engine`."""
        self._engine = engine
        self._statements = statements

    async def beat(self, boot_id: str, now: datetime) -> datetime:
        told = await self._engine.change(self._statements.beat, {"boot_id": boot_id, "now": micros(now)})
        return time_of(told[0]["told"])

    async def alone(self, boot_id: str) -> None:
        await self._engine.change(self._statements.alone, {"boot_id": boot_id})

    async def orphans(self, now: datetime, silent_since: datetime, limit: int) -> tuple[DueAttempt, ...]:
        values = {"silent_since": micros(silent_since), "limit": limit}
        found = await self._engine.fetch(self._statements.orphans, values)
        return tuple(map(_due_attempt, found))

    async def due_attempts(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueAttempt, ...]:
        values = {"now": micros(now), "lease_until": micros(lease_until), "limit": limit}
        found = await self._engine.change(self._statements.due_attempts, values)
        return tuple(map(_due_attempt, found))

    async def due_payments(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DuePayment, ...]:
        values = {"now": micros(now), "lease_until": micros(lease_until), "limit": limit}
        found = await self._engine.change(self._statements.due_payments, values)
        return tuple(DuePayment(scope_of(row), PaymentId(row["id"])) for row in found)

    async def due_withdrawals(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueWithdrawal, ...]:
        values = {"now": micros(now), "lease_until": micros(lease_until), "limit": limit}
        found = await self._engine.change(self._statements.due_withdrawals, values)
        return tuple(DueWithdrawal(scope_of(row), WithdrawalId(row["id"])) for row in found)

    async def due_credits(self, now: datetime, lease_until: datetime, limit: int) -> tuple[DueCredit, ...]:
        values = {"now": micros(now), "lease_until": micros(lease_until), "limit": limit}
        found = await self._engine.change(self._statements.due_credits, values)
        return tuple(DueCredit(scope_of(row), PaymentId(row["id"])) for row in found)

    async def claim_chore(self, name: str, now: datetime, next_at: datetime) -> bool:
        values = {"name": name, "now": micros(now), "next_at": micros(next_at)}
        return bool(await self._engine.change(self._statements.chore, values))

    async def reap_claims(self, finished_before: datetime, limit: int) -> int:
        values = {"finished_before": micros(finished_before), "limit": limit}
        return len(await self._engine.change(self._statements.reap_claims, values))


def _due_attempt(row: Row) -> DueAttempt:
    return DueAttempt(scope_of(row), AttemptId(row["id"]), payout=row["withdrawal_id"] is not None)
