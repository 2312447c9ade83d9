"""What pawaPay's stand-in takes and shows: the documented bodies, and the record behind them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from zerofee.domain.currency import exponent
from zerofee.domain.money import Money, to_major

DEPOSIT: Final = "deposit"
PAYOUT: Final = "payout"
REFUND: Final = "refund"
FINAL: Final = frozenset({"COMPLETED", "FAILED"})
# pawaPay pads what it shows; a reader that compares texts shall notice here.
_SHOWN_DIGITS: Final = 2


class Rejected(Exception):
    """A definite no. `status` is the HTTP status; `key` is echoed under the name of its kind, if it is known."""

    def __init__(self, code: str, message: str, *, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def body(self) -> dict[str, Any]:
        """Write the reason as pawaPay does."""
        return {"failureReason": {"failureCode": self.code, "failureMessage": self.message}}


class _Wanted(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Whatever is not listed is UNSUPPORTED_PARAMETER, a null too."""


class Account(_Wanted, frozen=True, kw_only=True):
    """A mobile money account."""

    phone_number: str
    provider: str


class Party(_Wanted, frozen=True, kw_only=True):
    """Whoever pays or is paid."""

    type: str
    account_details: Account


class NewDeposit(_Wanted, frozen=True, kw_only=True):
    """The body of `POST /v2/deposits`."""

    deposit_id: str
    amount: str
    currency: str
    payer: Party
    pre_authorisation_code: str = ""
    successful_url: str = ""
    failed_url: str = ""
    client_reference_id: str = ""
    customer_message: str = ""
    metadata: list[dict[str, str | bool]] = []


class NewPayout(_Wanted, frozen=True, kw_only=True):
    """The body of `POST /v2/payouts`."""

    payout_id: str
    amount: str
    currency: str
    recipient: Party
    client_reference_id: str = ""
    customer_message: str = ""
    metadata: list[dict[str, str | bool]] = []


class NewRefund(_Wanted, frozen=True, kw_only=True):
    """The body of `POST /v2/refunds`."""

    refund_id: str
    deposit_id: str
    amount: str = ""
    currency: str = ""
    client_reference_id: str = ""
    metadata: list[dict[str, str | bool]] = []


class AmountDetails(_Wanted, frozen=True, kw_only=True):
    """The amount that a page is to collect."""

    amount: str
    currency: str


class NewPage(_Wanted, frozen=True, kw_only=True):
    """The body of `POST /v2/paymentpage`."""

    deposit_id: str
    return_url: str
    amount_details: AmountDetails
    country: str
    customer_message: str = ""
    phone_number: str = ""
    language: str = ""
    reason: str = ""
    metadata: list[dict[str, str | bool]] = []


class Question(_Wanted, frozen=True, kw_only=True):
    """The body of `POST /v2/predict-provider`."""

    phone_number: str


@dataclass(slots=True, kw_only=True)
class Movement:
    """A deposit, payout or refund, as long as the stand-in lives."""

    kind: str
    id: str
    mode: str
    money: Money
    country: str
    provider: str
    phone: str
    created: datetime
    status: str = "ACCEPTED"
    deposit_id: str | None = None
    client_reference: str = ""
    message: str = ""
    metadata: list[dict[str, str | bool]] = field(default_factory=list)
    failure_code: str | None = None
    authorization_url: str | None = None
    back: str = ""
    away: str = ""

    def begun(self) -> dict[str, Any]:
        """Show the first answer to an order; a payout's and a refund's names no next step."""
        body = {f"{self.kind}Id": self.id, "status": "ACCEPTED", "created": self._created()}
        if self.kind == DEPOSIT:
            body["nextStep"] = "FINAL_STATUS" if self.authorization_url is None else "GET_AUTH_URL"
        return body

    def ignored(self) -> dict[str, Any]:
        """Show the answer to an order under an id that is taken."""
        return {f"{self.kind}Id": self.id, "status": "DUPLICATE_IGNORED", "created": self._created()}

    def shown(self) -> dict[str, Any]:
        """Show the record, as a status read does."""
        reference = {"clientReferenceId": self.client_reference} if self.client_reference else {}
        return {**self.told(), **reference}

    def told(self) -> dict[str, Any]:
        """Show the record as a callback does, without the merchant's reference."""
        party = {"type": "MMO", "accountDetails": {"phoneNumber": self.phone, "provider": self.provider}}
        digits = max(exponent(self.money.currency), _SHOWN_DIGITS)
        body: dict[str, Any] = {
            f"{self.kind}Id": self.id,
            "status": self.status,
            "amount": to_major(self.money, digits=digits),
            "currency": self.money.currency,
            "country": self.country,
            "payer" if self.kind == DEPOSIT else "recipient": party,
            "created": self._created(),
        }
        if self.message:
            body["customerMessage"] = self.message
        if self.metadata:
            body["metadata"] = {
                name: value for item in self.metadata for name, value in item.items() if name != "isPII"
            }
        if self.authorization_url is not None and self.status == "PROCESSING":
            body |= {"nextStep": "REDIRECT_TO_AUTH_URL", "authorizationUrl": self.authorization_url}
        if self.status == "COMPLETED":
            body["providerTransactionId"] = f"standin-{self.id[:8]}"
        if self.failure_code is not None:
            words = f"It ended with {self.failure_code}."
            body["failureReason"] = {"failureCode": self.failure_code, "failureMessage": words}
        return body

    def _created(self) -> str:
        return self.created.isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A payment page that was asked for; it lives for a quarter of an hour."""

    wanted: NewPage
    mode: str
    money: Money
    made_at: datetime
