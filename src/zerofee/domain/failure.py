"""Why a payment, a refund or a payout did not happen, in the words of the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FailureCode(StrEnum):
    """The closed set of reasons an app can branch on."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    DECLINED = "declined"
    CUSTOMER_REJECTED = "customer_rejected"
    AUTHENTICATION_FAILED = "authentication_failed"
    INVALID_PAYER = "invalid_payer"
    LIMIT_EXCEEDED = "limit_exceeded"
    EXPIRED_INSTRUMENT = "expired_instrument"
    FRAUD_SUSPECTED = "fraud_suspected"
    TIMED_OUT = "timed_out"
    DUPLICATE = "duplicate"
    INVALID_REQUEST = "invalid_request"
    INVALID_CREDENTIALS = "invalid_credentials"
    UNSUPPORTED = "unsupported"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    NO_ROUTE = "no_route"
    UNKNOWN = "unknown"


_C = FailureCode
# fmt: off
_TABLE: Final[Mapping[FailureCode, tuple[bool, str]]] = {
    # code                       retryable  what the customer or the merchant may read
    _C.INSUFFICIENT_FUNDS:       (True,  "The payer has not enough funds."),
    _C.DECLINED:                 (False, "The payment was declined."),
    _C.CUSTOMER_REJECTED:        (True,  "The customer did not approve the payment."),
    _C.AUTHENTICATION_FAILED:    (True,  "The customer could not be authenticated."),
    _C.INVALID_PAYER:            (False, "The payer's number or account cannot pay this way."),
    _C.LIMIT_EXCEEDED:           (True,  "A limit of the payer's account is reached."),
    _C.EXPIRED_INSTRUMENT:       (False, "The payer's card or account has expired."),
    _C.FRAUD_SUSPECTED:          (False, "The payment was refused for suspicion of fraud."),
    _C.TIMED_OUT:                (True,  "The provider did not take the payment in time; nothing was charged."),
    _C.DUPLICATE:                (False, "The provider has seen this payment before."),
    _C.INVALID_REQUEST:          (False, "The provider refused the request as invalid."),
    _C.INVALID_CREDENTIALS:      (False, "The provider refused the connection's credentials."),
    _C.UNSUPPORTED:              (False, "The provider cannot do this."),
    _C.PROVIDER_UNAVAILABLE:     (True,  "The provider is unavailable; nothing was charged."),
    _C.NO_ROUTE:                 (False, "No connection of the app can take this payment."),
    _C.UNKNOWN:                  (False, "The provider gave no reason."),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason with the provider's own word beside it; `retryable` speaks of a new payment."""

    code: FailureCode
    message: str
    provider_code: str | None = None
    retryable: bool = False

    @classmethod
    def of(cls, code: FailureCode, message: str = "", provider_code: str | None = None) -> "Failure":
        """Fill in what the table says of `code`; a `message` of the provider's takes its place."""
        retryable, words = _TABLE[code]
        return cls(code=code, message=message or words, provider_code=provider_code, retryable=retryable)
