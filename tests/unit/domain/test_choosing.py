"""When the customer may choose, and what the choice opens."""

from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.attempt import AttemptState, Start
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.checkout import MOST_PAYS, CheckoutSession, MethodNotOffered, TooManyPays
from zerofee.domain.choosing import Choice, Stage, open_choice, stage_of, undecided
from zerofee.domain.customer import Customer
from zerofee.domain.ids import CheckoutId
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.next_action import Redirect, UssdPush
from zerofee.domain.opening import OperationInFlight, OutcomeUnknown, WrongStatus
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.routing import Option, RoutingTable
from zerofee.testing.builders import a_charge, a_connection, a_draft, a_payment, capabilities

URL = "https://pay.example/checkout/cks_01KDVQ6R000000000000000001"
PAGE = Redirect(URL)
CHOICE = Choice(method=MOBILE_MONEY, operator="orange", customer=Customer(phone="+2250700000000"))


def on_page(**changes: object) -> Payment:
    payment = a_payment(status=PaymentStatus.REQUIRES_ACTION, method=None, customer=None, hosted_url=URL)
    waits = replace(payment, next_action=PAGE, decision=undecided("s"), charge_id=None, charges=0, attempts=0)
    return replace(waits, **changes)  # type: ignore[arg-type]


def a_session(**changes: object) -> CheckoutSession:
    payment = on_page()
    session = CheckoutSession(
        id=CheckoutId("cks_01KDVQ6R000000000000000001"), scope=payment.scope, payment_id=payment.id, created_at=START
    )
    return replace(session, **changes)  # type: ignore[arg-type]


TABLE = RoutingTable(options={a_connection().id: Option(a_connection(), capabilities())})
START_OF_TRY = Start(draft=a_draft(), now=START + timedelta(minutes=1))


def test_opens_one_attempt_of_the_very_payment_and_counts_it() -> None:
    plan = open_choice(a_session(), on_page(), None, CHOICE, TABLE, START_OF_TRY)

    assert plan.opened is not None
    assert (plan.payment.id, plan.payment.method, plan.payment.charges) == (on_page().id, MOBILE_MONEY, 1)
    assert plan.payment.customer == CHOICE.customer
    assert plan.changes == (Update(plan.payment), Insert(plan.opened), Update(a_session().counted()))


@pytest.mark.parametrize(
    ("state", "refusal"), [(AttemptState.SENDING, OperationInFlight), (AttemptState.UNKNOWN, OutcomeUnknown)]
)
def test_refuses_a_choice_while_money_may_be_moving(state: AttemptState, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        open_choice(a_session(), on_page(), a_charge(state=state), CHOICE, TABLE, START_OF_TRY)


def test_refuses_a_choice_while_the_customer_must_act_elsewhere() -> None:
    pushed = on_page(next_action=UssdPush("Look."))

    with pytest.raises(WrongStatus):
        open_choice(a_session(), pushed, a_charge(state=AttemptState.WAITING), CHOICE, TABLE, START_OF_TRY)


def test_refuses_what_the_session_does_not_allow() -> None:
    with pytest.raises(MethodNotOffered):
        open_choice(a_session(methods=(CARD,)), on_page(), None, CHOICE, TABLE, START_OF_TRY)


def test_refuses_what_no_connection_takes() -> None:
    with pytest.raises(MethodNotOffered):
        open_choice(a_session(), on_page(), None, CHOICE, RoutingTable(), START_OF_TRY)


def test_needs_a_number_for_mobile_money() -> None:
    with pytest.raises(InvalidField):
        open_choice(a_session(), on_page(), None, replace(CHOICE, customer=None), TABLE, START_OF_TRY)


def test_lets_a_session_be_paid_at_ten_times() -> None:
    with pytest.raises(TooManyPays):
        open_choice(a_session(pays=MOST_PAYS), on_page(), None, CHOICE, TABLE, START_OF_TRY)


@pytest.mark.parametrize(
    ("payment", "state", "stage"),
    [
        (on_page(), None, Stage.CHOOSE),
        (on_page(), AttemptState.DECLINED, Stage.CHOOSE),
        (on_page(), AttemptState.SENDING, Stage.CHECKING),
        (on_page(status=PaymentStatus.PROCESSING, next_action=None), AttemptState.UNKNOWN, Stage.CHECKING),
        (on_page(next_action=UssdPush("Look.")), AttemptState.WAITING, Stage.ACT),
        (on_page(status=PaymentStatus.SUCCEEDED, next_action=None), AttemptState.SUCCEEDED, Stage.PAID),
        (on_page(status=PaymentStatus.EXPIRED, next_action=None), AttemptState.EXPIRED, Stage.ENDED),
    ],
)
def test_says_what_the_page_is_about(payment: Payment, state: AttemptState | None, stage: Stage) -> None:
    assert stage_of(payment, None if state is None else a_charge(state=state)) is stage
