"""What Stripe's stand-in does with what it is asked: sessions, intents, refunds, and the payer's choice."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from zerofee.entrypoints.standins.book import Entry, Kind
from zerofee.entrypoints.standins.stripe_events import StripeEvents
from zerofee.entrypoints.standins.stripe_form import Cancellation, Capture, NewRefund, NewSession, StripeError
from zerofee.entrypoints.standins.stripe_objects import Charge, Intent, Refund, Session, Shelf
from zerofee.entrypoints.standins.stripe_rules import check_session, counted, missing, unexpected
from zerofee.entrypoints.standins.world import World

# Source: docs.stripe.com, "Place a hold on a payment method".
_HOLD: Final = timedelta(days=7)
_CANCELLABLE: Final = frozenset(
    {"requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"}
)
# These stand as `code` too; every other reason of a bank's comes with `card_declined`.
_CODES: Final = frozenset({"expired_card", "incorrect_cvc", "incorrect_number", "processing_error"})


@dataclass(slots=True)
class StripeDesk:
    """Everything that Stripe knows, of both modes."""

    world: World
    events: StripeEvents
    shelf: Shelf = field(default_factory=Shelf)

    def open_session(self, order: NewSession, *, live: bool) -> Session:
        """Make a page; nobody has been asked for anything yet."""
        currency = order.line_items[0].price_data.currency
        amount = sum(item.price_data.unit_amount * item.quantity for item in order.line_items)
        now = self._now()
        expires_at = check_session(order, amount, currency, now)
        session_id = f"cs_{'live' if live else 'test'}_{secrets.token_hex(24)}"
        session = Session(
            id=session_id,
            live=live,
            order=order,
            amount=amount,
            currency=currency,
            created=now,
            expires_at=expires_at,
            url=f"{self.world.url}/c/pay/{session_id}",
        )
        self.shelf.sessions[session.id] = session
        self._write_charge(session, session.status)
        return session

    def session(self, session_id: str, *, live: bool | None) -> Session:
        """Give one session as it stands now; `live=None` is the payer, who has no key."""
        session = self.shelf.sessions.get(session_id)
        if session is None or live not in {None, session.live}:
            raise missing("checkout.session", session_id, "session")
        if session.status == "open" and self._now() >= session.expires_at:
            self._close(session)
        if session.intent_id is not None:
            self._lapse(self.shelf.intents[session.intent_id])
        return session

    def expire(self, session_id: str, *, live: bool) -> Session:
        """Close a page that is still open."""
        session = self.session(session_id, live=live)
        if session.status != "open":
            message = f"Only Checkout Sessions with a status of open can be expired; this one is {session.status}."
            raise StripeError(400, message)
        self._close(session)
        return session

    def approve(self, session: Session) -> None:
        """Let the payer's card pay, or be held."""
        intent = self._tried(session)
        charge = Charge(
            id=f"ch_{secrets.token_hex(12)}",
            live=intent.live,
            intent_id=intent.id,
            amount=intent.amount,
            currency=intent.currency,
            created=self._now(),
            metadata=intent.metadata,
        )
        self.shelf.charges[charge.id] = charge
        intent.charge_id, intent.error = charge.id, None
        session.status = "complete"
        if intent.capture_method == "manual":
            intent.status, intent.capturable = "requires_capture", intent.amount
            self.world.book.change(session.id, intent.status)
            self._tell_intent("payment_intent.amount_capturable_updated", intent)
        else:
            self._take(intent, charge, intent.amount)
        self.events.tell("checkout.session.completed", session.shown(), live=session.live)

    def decline(self, session: Session, reason: str) -> None:
        """Let the bank say no; the page stays open for another card."""
        intent = self._tried(session)
        code = reason if reason in _CODES else "card_declined"
        message = "Your card was declined."
        intent.error = {"type": "card_error", "code": code, "decline_code": reason, "message": message}
        self._tell_intent("payment_intent.payment_failed", intent)

    def intent(self, intent_id: str, *, live: bool) -> Intent:
        """Give one intent as it stands now."""
        intent = self.shelf.intents.get(intent_id)
        if intent is None or intent.live is not live:
            raise missing("payment_intent", intent_id, "intent")
        self._lapse(intent)
        return intent

    def capture(self, intent_id: str, form: Capture, *, live: bool) -> Intent:
        """Take what is held, or part of it, once."""
        intent = self.intent(intent_id, live=live)
        if intent.status != "requires_capture" or intent.charge_id is None:
            raise unexpected(intent, "captured")
        amount = intent.capturable if form.amount_to_capture is None else form.amount_to_capture
        if amount > intent.capturable:
            message = f"The amount to capture ({amount}) is more than is held ({intent.capturable})."
            raise StripeError(400, message, "amount_too_large", param="amount_to_capture")
        self._take(intent, self.shelf.charges[intent.charge_id], amount)
        return intent

    def cancel(self, intent_id: str, form: Cancellation, *, live: bool) -> Intent:
        """Let an intent go, unless its page is still open or all is over."""
        intent = self.intent(intent_id, live=live)
        if intent.status not in _CANCELLABLE or self.shelf.sessions[intent.session_id].status == "open":
            raise unexpected(intent, "canceled")
        self._let_go(intent, form.cancellation_reason)
        return intent

    def refund(self, form: NewRefund, *, live: bool) -> Refund:
        """Give money back, never more than was taken."""
        charge = self._charge(form, live=live)
        left = charge.captured - charge.refunded
        if charge.captured == 0:
            raise StripeError(400, f"The charge {charge.id} has not been captured.", param="payment_intent")
        if left == 0:
            raise StripeError(400, f"Charge {charge.id} has already been refunded.", "charge_already_refunded")
        amount = left if form.amount is None else form.amount
        if amount > left:
            raise StripeError(400, f"Refund amount ({amount}) is greater than what is left ({left}).", param="amount")
        refund = Refund(
            id=f"re_{secrets.token_hex(12)}",
            live=live,
            charge_id=charge.id,
            intent_id=charge.intent_id,
            amount=amount,
            currency=charge.currency,
            created=self._now(),
            metadata=form.metadata,
            reason=form.reason,
        )
        charge.refunded += amount
        self.shelf.refunds[refund.id] = refund
        self._write_refund(refund)
        self.events.tell("charge.refunded", charge.shown(), live=live)
        self.events.tell("refund.created", refund.shown(), live=live)
        return refund

    def read_refund(self, refund_id: str, *, live: bool) -> Refund:
        """Give one refund."""
        refund = self.shelf.refunds.get(refund_id)
        if refund is None or refund.live is not live:
            raise missing("refund", refund_id, "refund")
        return refund

    def fail_refund(self, refund_id: str, reason: str) -> Refund:
        """Let the payer's bank send a refund back, as may happen days later."""
        refund = self.shelf.refunds.get(refund_id)
        if refund is None or refund.status != "succeeded":
            raise missing("refund", refund_id, "refund")
        refund.status, refund.failure_reason = "failed", reason
        self.shelf.charges[refund.charge_id].refunded -= refund.amount
        self.world.book.change(refund.id, refund.status, moved=False)
        self.events.tell("refund.failed", refund.shown(), live=refund.live)
        return refund

    def _tried(self, session: Session) -> Intent:
        """Give the session's intent, which begins with the first try."""
        if session.intent_id is not None:
            return self.shelf.intents[session.intent_id]
        data = session.order.payment_intent_data
        intent = Intent(
            id=f"pi_{secrets.token_hex(12)}",
            live=session.live,
            session_id=session.id,
            amount=session.amount,
            currency=session.currency,
            created=self._now(),
            capture_method=data.capture_method,
            metadata=data.metadata,
            description=data.description,
        )
        self.shelf.intents[intent.id] = intent
        session.intent_id = intent.id
        return intent

    def _take(self, intent: Intent, charge: Charge, amount: int) -> None:
        intent.status, intent.received, intent.capturable = "succeeded", amount, 0
        charge.captured = amount
        session = self.shelf.sessions[intent.session_id]
        session.payment_status = "paid"
        self._write_charge(session, intent.status, taken=amount)
        self._tell_intent("payment_intent.succeeded", intent)

    def _lapse(self, intent: Intent) -> None:
        if intent.status == "requires_capture" and intent.charge_id is not None:
            held_at = self.shelf.charges[intent.charge_id].created
            if self._now() - held_at >= _HOLD.total_seconds():
                self._let_go(intent, "automatic")

    def _let_go(self, intent: Intent, reason: str | None) -> None:
        intent.status, intent.capturable = "canceled", 0
        intent.cancellation_reason, intent.canceled_at = reason, self._now()
        if intent.charge_id is not None:
            self.shelf.charges[intent.charge_id].lapsed = True
        self.world.book.change(intent.session_id, intent.status)
        self._tell_intent("payment_intent.canceled", intent)

    def _close(self, session: Session) -> None:
        session.status = "expired"
        self.world.book.change(session.id, session.status)
        self.events.tell("checkout.session.expired", session.shown(), live=session.live)

    def _charge(self, form: NewRefund, *, live: bool) -> Charge:
        if form.payment_intent is not None:
            intent = self.intent(form.payment_intent, live=live)
            if intent.charge_id is None:
                raise StripeError(400, f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.")
            return self.shelf.charges[intent.charge_id]
        if form.charge is None:
            raise StripeError(400, "One of payment_intent or charge is needed.", "parameter_missing", kept=False)
        charge = self.shelf.charges.get(form.charge)
        if charge is None or charge.live is not live:
            raise missing("charge", form.charge, "charge")
        return charge

    def _write_charge(self, session: Session, status: str, *, taken: int | None = None) -> None:
        self.world.book.write(
            Entry(
                kind=Kind.CHARGE,
                id=session.id,
                reference=session.order.client_reference_id,
                money=counted(session.amount if taken is None else taken, session.currency),
                status=status,
                moved=taken is not None,
            )
        )

    def _write_refund(self, refund: Refund) -> None:
        self.world.book.write(
            Entry(
                kind=Kind.REFUND,
                id=refund.id,
                reference=refund.metadata.get("zerofee_attempt_id"),
                money=counted(refund.amount, refund.currency),
                status=refund.status,
                moved=True,
                charge_id=self.shelf.intents[refund.intent_id].session_id,
            )
        )

    def _tell_intent(self, event: str, intent: Intent) -> None:
        self.events.tell(event, intent.shown(), live=intent.live)

    def _now(self) -> int:
        return int(self.world.clock.now().timestamp())
