"""A checkout session: one payment, and all that the page where it is paid must know beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from zerofee.domain.errors import DomainError
from zerofee.domain.ids import CheckoutId, PaymentId
from zerofee.domain.method import METHODS, Method, UnknownMethod
from zerofee.domain.money import Money
from zerofee.domain.new_payment import InvalidField, text
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.scope import Scope

LANGUAGES: Final = ("en", "fr")
"""The languages that the page speaks; the first one is for everybody else."""
MOST_PAYS: Final = 10
_MOST_ITEMS: Final = 50
_LONGEST_ITEM_NAME: Final = 120
_MOST_QUANTITY: Final = 1_000_000


class TooManyPays(DomainError):
    """One checkout session was paid at too often; make a new one."""

    code = "too_many_pays"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(f"A session may be paid at {MOST_PAYS} times at most: make a new one.")


class MethodNotOffered(DomainError):
    """The session cannot be paid in the way that was chosen."""

    code = "method_not_offered"

    def __init__(self) -> None:
        """Say where the choices are."""
        detail = "This session cannot be paid that way: choose one of GET /v1/checkout/payment-methods."
        super().__init__(detail, field="payment_method")


class SessionState(StrEnum):
    """Where a session stands."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_STATES: Final = {
    PaymentStatus.SUCCEEDED: SessionState.COMPLETE,
    PaymentStatus.AUTHORIZED: SessionState.COMPLETE,
    PaymentStatus.EXPIRED: SessionState.EXPIRED,
    PaymentStatus.FAILED: SessionState.CANCELLED,
    PaymentStatus.CANCELLED: SessionState.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """One line of what is bought; `amount_minor` is for one piece, in the payment's currency."""

    name: str
    amount_minor: int
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSession:
    """
    What the page adds to its payment.

    Whoever knows the id may see and pay: its 128 bits are chance alone. An empty `methods` allows every one.
    `provider_id` pins the payment to one provider. `pays` counts the tries that the customer has begun.
    """

    id: CheckoutId
    scope: Scope
    payment_id: PaymentId
    methods: tuple[Method, ...] = ()
    line_items: tuple[LineItem, ...] = ()
    locale: str | None = None
    provider_id: str | None = None
    pays: int = 0
    created_at: datetime
    version: int = 1

    def counted(self) -> "CheckoutSession":
        """Count one more try; raise `TooManyPays` beyond the tenth (reliability rules RAT-3)."""
        if self.pays >= MOST_PAYS:
            raise TooManyPays
        return replace(self, pays=self.pays + 1, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How a payment is to be shown on its page: checked, and not yet of any session."""

    methods: tuple[Method, ...] = ()
    line_items: tuple[LineItem, ...] = ()
    locale: str | None = None


def presentation(
    money: Money, *, methods: Sequence[str] = (), line_items: Sequence[LineItem] = (), locale: str | None = None
) -> Presentation:
    """Check what a session is to show; raise a `DomainError` that names the field."""
    if len(line_items) > _MOST_ITEMS:
        raise InvalidField(f"line_items may have at most {_MOST_ITEMS} lines.", field="line_items")
    lines = tuple(_line(place, item) for place, item in enumerate(line_items))
    if lines and sum(item.amount_minor * item.quantity for item in lines) != money.minor:
        raise InvalidField("The line items must add up to amount.", field="line_items")
    if locale is not None and locale not in LANGUAGES:
        raise InvalidField(f"locale must be one of {', '.join(LANGUAGES)}.", field="locale")
    return Presentation(methods=_methods(methods), line_items=lines, locale=locale)


def session_state(payment: Payment) -> SessionState:
    """Say where the session of a payment stands."""
    return _STATES.get(payment.status, SessionState.OPEN)


def hosted_url(public_url: str, session_id: CheckoutId) -> str:
    """Say where a session is paid."""
    return f"{public_url}/checkout/{session_id}"


def _methods(wanted: Sequence[str]) -> tuple[Method, ...]:
    for method in wanted:
        if method not in METHODS:
            raise UnknownMethod(f"methods holds none of {', '.join(METHODS)}.", field="methods")
    return tuple(Method(method) for method in dict.fromkeys(wanted))


def _line(place: int, item: LineItem) -> LineItem:
    field = f"line_items[{place}]"
    name = text(f"{field}.name", item.name, _LONGEST_ITEM_NAME) or ""
    if not 1 <= item.quantity <= _MOST_QUANTITY:
        raise InvalidField(f"quantity must be 1 to {_MOST_QUANTITY}.", field=f"{field}.quantity")
    if item.amount_minor < 0:
        raise InvalidField("amount must not be below 0.", field=f"{field}.amount")
    return replace(item, name=name)
