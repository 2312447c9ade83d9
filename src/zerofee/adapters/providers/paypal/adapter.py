"""PayPal as a provider: each verb builds a call, sends it and reads the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.paypal import credentials as form
from zerofee.adapters.providers.paypal import refunds, responses
from zerofee.adapters.providers.paypal import requests as calls
from zerofee.adapters.providers.paypal.capabilities import CAPABILITIES, CURRENCIES
from zerofee.adapters.providers.paypal.door import Door
from zerofee.adapters.providers.paypal.events import read_body
from zerofee.adapters.providers.paypal.refusals import DONE, Look, in_doubt, read_refusal, unasked
from zerofee.adapters.providers.paypal.shelf import Shelf
from zerofee.adapters.providers.paypal.token import Token, Tokens, TokenSource, warning
from zerofee.adapters.providers.paypal.verifier import KeyAnswer, Verifier
from zerofee.adapters.providers.paypal.webhooks import certificate_origins
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.failure import FailureCode
from zerofee.domain.method import PAYPAL
from zerofee.domain.money import AmountNotRepresentable
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    NotSent,
    Outcome,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    CredentialsAccepted,
    CredentialsRefused,
    CredentialsUnproven,
    OperationOrder,
    PayoutOrder,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment

# PayPal keeps a request id of orders for six hours; half of that is surely within it.
REPLAY_WITHIN: Final = timedelta(hours=3)
_UNSUPPORTED: Final = Refused(FailureCode.UNSUPPORTED, "PayPal cannot do this.")
_SOON_S: Final = 5
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPal:
    """One REST app at PayPal. Its orders take no money until we capture them, and only `charge` does that."""

    door: Door
    payer: str
    clock: Clock
    verifier: Verifier

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def charge(self, order: ChargeOrder) -> Outcome:
        if order.method != PAYPAL or order.money.currency not in CURRENCIES:
            return _UNSUPPORTED
        if order.reference is None:
            return await self._create(order)
        if order.details.get(responses.APPROVED) != "1":
            return await self.ask(order)
        return await self._take(order, order.reference)

    async def ask(self, order: ChargeOrder) -> Outcome:
        if order.reference is None:
            return await self._ask_by_replay(order)
        answer = await self.door.call(calls.show_order(self.door.api, order.reference))
        if not isinstance(answer, HttpReply):
            return unasked(answer)
        capture_id = order.details.get(responses.CAPTURE_ID)
        if answer.status == _NOT_FOUND and capture_id is not None:
            # An order is not kept as long as what it led to.
            return await self._ask_capture(order, capture_id)
        return responses.read_asked(answer, self._view(order))

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        return _UNSUPPORTED

    async def capture(self, order: OperationOrder) -> Outcome:
        held = order.charge.details.get(responses.AUTHORIZATION_ID)
        if held is None:
            standing = await self.ask(order.charge)
            if not isinstance(standing, Authorized):
                return _unmoved(standing)
            held = standing.details[responses.AUTHORIZATION_ID]
        try:
            call = calls.capture_authorization(self.door.api, order, held)
        except AmountNotRepresentable as error:
            return Refused(FailureCode.INVALID_REQUEST, error.detail)
        answer = await self.door.call(call)
        if not isinstance(answer, HttpReply):
            return answer
        return await self._settled(order, responses.read_operation(answer, order))

    async def cancel(self, order: OperationOrder) -> Outcome:
        """Void what is held. An order that nobody captures lapses by itself: there is no call to cancel it."""
        charge = order.charge
        held = charge.details.get(responses.AUTHORIZATION_ID)
        if held is None:
            if charge.reference is None:
                return Cancelled()
            standing = await self.ask(charge)
            if isinstance(standing, ActionRequired | Proceed):
                return Cancelled(charge.reference)
            if not isinstance(standing, Authorized):
                return _unmoved(standing)
            held = standing.details[responses.AUTHORIZATION_ID]
        answer = await self.door.call(calls.void_authorization(self.door.api, held))
        if not isinstance(answer, HttpReply):
            return answer
        return await self._settled(order, responses.read_void(answer, order))

    async def refund(self, order: RefundOrder) -> Outcome:
        capture_id = refunds.capture_of(order) or await self._capture_id(order)
        if not isinstance(capture_id, str):
            return capture_id
        try:
            call = calls.refund_capture(self.door.api, order, capture_id)
        except AmountNotRepresentable as error:
            return Refused(FailureCode.INVALID_REQUEST, error.detail)
        answer = await self.door.call(call)
        if not isinstance(answer, HttpReply):
            return answer
        read = refunds.read_refund(answer)
        if not isinstance(read, Look):
            return read
        found = await self.ask_refund(order)
        if isinstance(found, Absent):
            return Refused(FailureCode.INVALID_REQUEST, "PayPal has nothing left to refund.", read.issue)
        return found

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        if order.reference is not None:
            answer = await self.door.call(calls.show_refund(self.door.api, order.reference))
            return refunds.read_asked_refund(answer) if isinstance(answer, HttpReply) else unasked(answer)
        if order.charge.reference is None:
            return Unknown("the order of this refund is not known")
        answer = await self.door.call(calls.show_order(self.door.api, order.charge.reference))
        return refunds.find_refund(answer, order) if isinstance(answer, HttpReply) else unasked(answer)

    async def payout(self, order: PayoutOrder) -> Outcome:
        return _UNSUPPORTED

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        return _UNSUPPORTED

    async def check(self) -> CredentialCheck:
        token = await self.door.tokens.prove()
        match token:
            case Token(scopes=scopes):
                return CredentialsAccepted(warning(scopes, has_webhook=self.verifier.webhook_id is not None))
            case Refused(FailureCode.INVALID_CREDENTIALS, message):
                return CredentialsRefused(message or "PayPal does not know this client ID and secret.")
            case Refused(message=why) | NotSent(why):
                return CredentialsUnproven(why)

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        await self.verifier.verify(raw, now)
        return read_body(raw.body)

    async def _create(self, order: ChargeOrder) -> Outcome:
        try:
            call = calls.create_order(self.door.api, order)
        except AmountNotRepresentable as error:
            return Refused(FailureCode.UNSUPPORTED, error.detail)
        answer = await self.door.call(call)
        return responses.read_created(answer, self._view(order)) if isinstance(answer, HttpReply) else answer

    async def _take(self, order: ChargeOrder, reference: str) -> Outcome:
        call = calls.take_order(self.door.api, order, reference, responses.tries_of(order))
        answer = await self.door.call(call)
        if not isinstance(answer, HttpReply):
            # The payer has approved; that the way to PayPal was shut for a moment must not end the payment.
            return Accepted(reference, ask_after_s=_SOON_S) if _is_shut(answer) else answer
        read = responses.read_taken(answer, self._view(order))
        if not isinstance(read, Look):
            return read
        found = await self.ask(order)
        return Unknown(f"{read.issue}, but not in the order") if isinstance(found, ActionRequired | Proceed) else found

    async def _settled(self, order: OperationOrder, read: Outcome | Look) -> Outcome:
        """Let the order tell what became of it, where the answer only says that it is done already."""
        if not isinstance(read, Look):
            return read
        found = await self.ask(order.charge)
        untouched = isinstance(found, ActionRequired | Proceed | Authorized)
        return Unknown(f"{read.issue}, but not in the order") if untouched else found

    async def _ask_by_replay(self, order: ChargeOrder) -> Outcome:
        """
        Ask about an order whose id was never heard.

        The same create under the same request id gives back the first one's order, and at worst opens it now. Later
        than that nothing can have come of it: the payer was never shown where to approve.
        """
        if self.clock.now() - order.sent_at >= REPLAY_WITHIN:
            return Absent()
        try:
            call = calls.create_order(self.door.api, order)
        except AmountNotRepresentable:
            return Absent()
        answer = await self.door.call(call)
        if not isinstance(answer, HttpReply):
            return unasked(answer)
        if answer.status not in DONE:
            return in_doubt(read_refusal(answer))
        return responses.read_order(answer, self._view(order))

    async def _ask_capture(self, order: ChargeOrder, capture_id: str) -> Outcome:
        answer = await self.door.call(calls.show_capture(self.door.api, capture_id))
        return responses.read_capture(answer, order.reference) if isinstance(answer, HttpReply) else unasked(answer)

    async def _capture_id(self, order: RefundOrder) -> str | NotSent | Refused:
        if order.charge.reference is None:
            return Refused(FailureCode.INVALID_REQUEST, "This charge has no order at PayPal.")
        answer = await self.door.call(calls.show_order(self.door.api, order.charge.reference))
        if not isinstance(answer, HttpReply) or answer.status not in DONE:
            return NotSent("PayPal did not show which capture to refund")
        found = refunds.find_capture(answer)
        return found or Refused(FailureCode.INVALID_REQUEST, "PayPal shows no capture that can be refunded.")

    def _view(self, order: ChargeOrder) -> responses.View:
        return responses.View(order, self.clock.now(), self.payer)


@dataclass(frozen=True, slots=True)
class PayPalKind:
    """PayPal, with what all its connections in this process share: tokens and published keys."""

    tokens: Tokens = field(default_factory=Shelf)
    keys: Shelf[KeyAnswer] = field(default_factory=Shelf)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def open(self, opening: Opening) -> PayPal:
        credentials = form.credentials_of(opening.credentials)
        base_url = opening.base_url.rstrip("/") if opening.base_url else None
        api = base_url or calls.API_HOSTS[opening.environment]
        source = TokenSource(
            api=api, credentials=credentials, send=opening.send, clock=opening.clock, tokens=self.tokens
        )
        door = Door(api=api, send=opening.send, tokens=source)
        sandbox = opening.environment is Environment.SANDBOX
        return PayPal(
            door=door,
            payer=base_url or calls.PAYER_HOSTS[opening.environment],
            clock=opening.clock,
            verifier=Verifier(
                webhook_id=credentials.webhook_id,
                simulator=sandbox and opening.settings.get("simulator_events") == "true",
                origins=certificate_origins(opening.environment, base_url),
                door=door,
                keys=self.keys,
            ),
        )

    def hints(self, credentials: Mapping[str, Secret]) -> Mapping[str, str]:
        return form.hints(credentials)


PROVIDER: Final = PayPalKind()


def _is_shut(answer: NotSent | Refused | Unknown) -> bool:
    return isinstance(answer, NotSent) or (
        isinstance(answer, Refused) and answer.code is FailureCode.PROVIDER_UNAVAILABLE
    )


def _unmoved(standing: Outcome) -> Outcome:
    """Say what stands instead of what was to be moved; when that is not known, nothing was sent to move it."""
    return NotSent(standing.reason) if isinstance(standing, Unknown) else standing
