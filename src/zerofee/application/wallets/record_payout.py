"""The one door by which a payout's outcome enters, whether it is an answer, a webhook or an asking."""

from dataclasses import dataclass
from typing import Final

from zerofee.application.payments.record_outcome import RecordOutcome, answer_of
from zerofee.application.publishing import Publishing
from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.change_set import Change, Finish, Insert, Update
from zerofee.domain.ids import AttemptId, WithdrawalId
from zerofee.domain.outcome import Outcome
from zerofee.domain.paying_out import settle_withdrawal
from zerofee.domain.plan import PayoutPlan
from zerofee.domain.ports.ledger import Ledger
from zerofee.domain.ports.showing import Showing
from zerofee.domain.ports.store import NotFound, StorageUnavailable
from zerofee.domain.scope import Scope
from zerofee.domain.withdrawal import Withdrawal

_MOST_TRIES: Final = 6


@dataclass(frozen=True, slots=True)
class KnownPayout:
    """A payout and the withdrawal that it is of, as last read or written."""

    withdrawal: Withdrawal
    attempt: Attempt

    def after(self, plan: PayoutPlan) -> "KnownPayout":
        """Go on from a committed plan."""
        attempts = (c.value for c in plan.changes if isinstance(c, Insert | Update) and isinstance(c.value, Attempt))
        return KnownPayout(plan.withdrawal, next((one for one in attempts if one.id == self.attempt.id), self.attempt))


@dataclass(frozen=True, slots=True)
class RecordPayout:
    """Decides what an outcome means for a withdrawal, and writes it down as `RecordOutcome` does for a payment."""

    record_outcome: RecordOutcome
    ledger: Ledger
    publishing: Publishing
    showing: Showing

    async def __call__(self, known: KnownPayout, outcome: Outcome, *, asked: bool) -> KnownPayout:
        """
        Record what was heard of `known.attempt`; `asked`: it was heard by asking.

        A lost race is decided again from what is stored, never sent again. Old news changes nothing. Raises
        `StorageUnavailable` when it could not be written down within the rules' patience.
        """
        record = self.record_outcome
        give_up_at = record.clock.now() + record.rules.record_patience
        for _ in range(_MOST_TRIES):
            moment = record.moment(known.attempt, asked=asked)
            plan = settle_withdrawal(known.withdrawal, known.attempt, outcome, moment)
            if plan is None:
                return known
            changes = await self.publishing(plan, moment.now, *self._answer(known, plan))
            if await record.written(changes, give_up_at) is None:
                return known.after(plan)
            known = await self.read(known.attempt.scope, known.attempt.id)
        raise StorageUnavailable

    async def read(self, scope: Scope, attempt_id: AttemptId) -> KnownPayout:
        """Read a payout with its withdrawal; raise `NotFound` when there is none."""
        attempt = await self.record_outcome.reads.attempt(scope, attempt_id)
        if attempt.withdrawal_id is None:
            raise NotFound("payout")
        return KnownPayout(await self.ledger.withdrawal(scope, WithdrawalId(attempt.withdrawal_id)), attempt)

    def _answer(self, known: KnownPayout, plan: PayoutPlan) -> tuple[Change, ...]:
        """Answer the request that opened this payout, with the first that is heard."""
        attempt = known.attempt
        if attempt.claim_id is None or attempt.state is not AttemptState.SENDING:
            return ()
        answer = answer_of(attempt.kind, plan.withdrawal, self.showing.show)
        return (Finish(attempt.claim_id, answer, self.record_outcome.clock.now()),)
