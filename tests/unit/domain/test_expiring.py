"""What waits ends by time; what is in flight, or holds money, does not."""

from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.asking import AskRules
from zerofee.domain.attempt import IN_FLIGHT, Attempt, AttemptState
from zerofee.domain.change_set import Update
from zerofee.domain.event import EventType
from zerofee.domain.expiring import end_here, is_overdue
from zerofee.domain.payment_status import FINAL, IllegalMove, Move, PaymentStatus
from zerofee.testing.builders import a_charge, a_payment

S, A = PaymentStatus, AttemptState

DUE = START + timedelta(days=1)


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("state", [None, *A])
def test_only_what_waits_is_overdue(status: PaymentStatus, state: AttemptState | None) -> None:
    charge = None if state is None else a_charge(state=state)
    waits = status in {S.PENDING, S.REQUIRES_ACTION, S.PROCESSING}
    held = state in IN_FLIGHT | {A.AUTHORIZED}

    assert is_overdue(a_payment(status=status), charge, DUE) is (waits and not held)


def test_is_overdue_from_its_very_time_on() -> None:
    assert not is_overdue(a_payment(), None, DUE - timedelta(microseconds=1))
    assert is_overdue(a_payment(), None, DUE)
    assert not is_overdue(a_payment(expires_at=None), None, DUE)


@pytest.mark.parametrize(
    ("move", "status", "state"), [(Move.CANCEL, S.CANCELLED, A.CANCELLED), (Move.EXPIRE, S.EXPIRED, A.EXPIRED)]
)
def test_ends_here_and_goes_on_asking(move: Move, status: PaymentStatus, state: AttemptState) -> None:
    plan = end_here(a_payment(status=S.PROCESSING), a_charge(state=A.WAITING), move, DUE, AskRules())

    (charge,) = [c.value for c in plan.changes if isinstance(c, Update) and isinstance(c.value, Attempt)]
    assert plan.payment.status is status
    assert charge.state is state
    assert charge.ask_at is not None
    assert charge.ended_at == DUE
    assert [news.type for news in plan.news] == [EventType(f"payment.{status}")]


def test_leaves_a_charge_that_has_ended() -> None:
    plan = end_here(a_payment(), a_charge(state=A.DECLINED), Move.EXPIRE, DUE, AskRules())

    assert plan.changes == (Update(plan.payment),)


@pytest.mark.parametrize("state", sorted(IN_FLIGHT))
def test_refuses_to_end_what_is_in_flight(state: AttemptState) -> None:
    with pytest.raises(ValueError, match="evidence"):
        end_here(a_payment(), a_charge(state=state), Move.EXPIRE, DUE, AskRules())


@pytest.mark.parametrize("status", sorted(FINAL))
def test_refuses_to_end_twice(status: PaymentStatus) -> None:
    with pytest.raises(IllegalMove):
        end_here(a_payment(status=status), None, Move.EXPIRE, DUE, AskRules())
