"""What Tinypay answers, read as an outcome. Pure: every word of theirs is in a table, and any other is `Unknown`."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from zerofee.adapters.http.exchange import HttpReply
from zerofee.domain.currency import currency
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money, payable
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import Absent, ActionRequired, Declined, Mismatch, Outcome, Paid, Refused, Unknown
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    CredentialsAccepted,
    CredentialsRefused,
    CredentialsUnproven,
)

_OK: Final = frozenset({200, 201})
# Only these say that no charge was made; whatever else comes, money may have moved.
REFUSALS: Final[Mapping[int, FailureCode]] = {
    400: FailureCode.INVALID_REQUEST,
    401: FailureCode.INVALID_CREDENTIALS,
    403: FailureCode.INVALID_CREDENTIALS,
    422: FailureCode.INVALID_REQUEST,
    429: FailureCode.PROVIDER_UNAVAILABLE,
}
REASONS: Final[Mapping[str, FailureCode]] = {
    "insufficient_funds": FailureCode.INSUFFICIENT_FUNDS,
    "expired_card": FailureCode.EXPIRED_INSTRUMENT,
    "refused_by_customer": FailureCode.CUSTOMER_REJECTED,
}


class Charge(msgspec.Struct, frozen=True):
    """A charge as Tinypay shows it."""

    id: str
    reference: str
    status: str
    amount: int
    currency: str
    pay_url: str | None = None
    reason: str | None = None


class Charges(msgspec.Struct, frozen=True):
    """The charges with one reference: one, or none."""

    data: list[Charge]


class Account(msgspec.Struct, frozen=True):
    """Who we are there."""

    object: Literal["account"]


def read_created(reply: HttpReply, order: ChargeOrder) -> Outcome:
    """Read the answer to a charge."""
    if reply.status in REFUSALS:
        return Refused(REFUSALS[reply.status], provider_code=str(reply.status))
    if reply.status not in _OK:
        return Unknown(f"HTTP {reply.status}")
    try:
        charge = msgspec.json.decode(reply.body, type=Charge)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Unknown("an answer that is no charge")
    return read_charge(charge, order)


def read_found(reply: HttpReply, order: ChargeOrder) -> Outcome:
    """Read what became of a charge; an error while asking proves nothing."""
    if reply.status not in _OK:
        return Unknown(f"HTTP {reply.status} while asking")
    try:
        found = msgspec.json.decode(reply.body, type=Charges).data
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Unknown("an answer that is no list of charges")
    return read_charge(found[0], order) if found else Absent()


def read_charge(charge: Charge, order: ChargeOrder) -> Outcome:
    """
    Say what a charge makes of its order; one that is of something else is never believed.

    Source: tinypay.md, "Status".
    """
    if charge.reference != order.attempt_id:
        return Unknown("the charge has another reference than ours", Mismatch.REFERENCE)
    match charge.status:
        case "open" if charge.pay_url is not None:
            return ActionRequired(Redirect(charge.pay_url), charge.id)
        case "paid":
            money = _money(charge)
            return Unknown("paid, in an amount that cannot be read") if money is None else Paid(money, charge.id)
        case "declined":
            code = REASONS.get(charge.reason or "", FailureCode.DECLINED)
            return Declined(code, provider_code=charge.reason, reference=charge.id)
        case word:
            return Unknown(f"status {word!r}")


def read_check(reply: HttpReply) -> CredentialCheck:
    """Say whether the key holds."""
    if reply.status in {401, 403}:
        return CredentialsRefused("Tinypay does not know this API key: copy it again.")
    try:
        msgspec.json.decode(reply.body, type=Account)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return CredentialsUnproven(f"Tinypay answered HTTP {reply.status} without an account.")
    return CredentialsAccepted()


def _money(charge: Charge) -> Money | None:
    try:
        return payable(charge.amount, currency(charge.currency))
    except DomainError:
        return None
