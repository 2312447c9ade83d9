"""What each outcome makes of a withdrawal."""

from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.asking import AskRules
from zerofee.domain.attempt import Attempt, AttemptKind, AttemptState
from zerofee.domain.booking import Fact, GoingOut, Stage
from zerofee.domain.change_set import Update
from zerofee.domain.failure import FailureCode
from zerofee.domain.hearing import Moment
from zerofee.domain.money import Money
from zerofee.domain.next_action import UssdPush
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
from zerofee.domain.paying_out import settle_withdrawal
from zerofee.domain.plan import PayoutPlan
from zerofee.domain.withdrawal import Withdrawal, WithdrawalStatus
from zerofee.testing.builders import XOF, a_charge, a_withdrawal

S = WithdrawalStatus
A = AttemptState
MONEY = Money(3000, XOF)
NO = Declined(FailureCode.DECLINED)


def a_payout(state: AttemptState = A.SENDING) -> Attempt:
    payout = a_charge(payment_id=None, withdrawal_id=a_withdrawal().id, kind=AttemptKind.PAYOUT, money=MONEY)
    return replace(payout, state=state)


def settled(
    outcome: Outcome, withdrawal: Withdrawal | None = None, payout: Attempt | None = None, *, asked: bool = False
) -> PayoutPlan | None:
    moment = Moment(now=START + timedelta(hours=1), rules=AskRules(), asked=asked, absence_final_after_s=0)
    return settle_withdrawal(withdrawal or a_withdrawal(), payout or a_payout(), outcome, moment)


def stages(plan: PayoutPlan) -> list[Stage]:
    facts: tuple[Fact, ...] = plan.facts
    return [fact.stage for fact in facts if isinstance(fact, GoingOut)]


# fmt: off
ENDS = [
    (Paid(MONEY, "ref"),                  S.SUCCEEDED,  A.SUCCEEDED, [Stage.SENT]),
    (NO,                                  S.FAILED,     A.DECLINED,  [Stage.FREED]),
    (Refused(FailureCode.UNSUPPORTED),    S.FAILED,     A.REFUSED,   [Stage.FREED]),
    (Cancelled(),                         S.FAILED,     A.CANCELLED, [Stage.FREED]),
    (Expired(),                           S.FAILED,     A.CANCELLED, [Stage.FREED]),
    (Accepted("ref"),                     S.PROCESSING, A.WAITING,   []),
    (Proceed("ref"),                      S.PROCESSING, A.WAITING,   []),
    (ActionRequired(UssdPush("?"), "r"),  S.PROCESSING, A.WAITING,   []),
    (Authorized(MONEY),                   S.PROCESSING, A.WAITING,   []),
    (Unknown("HTTP 502"),                 S.PROCESSING, A.UNKNOWN,   []),
    (Paid(Money(2999, XOF)),              S.PROCESSING, A.UNKNOWN,   []),
    (Absent(),                            S.PROCESSING, A.UNKNOWN,   []),
    (NotSent("down"),                     S.PENDING,    A.NOT_SENT,  []),
]
# fmt: on


@pytest.mark.parametrize(("outcome", "status", "state", "told"), ENDS)
def test_moves_the_money_by_evidence_only(outcome: Outcome, status: S, state: A, told: list[Stage]) -> None:
    plan = settled(outcome)

    assert plan is not None
    updates = [change.value for change in plan.changes if isinstance(change, Update)]
    payouts = [updated for updated in updates if isinstance(updated, Attempt)]
    assert plan.withdrawal.status is status
    assert [payout.state for payout in payouts] == [state]
    assert stages(plan) == told
    assert [news.type for news in plan.news] == ([] if status is S.PENDING else [f"withdrawal.{status}"])


def test_an_absence_counts_when_it_is_heard_twice() -> None:
    first = settled(Absent(), asked=True)
    assert first is not None
    heard = replace(a_payout(A.UNKNOWN), absent_since=START + timedelta(minutes=50))

    second = settled(Absent(), first.withdrawal, heard, asked=True)

    assert second is not None
    assert second.withdrawal.status is S.FAILED
    assert stages(second) == [Stage.FREED]


@pytest.mark.parametrize("outcome", [NO, Unknown("?"), Absent(), Accepted(), NotSent("down")])
def test_what_is_heard_after_the_end_is_old_news(outcome: Outcome) -> None:
    paid = a_withdrawal(status=S.SUCCEEDED)

    assert settled(outcome, paid, a_payout(A.SUCCEEDED)) is None
    assert settled(outcome, a_withdrawal(status=S.FAILED), a_payout(A.DECLINED), asked=True) is None


def test_says_when_nobody_can_be_asked_any_more() -> None:
    moment = Moment(now=START + timedelta(days=8), rules=AskRules(delays_s=()), asked=True)
    waiting = a_withdrawal(status=S.PROCESSING)

    plan = settle_withdrawal(waiting, a_payout(A.WAITING), Unknown("HTTP 502"), moment)

    assert plan is not None
    assert plan.withdrawal.attention == "no_answer"
