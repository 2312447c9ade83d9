"""What Stripe's stand-in keeps, and how Stripe shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zerofee.entrypoints.standins.stripe_form import NewSession

Shown = dict[str, Any]
_NO_ADDRESS: Final = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


@dataclass(slots=True, kw_only=True)
class Charge:
    """What a card was really asked for."""

    id: str
    live: bool
    intent_id: str
    amount: int
    currency: str
    created: int
    metadata: Mapping[str, str]
    captured: int = 0
    refunded: int = 0
    lapsed: bool = False

    def shown(self) -> Shown:
        """Write it as Stripe does."""
        contact = dict.fromkeys(("email", "name", "phone", "tax_id"))
        return {
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.captured,
            "amount_refunded": self.refunded,
            "billing_details": {"address": _NO_ADDRESS, **contact},
            "captured": self.captured > 0,
            "created": self.created,
            "currency": self.currency,
            "disputed": False,
            "livemode": self.live,
            "metadata": dict(self.metadata),
            "paid": True,
            "payment_intent": self.intent_id,
            "refunded": self.lapsed or 0 < self.captured <= self.refunded,
            "status": "succeeded",
        }


@dataclass(slots=True, kw_only=True)
class Intent:
    """A payment from the moment at which the payer first tries."""

    id: str
    live: bool
    session_id: str
    amount: int
    currency: str
    created: int
    capture_method: str
    metadata: Mapping[str, str]
    description: str | None
    status: str = "requires_payment_method"
    capturable: int = 0
    received: int = 0
    error: Shown | None = None
    charge_id: str | None = None
    cancellation_reason: str | None = None
    canceled_at: int | None = None

    def shown(self) -> Shown:
        """Write it as Stripe does."""
        return {
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": self.capturable,
            "amount_received": self.received,
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": self.capture_method,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "last_payment_error": self.error,
            "latest_charge": self.charge_id,
            "livemode": self.live,
            "metadata": dict(self.metadata),
            "payment_method_types": ["card"],
            "status": self.status,
        }


@dataclass(slots=True, kw_only=True)
class Session:
    """A hosted page, and what it is for."""

    id: str
    live: bool
    order: NewSession
    amount: int
    currency: str
    created: int
    expires_at: int
    url: str
    status: str = "open"
    payment_status: str = "unpaid"
    intent_id: str | None = None

    def shown(self) -> Shown:
        """Write it as Stripe does."""
        order = self.order
        return {
            "id": self.id,
            "object": "checkout.session",
            "adaptive_pricing": {"enabled": order.adaptive_pricing.enabled},
            "amount_subtotal": self.amount,
            "amount_total": self.amount,
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "cancel_url": order.cancel_url,
            "client_reference_id": order.client_reference_id,
            "created": self.created,
            "currency": self.currency,
            "custom_fields": [],
            "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
            "customer": None,
            "customer_email": order.customer_email,
            "expires_at": self.expires_at,
            "livemode": self.live,
            "metadata": dict(order.metadata),
            "mode": "payment",
            "payment_intent": self.intent_id,
            "payment_method_types": ["card"],
            "payment_status": self.payment_status,
            "presentment_details": None,
            "shipping_options": [],
            "status": self.status,
            "success_url": order.success_url,
            "ui_mode": "hosted_page",
            "url": self.url if self.status == "open" else None,
        }


@dataclass(slots=True, kw_only=True)
class Refund:
    """Money on its way back."""

    id: str
    live: bool
    charge_id: str
    intent_id: str
    amount: int
    currency: str
    created: int
    metadata: Mapping[str, str]
    reason: str | None
    status: str = "succeeded"
    failure_reason: str | None = None

    def shown(self) -> Shown:
        """Write it as Stripe does; a reason of failing only stands where there is one."""
        failed = {} if self.failure_reason is None else {"failure_reason": self.failure_reason}
        return {
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "charge": self.charge_id,
            "created": self.created,
            "currency": self.currency,
            "metadata": dict(self.metadata),
            "payment_intent": self.intent_id,
            "pending_reason": None,
            "reason": self.reason,
            "status": self.status,
            **failed,
        }


@dataclass(slots=True)
class Shelf:
    """Every object by its id, in the order in which they were made."""

    sessions: dict[str, Session] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)

    def shown(self, object_id: str) -> Shown | None:
        """Show any object, by an id that stands in another's field."""
        found = (
            self.sessions.get(object_id)
            or self.intents.get(object_id)
            or self.charges.get(object_id)
            or self.refunds.get(object_id)
        )
        return None if found is None else found.shown()
