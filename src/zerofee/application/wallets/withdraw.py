"""Set an app's money aside, and send it out through a connection that pays out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from zerofee.application.once import Once
from zerofee.application.payments.record_outcome import answer_of
from zerofee.application.publishing import Publishing
from zerofee.application.rules import WithdrawalRules
from zerofee.application.wallets.record_payout import KnownPayout
from zerofee.application.wallets.send_payout import SendPayout
from zerofee.domain.attempt import AttemptKind, Start
from zerofee.domain.change_set import Change, Conflict, Finish
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import WithdrawalId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.new_withdrawal import NewWithdrawal
from zerofee.domain.opening import OperationInFlight
from zerofee.domain.plan import PayoutPlan
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.ledger import Ledger
from zerofee.domain.ports.operators import Operators
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.showing import Showing
from zerofee.domain.ports.store import RoutingTables
from zerofee.domain.withdrawal import Destination, Withdrawal
from zerofee.domain.withdrawing import (
    PayoutTerms,
    WithdrawalLimit,
    Withdrawn,
    number_within,
    open_withdrawal,
    payout_option,
)

# Under a daily limit withdrawals are numbered, and of many at once one gets each number: the others count again.
_MOST_TRIES: Final = 100
_DAY: Final = timedelta(days=1)
_NO_LIMIT: Final = WithdrawalLimit()


@dataclass(frozen=True, slots=True)
class Withdraw:
    """`POST /v1/withdrawals`, whoever asks."""

    ledger: Ledger
    tables: RoutingTables
    providers: Providers
    operators: Operators
    once: Once
    publishing: Publishing
    showing: Showing
    send_payout: SendPayout
    clock: Clock
    ids: Ids
    rules: WithdrawalRules

    async def __call__(self, order: NewWithdrawal, claim: Claim | None = None) -> Withdrawal:
        """
        Reserve the money, commit it, send it if its time has come, and record what comes back.

        Gives the withdrawal as it stands on disk. Raises `InvalidField` for a number whose country is not told,
        `NoPayoutConnection`, `WithdrawalLimitExceeded`, `InsufficientBalance`, and what `Once.first` raises.
        """
        destination = self._destination(order)
        withdrawal_id = self.ids.new(WithdrawalId)
        for _ in range(_MOST_TRIES):
            plan, answered = await self._planned(order, destination, withdrawal_id, claim)
            try:
                await self.once.first(await self.publishing(plan, plan.withdrawal.created_at, *answered), claim)
            except Conflict:
                continue
            if plan.opened is None:
                return plan.withdrawal
            return (await self.send_payout(KnownPayout(plan.withdrawal, plan.opened))).withdrawal
        raise OperationInFlight

    async def _planned(
        self, order: NewWithdrawal, destination: Destination, withdrawal_id: WithdrawalId, claim: Claim | None
    ) -> tuple[PayoutPlan, tuple[Change, ...]]:
        now = self.clock.now()
        option = payout_option(await self.tables.routing(order.scope), order, destination)
        terms = PayoutTerms(
            withdrawal_id=withdrawal_id,
            destination=destination,
            option=option,
            number=await self._number(order),
            send_at=now + self.rules.delay,
        )
        draft = self.send_payout.record_payout.record_outcome.draft(now, option.connection.provider_id)
        plan = open_withdrawal(order, terms, Start(draft=draft, now=now, claim=claim))
        if plan.opened is not None or claim is None:
            return plan, ()
        # Nothing is sent yet, so the claim is made with its answer.
        return plan, (Finish(claim.id, answer_of(AttemptKind.PAYOUT, plan.withdrawal, self.showing.show), now),)

    async def _number(self, order: NewWithdrawal) -> int | None:
        limit = self.rules.limits.get(order.money.currency, _NO_LIMIT)
        withdrawn = Withdrawn()
        if limit.day_minor is not None:
            since = self.clock.now() - _DAY
            withdrawn = await self.ledger.withdrawn(order.scope, order.money.currency, since)
        return number_within(limit, order.money, withdrawn)

    def _destination(self, order: NewWithdrawal) -> Destination:
        if order.provider_id is not None and self.providers.capabilities(order.provider_id) is None:
            raise InvalidField("provider is none of the installed ones: see GET /v1/providers.", field="provider")
        guess = self.operators.guess(order.phone)
        country = order.country or (guess.country if guess is not None else None)
        if country is None:
            detail = "The number does not tell its country: send destination.country, such as CI."
            raise InvalidField(detail, field="destination.country")
        operator = order.operator
        if operator is None and guess is not None and guess.country == country:
            operator = guess.operator
        return Destination(phone=order.phone, country=country, operator=operator, name=order.name)
