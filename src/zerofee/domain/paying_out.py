"""What an outcome makes of a withdrawal: its money is gone, or back, by evidence only."""

from dataclasses import dataclass, replace
from typing import Final, assert_never

from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptState
from zerofee.domain.booking import GoingOut, Stage
from zerofee.domain.change_set import Change, Update
from zerofee.domain.event import EventType
from zerofee.domain.failure import Failure, FailureCode
from zerofee.domain.hearing import Moment, ended, in_doubt, is_proven_absent, knowing, maybe_absent, waiting
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    NotSent,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.plan import News, PayoutPlan
from zerofee.domain.settling import NO_ANSWER, OTHER_AMOUNT
from zerofee.domain.withdrawal import STEPS, Step, Withdrawal, WithdrawalStatus, next_step
from zerofee.domain.withdrawing import next_sending

PAYOUT_FOUND: Final = "payout_found_done"
_LET_GO: Final = "The provider let the payout go."


def settle_withdrawal(  # noqa: C901, PLR0912  one case for each outcome: a table
    withdrawal: Withdrawal, payout: Attempt, outcome: Outcome, moment: Moment
) -> PayoutPlan | None:
    """
    Decide what `outcome` makes of a withdrawal; `None` when it is old news.

    What was not sent waits for another try. A provider may take back what it had paid out: asked and told so, the
    withdrawal fails after all. One found paid after it had failed is booked, and left to a person.
    """
    case = _Case(withdrawal, payout, moment)
    if payout.state not in OPEN_ATTEMPT:
        return _after_the_end(case, outcome)
    match outcome:
        case Paid(money) if money != payout.money:
            return _unknown(case, OTHER_AMOUNT)
        case Paid(_, reference, details):
            return _paid(replace(case, payout=knowing(payout, reference, details)))
        case NotSent(reason):
            return _not_sent(case, reason)
        case Refused(code, message, provider_code):
            return _failed(case, AttemptState.REFUSED, Failure.of(code, message, provider_code))
        case Declined(code, message, provider_code):
            return _failed(case, AttemptState.DECLINED, Failure.of(code, message, provider_code))
        case Cancelled() | Expired():
            return _failed(case, AttemptState.CANCELLED, Failure.of(FailureCode.DECLINED, _LET_GO))
        case Absent() if is_proven_absent(payout, moment):
            return _failed(case, AttemptState.ABSENT, Failure.of(FailureCode.TIMED_OUT))
        case Absent():
            return _waits(case, maybe_absent(payout, moment))
        case Accepted(reference, details) | Proceed(reference, details):
            return _waits(case, waiting(payout, reference, details, moment))
        case ActionRequired(_, reference, details) | Authorized(_, reference, details):
            return _waits(case, waiting(payout, reference, details, moment))
        case Unknown():
            return _unknown(case, outcome)
        case never:
            assert_never(never)


@dataclass(frozen=True, slots=True)
class _Case:
    withdrawal: Withdrawal
    payout: Attempt
    moment: Moment

    def moved(self, step: Step, failure: Failure | None = None) -> Withdrawal:
        """Move the withdrawal along its table, with one more event told."""
        return self.changed(
            status=next_step(self.withdrawal.status, step), failure=failure, news=self.withdrawal.news + 1
        )

    def changed(self, **fields: object) -> Withdrawal:
        withdrawal = self.withdrawal
        return replace(withdrawal, updated_at=self.moment.now, version=withdrawal.version + 1, **fields)  # type: ignore[arg-type]

    def fact(self, stage: Stage) -> GoingOut:
        return GoingOut(subject=self.withdrawal, stage=stage, connection_id=self.payout.connection_id)


def _paid(case: _Case) -> PayoutPlan:
    done = replace(case.moved(Step.PAY), attention=None)
    return _told(done, ended(case.payout, AttemptState.SUCCEEDED, case.moment), case.fact(Stage.SENT))


def _failed(case: _Case, state: AttemptState, failure: Failure) -> PayoutPlan:
    over = ended(case.payout, state, case.moment, failure)
    return _told(case.moved(Step.FAIL, failure), over, case.fact(Stage.FREED))


def _not_sent(case: _Case, reason: str) -> PayoutPlan:
    """Wait for another try, as nothing left us; the reason stands beside it."""
    failure = Failure.of(FailureCode.PROVIDER_UNAVAILABLE, reason)
    again_at = next_sending(case.withdrawal, case.moment.now)
    if again_at is None or case.withdrawal.status is not WithdrawalStatus.PENDING:
        return _failed(case, AttemptState.NOT_SENT, failure)
    waits = case.changed(failure=failure, send_at=again_at)
    over = ended(case.payout, AttemptState.NOT_SENT, case.moment, failure)
    return PayoutPlan(withdrawal=waits, changes=(Update(waits), Update(over)))


def _unknown(case: _Case, unknown: Unknown) -> PayoutPlan:
    return _waits(case, in_doubt(case.payout, case.moment, unknown.reason), unknown.mismatch)


def _waits(case: _Case, again: Attempt, mismatch: str | None = None) -> PayoutPlan:
    withdrawal = case.withdrawal
    attention = mismatch or (NO_ANSWER if again.ask_at is None else withdrawal.attention)
    if (withdrawal.status, Step.ACCEPT) in STEPS:
        moved = replace(case.moved(Step.ACCEPT), attention=attention)
        return _told(moved, again)
    changes: tuple[Change, ...] = (Update(again),)
    if attention != withdrawal.attention:
        withdrawal = case.changed(attention=attention)
        changes = (Update(withdrawal), *changes)
    return PayoutPlan(withdrawal=withdrawal, changes=changes)


def _after_the_end(case: _Case, outcome: Outcome) -> PayoutPlan | None:
    stands = case.payout.state is AttemptState.SUCCEEDED
    match outcome:
        case Declined(code, message, provider_code) if stands and case.moment.asked:
            failure = Failure.of(code, message, provider_code)
            over = ended(case.payout, AttemptState.DECLINED, case.moment, failure)
            return _told(case.moved(Step.TAKE_BACK, failure), over, case.fact(Stage.RETURNED))
        case Paid() if not stands and case.withdrawal.attention != PAYOUT_FOUND:
            found = case.changed(attention=PAYOUT_FOUND)
            return PayoutPlan(withdrawal=found, changes=(Update(found),), facts=(case.fact(Stage.FOUND),))
        case _:
            return None


def _told(withdrawal: Withdrawal, payout: Attempt, *facts: GoingOut) -> PayoutPlan:
    news = News(EventType(f"withdrawal.{withdrawal.status}"), withdrawal, withdrawal.news)
    return PayoutPlan(withdrawal=withdrawal, changes=(Update(withdrawal), Update(payout)), news=(news,), facts=facts)
