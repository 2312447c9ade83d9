"""The shapes of what PayPal sends, as far as we read them; it may add fields at any time."""

from typing import TypeVar

import msgspec

from zerofee.adapters.providers.paypal.capabilities import digits
from zerofee.domain.currency import currency
from zerofee.domain.money import Money, from_major

T = TypeVar("T")


class Unreadable(Exception):
    """Bytes that are not what was expected; the reason is for people."""


class Amount(msgspec.Struct, frozen=True):
    """A decimal text in major units."""

    currency_code: str
    value: str


class Link(msgspec.Struct, frozen=True):
    """Where to go on."""

    rel: str = ""
    href: str = ""


class StatusDetails(msgspec.Struct, frozen=True):
    """Why something is not complete."""

    reason: str | None = None


class Capture(msgspec.Struct, frozen=True):
    """Money taken, or on its way."""

    id: str
    status: str
    amount: Amount | None = None
    status_details: StatusDetails | None = None
    custom_id: str | None = None


class Authorization(msgspec.Struct, frozen=True):
    """Money held."""

    id: str
    status: str
    amount: Amount | None = None
    expiration_time: str | None = None


class Refund(msgspec.Struct, frozen=True):
    """Money given back, or on its way."""

    id: str
    status: str
    amount: Amount | None = None
    custom_id: str | None = None
    create_time: str | None = None


class Payments(msgspec.Struct, frozen=True):
    """What was done with one purchase unit."""

    captures: list[Capture] | None = None
    authorizations: list[Authorization] | None = None
    refunds: list[Refund] | None = None


class Unit(msgspec.Struct, frozen=True):
    """What is bought; we always buy one thing."""

    custom_id: str | None = None
    amount: Amount | None = None
    payments: Payments | None = None


class Order(msgspec.Struct, frozen=True):
    """An order, whole or minimal."""

    id: str
    status: str
    purchase_units: list[Unit] | None = None
    links: list[Link] | None = None

    def payments(self) -> Payments:
        """Give what was done with it, empty when nothing was."""
        units = self.purchase_units or []
        return (units[0].payments if units else None) or Payments()

    def link(self) -> str | None:
        """Give where the payer approves it: `payer-action` with a payment source, `approve` without."""
        return way_out(self.links)


class Detail(msgspec.Struct, frozen=True):
    """One thing that was wrong."""

    issue: str = ""
    description: str = ""


class Problem(msgspec.Struct, frozen=True):
    """A no, in the form of Orders and Payments v2."""

    name: str
    message: str = ""
    debug_id: str | None = None
    details: list[Detail] | None = None
    links: list[Link] | None = None

    def issue(self) -> str:
        """Give the word to decide by: the first issue, else the name."""
        return next((detail.issue for detail in self.details or [] if detail.issue), self.name)

    def words(self) -> str:
        """Give PayPal's sentence, and its own id of the call for those who must ask PayPal."""
        said = next((detail.description for detail in self.details or [] if detail.description), self.message)
        return f"{said} (PayPal debug id {self.debug_id})" if self.debug_id else said


class TokenProblem(msgspec.Struct, frozen=True):
    """A no of the token call, and of a token that PayPal does not take."""

    error: str
    error_description: str = ""


def decode(body: bytes, kind: type[T]) -> T:
    """Read one shape; raise `Unreadable` for anything else."""
    try:
        return msgspec.json.decode(body, type=kind)
    # Not JSON, not UTF-8, another shape: all three are ValueErrors. Depth is an error of its own.
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not a {kind.__name__}: {type(error).__name__}") from None


def money(amount: Amount | None) -> Money:
    """
    Read an amount; `12.3` is `12.30`.

    Raises `Unreadable` when there is none, and a `DomainError` for a currency or a decimal that cannot be.
    """
    if amount is None:
        raise Unreadable("no amount")
    code = currency(amount.currency_code)
    return from_major(amount.value, code, digits=digits(code))


def way_out(links: list[Link] | None) -> str | None:
    """Find the link under which the payer goes on, among those of an order or of a problem."""
    return next((link.href for link in links or [] if link.rel in {"payer-action", "approve", "redirect"}), None)
