"""What Hub2's stand-in is asked, checked as Hub2 documents it, and what it keeps and shows."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from zerofee.adapters.providers.hub2.operators import NATIONS, Operator
from zerofee.domain.country import Country
from zerofee.domain.money import Money

_REFERENCE: Final = r"^[A-Za-z0-9_. -]+$"
Reference = Annotated[str, msgspec.Meta(pattern=_REFERENCE)]
Amount = Annotated[int, msgspec.Meta(gt=0)]
_NOT_DIGITS: Final = re.compile(r"[^0-9]")


class Hub2Error(Exception):
    """An answer in Hub2's standard form of errors."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep what the body will say."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class NewIntent(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a new intent."""

    customer_reference: Reference
    purchase_reference: Reference
    amount: Amount
    currency: str
    override_business_name: str | None = None


class MobileMoney(msgspec.Struct, frozen=True, rename="camel"):
    """Whose phone, and how its owner agrees."""

    msisdn: str
    otp: str | None = None
    workflow: str | None = None
    on_success_redirection_url: str | None = None
    on_failed_redirection_url: str | None = None
    on_finish_redirection_url: str | None = None
    on_cancel_redirection_url: str | None = None


class NewAttempt(msgspec.Struct, frozen=True, rename="camel"):
    """The body of an attempt."""

    token: str
    payment_method: str
    country: str
    provider: str
    mobile_money: MobileMoney


class Confirmation(msgspec.Struct, frozen=True, rename="camel"):
    """The body of an authentication."""

    token: str
    confirmation_code: str


class Destination(msgspec.Struct, frozen=True, rename="camel"):
    """Who is paid."""

    type: str
    country: str
    recipient_name: str
    msisdn: str
    provider: str


class NewTransfer(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a transfer."""

    reference: Reference
    amount: Amount
    currency: str
    description: str
    destination: Destination


class NewWebhook(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a registration for webhooks."""

    url: str
    events: list[str]
    description: str | None = None
    metadata: dict[str, str] | None = None


@dataclass(slots=True, kw_only=True)
class Payment:
    """One attempt. `back` and `away` are where its page sends the customer."""

    id: str
    intent_id: str
    operator: Operator
    phone: str
    collected: Money
    status: str = "created"
    action: dict[str, Any] | None = None
    failure: dict[str, str] | None = None
    back: str = ""
    away: str = ""

    def shown(self) -> dict[str, Any]:
        """Write it as Hub2 does."""
        return {
            "id": self.id,
            "intentId": self.intent_id,
            "status": self.status,
            "amount": self.collected.minor,
            "currency": self.collected.currency,
            "method": "mobile_money",
            "country": self.operator.country,
            "provider": self.operator.value,
            "number": self.phone,
            "nextAction": self.action,
            "failure": self.failure,
        }


@dataclass(slots=True, kw_only=True)
class Intent:
    """One intent with its attempts."""

    id: str
    token: str
    customer_reference: str
    purchase_reference: str
    money: Money
    mode: str
    at: datetime
    status: str = "payment_required"
    payments: list[Payment] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Write it as Hub2 does."""
        last = self.payments[-1] if self.payments else None
        return {
            "id": self.id,
            "token": self.token,
            "customerReference": self.customer_reference,
            "purchaseReference": self.purchase_reference,
            "amount": self.money.minor,
            "currency": self.money.currency,
            "status": self.status,
            "mode": self.mode,
            "createdAt": self.at.isoformat(),
            "updatedAt": self.at.isoformat(),
            "payments": [payment.shown() for payment in self.payments],
            "nextAction": None if last is None else last.action,
        }


@dataclass(slots=True, kw_only=True)
class Transfer:
    """One transfer."""

    id: str
    reference: str
    money: Money
    mode: str
    destination: Destination
    at: datetime
    status: str = "created"
    failure: dict[str, str] | None = None

    def shown(self) -> dict[str, Any]:
        """Write it as Hub2 does."""
        return {
            "id": self.id,
            "reference": self.reference,
            "amount": self.money.minor,
            "currency": self.money.currency,
            "status": self.status,
            "mode": self.mode,
            "destination": msgspec.to_builtins(self.destination),
            "createdAt": self.at.isoformat(),
            "failure": self.failure,
        }


def international(msisdn: str, country: Country) -> str:
    """Write a number with its country, however it was given."""
    digits, calling_code = _NOT_DIGITS.sub("", msisdn), NATIONS[country].calling_code
    return f"+{digits}" if msisdn.startswith("+") or digits.startswith(calling_code) else f"+{calling_code}{digits}"
