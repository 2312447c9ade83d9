"""What PayPal's stand-in keeps of an order, and how it shows it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from zerofee.domain.money import Money
from zerofee.entrypoints.standins.paypal_shapes import NewOrder, amount_of, new_id

_HONOURED_FOR: Final = timedelta(days=29)


def said(at: datetime) -> str:
    """Write a time as PayPal does."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(slots=True, kw_only=True)
class Refund:
    """Money on its way back."""

    money: Money
    at: datetime
    custom_id: str | None
    status: str = "COMPLETED"
    id: str = field(default_factory=new_id)


@dataclass(slots=True, kw_only=True)
class Capture:
    """Money taken, pending or declined."""

    money: Money
    at: datetime
    status: str = "COMPLETED"
    reason: str | None = None
    final: bool = True
    refunds: list[Refund] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    @property
    def left(self) -> Money:
        """Say how much can still be refunded."""
        gone = sum(refund.money.minor for refund in self.refunds)
        return Money(self.money.minor - gone, self.money.currency)


@dataclass(slots=True, kw_only=True)
class Authorization:
    """Money held."""

    money: Money
    at: datetime
    status: str = "CREATED"
    captures: list[Capture] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    @property
    def ends_at(self) -> datetime:
        """Say when it lapses."""
        return self.at + _HONOURED_FOR


@dataclass(slots=True, kw_only=True)
class Order:
    """
    One order of one mode. `issue` is what its next capture is answered; `capture_as` how that one ends.

    `url` is the stand-in's own, for links.
    """

    wanted: NewOrder
    money: Money
    mode: str
    at: datetime
    url: str
    status: str
    approved_at: datetime | None = None
    issue: str | None = None
    capture_as: str = "COMPLETED"
    captures: list[Capture] = field(default_factory=list)
    authorizations: list[Authorization] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    @property
    def custom_id(self) -> str | None:
        """Give the merchant's own id."""
        return self.wanted.purchase_units[0].custom_id

    @property
    def payer_url(self) -> str:
        """Say where the payer approves it."""
        return f"{self.url}/checkoutnow?token={self.id}"

    def all_captures(self) -> list[Capture]:
        """List what was taken, directly or of what was held."""
        return [*self.captures, *(capture for held in self.authorizations for capture in held.captures)]

    def minimal(self) -> dict[str, Any]:
        """Show it as PayPal does unless asked for more."""
        ask = "payer-action" if self.wanted.payment_source is not None else "approve"
        links = [
            {"href": f"{self.url}/v2/checkout/orders/{self.id}", "rel": "self", "method": "GET"},
            {"href": self.payer_url, "rel": ask, "method": "GET"},
        ]
        return {"id": self.id, "status": self.status, "links": links[: 1 if self.status == "COMPLETED" else 2]}

    def shown(self) -> dict[str, Any]:
        """Show all of it."""
        wanted = self.wanted.purchase_units[0]
        unit: dict[str, Any] = {"reference_id": wanted.reference_id, "amount": amount_of(self.money)}
        if wanted.custom_id is not None:
            unit["custom_id"] = wanted.custom_id
        if wanted.description is not None:
            unit["description"] = wanted.description
        payments: dict[str, Any] = {}
        if captures := self.all_captures():
            payments["captures"] = [self.capture_shown(capture) for capture in captures]
            payments["refunds"] = [self.refund_shown(capture, r) for capture in captures for r in capture.refunds]
        if self.authorizations:
            payments["authorizations"] = [self.authorization_shown(held) for held in self.authorizations]
        if payments:
            unit["payments"] = payments
        told = {**self.minimal(), "intent": self.wanted.intent, "purchase_units": [unit], "create_time": said(self.at)}
        return told if self.wanted.payment_source is None else {**told, "payment_source": {"paypal": {}}}

    def capture_shown(self, capture: Capture) -> dict[str, Any]:
        """Show one capture."""
        told: dict[str, Any] = {
            "id": capture.id,
            "status": capture.status,
            "amount": amount_of(capture.money),
            "final_capture": capture.final,
            **self._ours(),
            "create_time": said(capture.at),
            "update_time": said(capture.at),
            "links": self._links("captures", capture.id),
        }
        if capture.reason is not None:
            told["status_details"] = {"reason": capture.reason}
        if capture.status == "COMPLETED":
            gross = amount_of(capture.money)
            told["seller_receivable_breakdown"] = {"gross_amount": gross, "net_amount": gross}
        return told

    def authorization_shown(self, held: Authorization) -> dict[str, Any]:
        """Show what is held."""
        return {
            "id": held.id,
            "status": held.status,
            "amount": amount_of(held.money),
            **self._ours(),
            "expiration_time": said(held.ends_at),
            "create_time": said(held.at),
            "update_time": said(held.at),
            "links": self._links("authorizations", held.id),
        }

    def refund_shown(self, capture: Capture, refund: Refund) -> dict[str, Any]:
        """Show one refund; its own mark where it was given one."""
        told: dict[str, Any] = {
            "id": refund.id,
            "status": refund.status,
            "amount": amount_of(refund.money),
            "create_time": said(refund.at),
            "update_time": said(refund.at),
            "links": [
                *self._links("refunds", refund.id)[:1],
                {"href": f"{self.url}/v2/payments/captures/{capture.id}", "rel": "up", "method": "GET"},
            ],
        }
        return told if refund.custom_id is None else {**told, "custom_id": refund.custom_id}

    def related(self) -> dict[str, Any]:
        """Say which order a resource of an event belongs to."""
        return {"supplementary_data": {"related_ids": {"order_id": self.id}}}

    def _ours(self) -> dict[str, Any]:
        return {} if self.custom_id is None else {"custom_id": self.custom_id}

    def _links(self, kind: str, resource_id: str) -> list[dict[str, str]]:
        return [
            {"href": f"{self.url}/v2/payments/{kind}/{resource_id}", "rel": "self", "method": "GET"},
            {"href": f"{self.url}/v2/checkout/orders/{self.id}", "rel": "up", "method": "GET"},
        ]
