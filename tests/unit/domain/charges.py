"""What the tests of a charge share: the moments at which it is settled, and what was written of it."""

from datetime import timedelta
from functools import partial

from zerofee.adapters.memory.clock import START
from zerofee.domain.asking import AskRules
from zerofee.domain.attempt import Attempt
from zerofee.domain.change_set import Update
from zerofee.domain.hearing import Moment
from zerofee.domain.ids import ConnectionId
from zerofee.domain.money import Money
from zerofee.domain.next_action import UssdPush
from zerofee.domain.outcome import (
    Outcome,
)
from zerofee.domain.payment import Payment
from zerofee.domain.plan import Plan
from zerofee.domain.settling import settle_charge
from zerofee.testing.builders import XOF, a_candidate, a_decision, a_draft

MONEY = Money(5000, XOF)
PUSH = UssdPush("Approve it on your phone.")
LATER = START + timedelta(seconds=60)
moment = partial(Moment, now=LATER, rules=AskRules())
ASKED = moment(asked=True)
TOLD = moment(next_try=a_draft())
TWO = a_decision(candidates=(a_candidate(), a_candidate(connection_id=ConnectionId("con_2"), provider_id="second")))


def settled(payment: Payment, charge: Attempt, outcome: Outcome, when: Moment) -> Plan:
    plan = settle_charge(payment, charge, outcome, when)
    assert plan is not None
    return plan


def written(plan: Plan) -> Attempt:
    (attempt,) = [c.value for c in plan.changes if isinstance(c, Update) and isinstance(c.value, Attempt)]
    return attempt
