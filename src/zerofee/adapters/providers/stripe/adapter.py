"""Stripe as a provider: each verb builds a call, sends it, and reads what it proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zerofee.adapters.http.exchange import HttpReply, Send, Silence, silent_outcome
from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.stripe import credentials, listing, requests, responses, webhooks
from zerofee.adapters.providers.stripe.capabilities import CAPABILITIES
from zerofee.adapters.providers.stripe.credentials import Account
from zerofee.adapters.providers.stripe.objects import INTENT, refund_outcome, session_outcome
from zerofee.adapters.providers.stripe.responses import Moved
from zerofee.domain.capabilities import Capabilities, unsupported
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Expired,
    NotSent,
    Outcome,
    Refused,
    Unknown,
)
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    OperationOrder,
    PayoutOrder,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.ports.vault import Secret
from zerofee.domain.sweeping import Movement, Span
from zerofee.domain.wish import Wish

# Stripe may forget a key after a day; half of it is as far as we rely on it (reliability rules ASK-1).
_KEY_HOLDS: Final = timedelta(hours=12)
# A thousand sessions in twenty minutes: a merchant with more is asked about by the key instead.
_MOST_PAGES: Final = 10
_NO_PAYOUTS: Final = Refused(FailureCode.UNSUPPORTED, "Stripe pays out to the account's own bank, by its dashboard.")
_NO_SESSION: Final = Refused(FailureCode.INVALID_REQUEST, "The payment has no session at Stripe.")


@dataclass(frozen=True, slots=True)
class Stripe:
    """One connection to Stripe: cards on its hosted page, taken at once or held."""

    account: Account
    send: Send
    clock: Clock

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def charge(self, order: ChargeOrder) -> Outcome:
        wish = Wish(money=order.money, method=order.method, country=order.country, capture=order.capture)
        if why := unsupported(CAPABILITIES, wish):
            return Refused(FailureCode.UNSUPPORTED, why)
        try:
            call = requests.create_session(self.account, order)
        except DomainError as error:
            return Refused(FailureCode.UNSUPPORTED, error.detail)
        reply = await self.send(call)
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        return _settled(responses.read_session_reply(reply, order.attempt_id, live=self.account.live))

    async def ask(self, order: ChargeOrder) -> Outcome:
        if order.reference is None:
            return await self._find(order)
        reply = await self.send(requests.read_session(self.account, order.reference))
        return self._asked(reply, order)

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED, "Stripe authenticates the customer on its own page.")

    async def capture(self, order: OperationOrder) -> Outcome:
        standing = await self._standing(order.charge)
        if isinstance(standing, ActionRequired | Accepted):
            return Refused(FailureCode.INVALID_REQUEST, "Nothing is held at Stripe yet.")
        if not isinstance(standing, Authorized):
            return standing
        try:
            call = requests.capture_intent(self.account, order, standing.details[INTENT])
        except DomainError as error:
            return Refused(FailureCode.UNSUPPORTED, error.detail)
        reply = await self.send(call)
        return await self._done(reply, order.charge)

    async def cancel(self, order: OperationOrder) -> Outcome:
        standing = await self._standing(order.charge)
        match standing:
            case ActionRequired(_, str(session_id)):
                reply = await self.send(requests.expire_session(self.account, order, session_id))
                outcome = await self._expired(reply, order.charge)
            case Authorized():
                call = requests.cancel_intent(self.account, order, standing.details[INTENT])
                outcome = await self._done(await self.send(call), order.charge)
            case Accepted():
                outcome = Refused(FailureCode.INVALID_REQUEST, "Stripe is at work on it and cannot let it go now.")
            case _:
                outcome = standing
        # A session that ran out, now or before, is what was wanted: nothing was or will be taken.
        return Cancelled(outcome.reference) if isinstance(outcome, Expired) else outcome

    async def refund(self, order: RefundOrder) -> Outcome:
        intent_id = await self._intent_of(order.charge)
        if not isinstance(intent_id, str):
            return intent_id
        try:
            call = requests.create_refund(self.account, order, intent_id)
        except DomainError as error:
            return Refused(FailureCode.UNSUPPORTED, error.detail)
        reply = await self.send(call)
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        outcome = responses.read_refund_reply(reply)
        if not isinstance(outcome, Moved):
            return outcome
        # All of it has gone back already. Was it this refund, or somebody's in the dashboard?
        found = await self._find_refund(order, intent_id)
        return _refusal(outcome) if isinstance(found, Absent) else found

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        if order.reference is not None:
            reply = await self.send(requests.read_refund(self.account, order.reference))
            if isinstance(reply, Silence):
                return Unknown(reply.reason)
            return _heard(responses.read_refund_reply(reply), reply)
        intent_id = await self._intent_of(order.charge)
        if not isinstance(intent_id, str):
            return Unknown(f"the refund's payment could not be read: {intent_id}")
        return await self._find_refund(order, intent_id)

    async def payout(self, order: PayoutOrder) -> Outcome:
        return _NO_PAYOUTS

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        return _NO_PAYOUTS

    async def listed(self, span: Span) -> tuple[Movement, ...]:
        return await listing.list_paid(self.account, self.send, span)

    async def check(self) -> CredentialCheck:
        reply = await self.send(requests.read_balance(self.account))
        return responses.read_check(reply, live=self.account.live)

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        return webhooks.read_event(raw, self.account, now)

    async def _standing(self, charge: ChargeOrder) -> Outcome:
        """Read where a charge stands before anything is done to it; until then nothing has been sent."""
        if charge.reference is None:
            return _NO_SESSION
        standing = await self.ask(charge)
        return (
            NotSent(f"its session could not be read: {standing.reason}") if isinstance(standing, Unknown) else standing
        )

    async def _intent_of(self, charge: ChargeOrder) -> str | Outcome:
        """Say which intent took the money, or what stands in the way of knowing it."""
        if INTENT in charge.details:
            return charge.details[INTENT]
        standing = await self._standing(charge)
        details: Mapping[str, str] = getattr(standing, "details", {})
        return details.get(INTENT) or (standing if isinstance(standing, NotSent) else _NO_SESSION)

    async def _done(self, reply: HttpReply | Silence, charge: ChargeOrder) -> Outcome:
        """Read what a capture or a cancel of a hold has come to."""
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        outcome = responses.read_intent_reply(reply, charge.reference or "", live=self.account.live)
        return await self._moved(outcome, charge) if isinstance(outcome, Moved) else outcome

    async def _expired(self, reply: HttpReply | Silence, charge: ChargeOrder) -> Outcome:
        """Read what closing a session has come to; a no means that the customer was faster, and has no code."""
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        outcome = responses.read_session_reply(reply, charge.attempt_id, live=self.account.live)
        if isinstance(outcome, Refused) and outcome.code is FailureCode.INVALID_REQUEST:
            outcome = Moved(outcome.provider_code)
        return await self._moved(outcome, charge) if isinstance(outcome, Moved) else outcome

    async def _moved(self, moved: Moved, charge: ChargeOrder) -> Outcome:
        """Adopt the state that made Stripe refuse; where it is the one we took it for, the no stands."""
        now = await self.ask(charge)
        return _refusal(moved) if isinstance(now, ActionRequired | Authorized) else now

    async def _find(self, order: ChargeOrder) -> Outcome:
        """
        Look for a session by our own reference, among those made about then; failing that, by its key.

        Sending the same again under a key that still holds gives the answer that was lost. At worst it makes the
        page that was wanted, which moves nothing.
        """
        after = None
        for _ in range(_MOST_PAGES):
            page = responses.read_sessions(await self.send(requests.list_sessions(self.account, order.sent_at, after)))
            if isinstance(page, Unknown):
                return page
            for session in page.data:
                if session.client_reference_id == order.attempt_id:
                    return session_outcome(session, order.attempt_id, live=self.account.live)
            if not page.has_more or not page.data:
                return Absent()
            after = page.data[-1].id
        if self.clock.now() - order.sent_at >= _KEY_HOLDS:
            return Unknown("too many sessions of that time to find it, and its key no longer holds")
        return self._asked(await self.send(requests.create_session(self.account, order)), order)

    def _asked(self, reply: HttpReply | Silence, order: ChargeOrder) -> Outcome:
        if isinstance(reply, Silence):
            return Unknown(reply.reason)
        return _heard(responses.read_session_reply(reply, order.attempt_id, live=self.account.live), reply)

    async def _find_refund(self, order: RefundOrder, intent_id: str) -> Outcome:
        after = None
        for _ in range(_MOST_PAGES):
            page = responses.read_refunds(await self.send(requests.list_refunds(self.account, intent_id, after)))
            if isinstance(page, Unknown):
                return page
            for refund in page.data:
                if (refund.metadata or {}).get(requests.ATTEMPT) == order.attempt_id:
                    return refund_outcome(refund)
            if not page.has_more or not page.data:
                return Absent()
            after = page.data[-1].id
        return Unknown("too many refunds of one payment to find it")


@dataclass(frozen=True, slots=True)
class StripeKind:
    """Stripe, before anybody has connected to it."""

    capabilities: Capabilities = CAPABILITIES

    def open(self, opening: Opening) -> Stripe:
        return Stripe(credentials.account(opening), opening.send, opening.clock)

    def hints(self, given: Mapping[str, Secret]) -> Mapping[str, str]:
        return credentials.hints(given)


PROVIDER: Final = StripeKind()


def _settled(outcome: Outcome | Moved) -> Outcome:
    return Unknown(f"Stripe says {outcome.code} of a session that is new") if isinstance(outcome, Moved) else outcome


def _refusal(moved: Moved) -> Refused:
    return Refused(FailureCode.INVALID_REQUEST, provider_code=moved.code)


def _heard(outcome: Outcome | Moved, reply: HttpReply) -> Outcome:
    """Take what was said of the thing itself; an error while asking proves nothing (reliability rules ASK-3)."""
    return Unknown(f"HTTP {reply.status} while asking") if reply.status != responses.OK else _settled(outcome)
