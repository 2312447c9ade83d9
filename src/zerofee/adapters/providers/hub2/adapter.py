"""Each verb of Hub2's: build, send, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Send, Silence, silent_outcome
from zerofee.adapters.provider_kind import Opening, ProviderKind
from zerofee.adapters.providers.hub2 import requests, responses, transfers, webhooks
from zerofee.adapters.providers.hub2.capabilities import CAPABILITIES
from zerofee.adapters.providers.hub2.credentials import hints, read_credentials
from zerofee.adapters.providers.hub2.operators import Approach, Operator, find_operator
from zerofee.adapters.providers.hub2.requests import HOST, TOKEN, Account
from zerofee.adapters.providers.hub2.responses import CODE_FOR, PAYMENT_ID, SHOWN, TO_GO_ON
from zerofee.adapters.providers.hub2.settings import BadSetting, Way, choose_approach, is_of
from zerofee.domain.capabilities import Capabilities, unsupported
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Absent, Outcome, Proceed, Refused, Unknown
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    CredentialsUnproven,
    OperationOrder,
    PayoutOrder,
    Provider,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.ports.vault import Secret
from zerofee.domain.wish import Wish

# The approach is decided at the first step and kept, so that a changed setting cannot confuse a running payment.
_APPROACH: Final = "approach"


@dataclass(frozen=True, slots=True)
class Hub2:
    """One merchant's account with Hub2, in one environment."""

    account: Account
    send: Send

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def charge(self, order: ChargeOrder) -> Outcome:
        way = self._way(order)
        if isinstance(way, Refused):
            return way
        if order.reference is None:
            return await self._create_intent(order, way)
        if PAYMENT_ID in order.details:
            # An attempt has been made, and Hub2 would make another of it.
            return await self.ask(order)
        if way.approach is Approach.CODE_FIRST:
            return responses.code_wanted(order, way)
        return await self._attempt(order, way)

    async def ask(self, order: ChargeOrder) -> Outcome:
        if order.reference is None:
            # Whoever has no intent has made no attempt, and nothing else moves money.
            return Absent()
        way = self._way(order)
        if isinstance(way, Refused):
            return Unknown(way.message)
        payment_id = order.details.get(PAYMENT_ID)
        page_to_come = way.approach is Approach.REDIRECT and SHOWN not in order.details
        if payment_id is not None and not page_to_come:
            heard = await self.send(requests.read_payment_status(self.account, payment_id))
            word = Unknown(heard.reason) if isinstance(heard, Silence) else responses.read_status(heard)
            if isinstance(word, Unknown):
                return word
            if word in responses.WORKING:
                return responses.working(order, way, payment_id)
        reply = await self.send(requests.read_intent(self.account, order.reference))
        if isinstance(reply, Silence):
            return Unknown(reply.reason)
        return responses.read_asked_intent(reply, order, way, self.account.environment)

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        charge = order.charge
        way = self._way(charge)
        if isinstance(way, Refused):
            return way
        if charge.reference is None or TOKEN not in charge.details:
            return _nothing_to_confirm()
        if charge.details.get(CODE_FOR) == TO_GO_ON:
            return await self._move(requests.authenticate(self.account, charge, code), charge, way)
        if way.approach is Approach.CODE_FIRST:
            return await self._attempt(charge, way, code)
        return _nothing_to_confirm()

    async def capture(self, order: OperationOrder) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED, "Hub2 takes payments at once and holds none.")

    async def cancel(self, order: OperationOrder) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED, "Hub2 cannot take back what the customer has been asked.")

    async def refund(self, order: RefundOrder) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED, "Hub2 has no refunds: send a payout to the customer instead.")

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED, "Hub2 has no refunds.")

    async def payout(self, order: PayoutOrder) -> Outcome:
        operator = None if order.operator is None else find_operator(order.country, order.operator)
        if operator is None:
            return Refused(FailureCode.UNSUPPORTED, f"Hub2 does not pay {order.operator} in {order.country}.")
        if misfit := requests.payout_misfit(operator, order.money):
            code = FailureCode.UNSUPPORTED if operator.payout is None else FailureCode.INVALID_REQUEST
            return Refused(code, misfit)
        reply = await self.send(requests.create_transfer(self.account, order, operator))
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        return transfers.read_created_transfer(reply, order, self.account.environment)

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        if order.reference is None:
            listed = await self.send(requests.list_transfers(self.account, order))
            if isinstance(listed, Silence):
                return Unknown(listed.reason)
            return transfers.read_found_transfer(listed, order, self.account.environment)
        heard = await self.send(requests.read_transfer_status(self.account, order.reference))
        word = Unknown(heard.reason) if isinstance(heard, Silence) else responses.read_status(heard)
        if isinstance(word, Unknown):
            return word
        if word in responses.WORKING:
            return transfers.working_transfer(order.reference)
        reply = await self.send(requests.read_transfer(self.account, order.reference))
        if isinstance(reply, Silence):
            return Unknown(reply.reason)
        return transfers.read_asked_transfer(reply, order, self.account.environment)

    async def check(self) -> CredentialCheck:
        reply = await self.send(requests.read_balance(self.account))
        if isinstance(reply, Silence):
            return CredentialsUnproven(reply.reason)
        return responses.read_check(reply)

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        webhooks.verify(raw, self.account.credentials.webhook_secrets)
        return webhooks.translate(raw)

    async def _create_intent(self, order: ChargeOrder, way: Way) -> Outcome:
        reply = await self.send(requests.create_intent(self.account, order))
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        outcome = responses.read_created_intent(reply, self.account.environment)
        if isinstance(outcome, Proceed):
            return Proceed(outcome.reference, {**outcome.details, _APPROACH: way.approach.value})
        return outcome

    async def _attempt(self, order: ChargeOrder, way: Way, code: str | None = None) -> Outcome:
        phone = _phone(order)
        if TOKEN not in order.details or phone is None:
            return Unknown("the intent's token is lost, and without it nothing can be tried")
        try:
            call = requests.attempt(self.account, order, phone, way, code)
        except BadSetting as wrong:
            return Refused(FailureCode.INVALID_REQUEST, str(wrong))
        return await self._move(call, order, way)

    async def _move(self, call: HttpCall, order: ChargeOrder, way: Way) -> Outcome:
        reply: HttpReply | Silence = await self.send(call)
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        return responses.read_attempt(reply, order, way, self.account.environment)

    def _way(self, order: ChargeOrder) -> Way | Refused:
        """Find the operator and how its payer agrees, or say why there is none."""
        found = _operator(order)
        if isinstance(found, Refused):
            return found
        try:
            kept = order.details.get(_APPROACH)
            approach = Approach(kept) if kept else choose_approach(found, self.account.settings)
        except BadSetting as wrong:
            return Refused(FailureCode.INVALID_REQUEST, str(wrong))
        return Way(operator=found, approach=approach)


def _operator(order: ChargeOrder) -> Operator | Refused:
    wish = Wish(
        money=order.money,
        method=order.method,
        country=order.country,
        operator=order.operator,
        capture=order.capture,
    )
    if misfit := unsupported(CAPABILITIES, wish):
        return Refused(FailureCode.UNSUPPORTED, misfit)
    found = find_operator(order.country, order.operator) if order.country and order.operator else None
    if found is None:
        return Refused(FailureCode.INVALID_REQUEST, "Hub2 needs to be told the operator: give one, such as orange.")
    phone = _phone(order)
    if phone is None or not is_of(phone, found):
        detail = (
            f"Hub2 needs customer.phone, a number of {found.country} that begins with +{found.nation.calling_code}."
        )
        return Refused(FailureCode.INVALID_REQUEST, detail)
    return found


def _phone(order: ChargeOrder) -> str | None:
    return None if order.customer is None else order.customer.phone


def _nothing_to_confirm() -> Refused:
    return Refused(FailureCode.INVALID_REQUEST, "This payment does not wait for a one-time code.")


@dataclass(frozen=True, slots=True)
class Hub2Kind:
    """Hub2 as a kind of provider."""

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def open(self, opening: Opening) -> Provider:
        return Hub2(
            account=Account(
                base_url=(opening.base_url or HOST).rstrip("/"),
                environment=opening.environment,
                credentials=read_credentials(opening.credentials),
                settings=opening.settings,
            ),
            send=opening.send,
        )

    def hints(self, credentials: Mapping[str, Secret]) -> Mapping[str, str]:
        return hints(credentials)


PROVIDER: Final[ProviderKind] = Hub2Kind()
