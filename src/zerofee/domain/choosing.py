"""The customer's choice on the hosted page: when there is one to make, and the attempt that it opens."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from zerofee.domain.attempt import IN_FLIGHT, Attempt, Start
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.checkout import CheckoutSession, MethodNotOffered
from zerofee.domain.country import Country
from zerofee.domain.customer import Customer
from zerofee.domain.method import MOBILE_MONEY, Method
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.next_action import Redirect
from zerofee.domain.opening import OutcomeUnknown, WrongStatus, next_charge, refuse_while_in_flight
from zerofee.domain.ordering import Strategy
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import UNSUCCESSFUL, PaymentStatus
from zerofee.domain.plan import Plan
from zerofee.domain.routing import Decision, RoutingTable, rank
from zerofee.domain.wish import Wish

_TO_BE_CHOSEN: Final = "The customer chooses on the hosted page; the routes are asked then."


class Stage(StrEnum):
    """What the page is about just now."""

    CHOOSE = "choose"
    CHECKING = "checking"
    ACT = "act"
    PAID = "paid"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How the customer wants to pay; `customer` holds what was typed, normalised."""

    method: Method
    country: Country | None = None
    operator: str | None = None
    customer: Customer | None = None


def undecided(seed: str) -> Decision:
    """Give the decision of a payment whose method is not chosen yet: no candidate, and why."""
    return Decision(strategy=Strategy.HOSTED, why=_TO_BE_CHOSEN, seed=seed, candidates=())


def stage_of(payment: Payment, charge: Attempt | None) -> Stage:
    """
    Say what the page shows: a choice only where nothing was tried yet, or what was tried is a definite no.

    While a charge is being sent, or its outcome is unknown, there is nothing to choose.
    """
    if payment.status in {PaymentStatus.SUCCEEDED, PaymentStatus.AUTHORIZED}:
        return Stage.PAID
    if payment.status in UNSUCCESSFUL:
        return Stage.ENDED
    if charge is not None and charge.state in IN_FLIGHT:
        return Stage.CHECKING
    if payment.status is not PaymentStatus.REQUIRES_ACTION:
        return Stage.CHECKING
    return Stage.CHOOSE if payment.next_action == page_of(payment) else Stage.ACT


def page_of(payment: Payment) -> Redirect | None:
    """Give the action that sends the customer to the page; `None` for a payment without one."""
    return None if payment.hosted_url is None else Redirect(payment.hosted_url)


def open_choice(
    session: CheckoutSession,
    payment: Payment,
    charge: Attempt | None,
    choice: Choice,
    table: RoutingTable,
    start: Start,
) -> Plan:
    """
    Turn the customer's choice into the next attempt of the very payment that the session is about.

    Raises `OperationInFlight` or `OutcomeUnknown` while anything is under way, `WrongStatus` when the payment has
    ended or waits for the customer elsewhere, `MethodNotOffered`, `TooManyPays`, and `InvalidField` for a
    missing phone number.
    """
    if charge is not None:
        refuse_while_in_flight(charge)
    match stage_of(payment, charge):
        case Stage.CHOOSE:
            pass
        case Stage.CHECKING:
            raise OutcomeUnknown
        case _:
            raise WrongStatus("paid", payment.status, "waiting for a choice")
    wanted = _chosen(session, payment, choice)
    wish = wish_of_choice(payment, choice)
    decision = rank(wish, table, start.draft.id, session.provider_id)
    if not decision.candidates:
        raise MethodNotOffered
    decided = replace(wanted, decision=decision, charges=0, failure=None)
    changed, attempt = next_charge(decided, decision.candidates[0], start)
    claims = () if start.claim is None else (Insert(start.claim),)
    changes = (*claims, Update(changed), Insert(attempt), Update(session.counted()))
    return Plan(payment=changed, changes=changes, opened=attempt)


def wish_of_choice(payment: Payment, choice: Choice) -> Wish:
    """Give the facts that routing asks about."""
    return Wish(
        money=payment.money,
        method=choice.method,
        country=choice.country,
        operator=choice.operator,
        capture=payment.capture,
    )


def _chosen(session: CheckoutSession, payment: Payment, choice: Choice) -> Payment:
    if session.methods and choice.method not in session.methods:
        raise MethodNotOffered
    known, typed = payment.customer or Customer(), choice.customer or Customer()
    payer = Customer(name=typed.name or known.name, email=typed.email or known.email, phone=typed.phone or known.phone)
    if choice.method == MOBILE_MONEY and payer.phone is None:
        raise InvalidField("Mobile money needs the payer's number.", field="customer.phone")
    return replace(
        payment,
        method=choice.method,
        country=choice.country,
        operator=choice.operator,
        customer=None if payer == Customer() else payer,
    )
