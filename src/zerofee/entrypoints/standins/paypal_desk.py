"""What PayPal's stand-in does with what it is asked: orders, approvals, captures, holds, refunds, events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from zerofee.domain.money import Money
from zerofee.entrypoints.standins.book import Entry, Kind
from zerofee.entrypoints.standins.paypal_events import PayPalEvents
from zerofee.entrypoints.standins.paypal_records import Authorization, Capture, Order, Refund
from zerofee.entrypoints.standins.paypal_shapes import (
    NewCapture,
    NewOrder,
    NewRefund,
    PayPalError,
    WantedAmount,
    money_of,
)
from zerofee.entrypoints.standins.world import World

# The payer has so long to approve, and the merchant so long to capture after that.
WINDOW: Final = timedelta(hours=3)
_MANY: Final = 10


@dataclass(slots=True)
class PayPalDesk:
    """Everything that PayPal knows, of both modes."""

    world: World
    events: PayPalEvents
    orders: dict[str, Order] = field(default_factory=dict)

    def open(self, wanted: NewOrder, mode: str) -> Order:
        """Make an order; nothing is asked of anybody yet."""
        if wanted.intent not in {"CAPTURE", "AUTHORIZE"}:
            raise PayPalError(400, "INVALID_PARAMETER_VALUE", field="/intent")
        if not 1 <= len(wanted.purchase_units) <= _MANY:
            issue = "INVALID_ARRAY_MAX_ITEMS" if wanted.purchase_units else "INVALID_ARRAY_MIN_ITEMS"
            raise PayPalError(400, issue, field="/purchase_units")
        if len(wanted.purchase_units) > 1:
            raise PayPalError(422, "UNSUPPORTED_INTENT", field="/purchase_units")
        order = Order(
            wanted=wanted,
            money=money_of(wanted.purchase_units[0].amount, "DECIMAL_PRECISION"),
            mode=mode,
            at=self.world.clock.now(),
            url=self.world.url,
            status="CREATED" if wanted.payment_source is None else "PAYER_ACTION_REQUIRED",
        )
        self.orders[order.id] = order
        return order

    def order(self, order_id: str, mode: str | None = None) -> Order:
        """Give an order that is still kept; `None` is whoever has the link. Raise `PayPalError` (404) for any other."""
        order = self.orders.get(order_id)
        if order is None or mode not in {None, order.mode} or self._has_lapsed(order):
            raise PayPalError(404, "INVALID_RESOURCE_ID")
        return order

    def approve(self, order: Order, issue: str | None, capture_as: str) -> None:
        """Hear that the payer agrees; `issue` is what the next capture is answered, `capture_as` how it ends."""
        order.issue, order.capture_as = issue, capture_as
        if order.status not in {"CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"}:
            return
        order.status, order.approved_at = "APPROVED", self.world.clock.now()
        self.events.tell("CHECKOUT.ORDER.APPROVED", "checkout-order", order.shown())

    def capture(self, order: Order) -> None:
        """Take the money of an approved order, once."""
        self._ready(order, "CAPTURE", "ORDER_ALREADY_CAPTURED")
        capture = Capture(money=order.money, at=self.world.clock.now(), status=order.capture_as)
        capture.reason = "PENDING_REVIEW" if capture.status == "PENDING" else None
        order.captures.append(capture)
        order.status = "COMPLETED"
        self._taken(order, capture)

    def authorize(self, order: Order) -> None:
        """Hold the money of an approved order, once."""
        self._ready(order, "AUTHORIZE", "ORDER_ALREADY_AUTHORIZED")
        held = Authorization(money=order.money, at=self.world.clock.now())
        order.authorizations.append(held)
        order.status = "COMPLETED"
        resource = {**order.authorization_shown(held), **order.related()}
        self.events.tell("PAYMENT.AUTHORIZATION.CREATED", "authorization", resource)

    def capture_held(self, order: Order, held: Authorization, wanted: NewCapture) -> Capture:
        """Take what is held, or a part."""
        if held.status == "VOIDED":
            raise PayPalError(422, "AUTHORIZATION_VOIDED")
        if held.status == "CAPTURED":
            raise PayPalError(422, "AUTHORIZATION_ALREADY_CAPTURED")
        if self.world.clock.now() >= held.ends_at:
            raise PayPalError(422, "AUTHORIZATION_EXPIRED")
        taken = sum(capture.money.minor for capture in held.captures)
        left = Money(held.money.minor - taken, held.money.currency)
        money = _amount(wanted.amount, left, "AUTH_CAPTURE_CURRENCY_MISMATCH", "MAX_CAPTURE_AMOUNT_EXCEEDED")
        capture = Capture(money=money, at=self.world.clock.now(), final=wanted.final_capture)
        held.captures.append(capture)
        held.status = "CAPTURED" if wanted.final_capture or money == left else "PARTIALLY_CAPTURED"
        self._taken(order, capture)
        return capture

    def void(self, order: Order, held: Authorization) -> None:
        """Let go what is held."""
        if held.status == "VOIDED":
            raise PayPalError(422, "PREVIOUSLY_VOIDED")
        if held.captures:
            raise PayPalError(422, "PREVIOUSLY_CAPTURED")
        held.status = "VOIDED"
        resource = {**order.authorization_shown(held), **order.related()}
        self.events.tell("PAYMENT.AUTHORIZATION.VOIDED", "authorization", resource)

    def refund(self, order: Order, capture: Capture, wanted: NewRefund) -> Refund:
        """Give back what was taken, or a part."""
        if capture.status == "PENDING":
            raise PayPalError(422, "PENDING_CAPTURE")
        if capture.status == "DECLINED":
            raise PayPalError(422, "REFUND_NOT_ALLOWED")
        if capture.left.minor == 0:
            raise PayPalError(422, "CAPTURE_FULLY_REFUNDED")
        money = _amount(wanted.amount, capture.left, "REFUND_CAPTURE_CURRENCY_MISMATCH", "REFUND_AMOUNT_EXCEEDED")
        refund = Refund(money=money, at=self.world.clock.now(), custom_id=wanted.custom_id)
        capture.refunds.append(refund)
        capture.status = "PARTIALLY_REFUNDED" if capture.left.minor else "REFUNDED"
        self.world.book.write(
            Entry(
                kind=Kind.REFUND,
                id=refund.id,
                reference=refund.custom_id,
                money=money,
                status=refund.status,
                moved=True,
                charge_id=capture.id,
            )
        )
        self.events.tell("PAYMENT.CAPTURE.REFUNDED", "refund", order.refund_shown(capture, refund))
        return refund

    def settle(self, order: Order, capture: Capture, status: str) -> None:
        """End a pending capture, as a review of PayPal's would."""
        if capture.status == "PENDING" and status in {"COMPLETED", "DECLINED"}:
            capture.status, capture.reason = status, None
            self._taken(order, capture)

    def authorization(self, authorization_id: str, mode: str) -> tuple[Order, Authorization]:
        """Find what is held, and its order; raise `PayPalError` (404)."""
        for order in self._of(mode):
            for held in order.authorizations:
                if held.id == authorization_id:
                    return order, held
        raise PayPalError(404, "INVALID_RESOURCE_ID")

    def capture_found(self, capture_id: str, mode: str) -> tuple[Order, Capture]:
        """Find a capture, and its order; raise `PayPalError` (404)."""
        for order in self._of(mode):
            for capture in order.all_captures():
                if capture.id == capture_id:
                    return order, capture
        raise PayPalError(404, "INVALID_RESOURCE_ID")

    def refund_found(self, refund_id: str, mode: str) -> tuple[Order, Capture, Refund]:
        """Find a refund, with its capture and order; raise `PayPalError` (404)."""
        for order in self._of(mode):
            for capture in order.all_captures():
                for refund in capture.refunds:
                    if refund.id == refund_id:
                        return order, capture, refund
        raise PayPalError(404, "INVALID_RESOURCE_ID")

    def _ready(self, order: Order, intent: str, done: str) -> None:
        if order.wanted.intent != intent:
            raise PayPalError(422, "ACTION_DOES_NOT_MATCH_INTENT")
        if order.status == "COMPLETED":
            raise PayPalError(422, done)
        if order.status != "APPROVED":
            raise PayPalError(422, "ORDER_NOT_APPROVED", url=order.payer_url)
        if order.issue is not None:
            issue, order.issue = order.issue, None
            raise PayPalError(422, issue, url=order.payer_url)

    def _taken(self, order: Order, capture: Capture) -> None:
        self.world.book.write(
            Entry(
                kind=Kind.CHARGE,
                id=capture.id,
                reference=order.custom_id,
                money=capture.money,
                status=capture.status,
                moved=capture.status == "COMPLETED",
            )
        )
        resource = {**order.capture_shown(capture), **order.related()}
        self.events.tell(f"PAYMENT.CAPTURE.{capture.status}", "capture", resource)

    def _has_lapsed(self, order: Order) -> bool:
        """Forget an order that nobody approved, or that nobody captured in time; the latter is told, once."""
        now = self.world.clock.now()
        if order.status == "COMPLETED" or now - (order.approved_at or order.at) < WINDOW:
            return False
        del self.orders[order.id]
        if order.approved_at is not None:
            resource = {"order_id": order.id, "purchase_units": order.shown()["purchase_units"]}
            self.events.tell("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "checkout-order", resource)
        return True

    def _of(self, mode: str) -> Iterator[Order]:
        return (order for order in self.orders.values() if order.mode == mode)


def _amount(wanted: WantedAmount | None, most: Money, other_currency: str, too_much: str) -> Money:
    if wanted is None:
        return most
    money = money_of(wanted, "DECIMALS_NOT_SUPPORTED")
    if money.currency != most.currency:
        raise PayPalError(422, other_currency)
    if money > most:
        raise PayPalError(422, too_much)
    return money
