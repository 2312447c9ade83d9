"""Hub2's failure codes and error codes, each in exactly one class."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Cancelled, Declined, Expired, Outcome, Refused, Unknown

_C = FailureCode


_DUPLICATE: Final = Unknown("Hub2 says that it is a duplicate, and not of what")
_UNCERTAIN: Final = Unknown("Hub2 does not know how it ended")

# fmt: off
PAYMENT_FAILURES: Final[Mapping[str, Outcome]] = {
    # The payer's side said no.
    "customer_insufficient_funds": Declined(_C.INSUFFICIENT_FUNDS),
    "authentication_failed":       Declined(_C.AUTHENTICATION_FAILED),
    "customer_account_locked":     Declined(_C.INVALID_PAYER),
    "invalid_msisdn":              Declined(_C.INVALID_PAYER),
    "invalid_sandbox_msisdn":      Declined(_C.INVALID_PAYER),
    "blacklisted_msisdn":          Declined(_C.INVALID_PAYER),
    "payer_quota_exceeded":        Declined(_C.LIMIT_EXCEEDED),
    "fraud_suspicion":             Declined(_C.FRAUD_SUSPECTED),
    "canceled_by_customer":        Cancelled(),
    "canceled":                    Cancelled(),
    "authentication_timeout":      Expired(),
    "wave_payment_expired":        Expired(),
    "payment_intent_expired":      Expired(),
    # Hub2 or the operator did not take it.
    "unsupported_currency":        Refused(_C.UNSUPPORTED),
    "bad_parameters":              Refused(_C.INVALID_REQUEST),
    "service_unavailable":         Refused(_C.PROVIDER_UNAVAILABLE),
    "too_many_request":            Refused(_C.PROVIDER_UNAVAILABLE),
    "forbidden_by_provider":       Refused(_C.UNSUPPORTED),
    "invalid_payment_processor":   Refused(_C.UNSUPPORTED),
    # How it ended is not known, or what the code speaks of is not: nothing may follow but asking.
    "duplicate_request":           _DUPLICATE,
    "timeout":                     _UNCERTAIN,
    "unknown_reason":              _UNCERTAIN,
    "unknown_reason_orange":       _UNCERTAIN,
    "internal_error":              _UNCERTAIN,
}

TRANSFER_FAILURES: Final[Mapping[str, Outcome]] = {
    # The receiver's side said no.
    "invalid_destination":         Declined(_C.INVALID_PAYER),
    "destination_not_allowed":     Declined(_C.INVALID_PAYER),
    "blacklisted_msisdn":          Declined(_C.INVALID_PAYER),
    "fraud_suspicion":             Declined(_C.FRAUD_SUSPECTED),
    "canceled":                    Cancelled(),
    # Hub2 or the operator did not take it.
    "insufficient_funds":          Refused(_C.INSUFFICIENT_FUNDS),
    "invalid_amount":              Refused(_C.INVALID_REQUEST),
    "bad_request":                 Refused(_C.INVALID_REQUEST),
    "unsupported_currency":        Refused(_C.UNSUPPORTED),
    "forbidden_by_provider":       Refused(_C.UNSUPPORTED),
    "invalid_payment_processor":   Refused(_C.UNSUPPORTED),
    "service_unavailable":         Refused(_C.PROVIDER_UNAVAILABLE),
    "too_many_request":            Refused(_C.PROVIDER_UNAVAILABLE),
    "duplicate_request":           _DUPLICATE,
    "timeout":                     _UNCERTAIN,
    "unknown_reason":              _UNCERTAIN,
    "internal_error":              _UNCERTAIN,
}

# Error bodies of a call that was answered 400, 401, 402, 403 or 404. What speaks of something else than this call
# proves nothing about it.
ERROR_CODES: Final[Mapping[str, Outcome]] = {
    "insufficient-funds":          Refused(_C.INSUFFICIENT_FUNDS),
    "invalid-currency":            Refused(_C.UNSUPPORTED),
    "currency-not-found":          Refused(_C.UNSUPPORTED),
    "locked-account":              Refused(_C.INVALID_CREDENTIALS),
    "merchant-not-found":          Refused(_C.INVALID_CREDENTIALS),
    "transaction-not-found":       Refused(_C.INVALID_REQUEST),
    "withdrawal-unavailable":      Refused(_C.PROVIDER_UNAVAILABLE),
    "account-already-exists":      Unknown("Hub2 speaks of an account that exists"),
    "cancellation-already-done":   Unknown("Hub2 speaks of a cancellation"),
    "missing-funds-reservation":   Unknown("Hub2 misses a reservation of funds"),
}

# What a status says when its body's code is in no table.
REFUSING_STATUSES: Final[Mapping[int, FailureCode]] = {
    400: _C.INVALID_REQUEST,
    401: _C.INVALID_CREDENTIALS,
    402: _C.INSUFFICIENT_FUNDS,
    403: _C.INVALID_CREDENTIALS,
    404: _C.INVALID_REQUEST,
}
# fmt: on
TOO_MANY: Final = 429


def failed(table: Mapping[str, Outcome], code: str | None, message: str, reference: str) -> Outcome:
    """Say what a failure code makes of a payment or a transfer; one that no table has proves nothing."""
    found = table.get(code or "", Unknown(f"failed, and {code!r} is in no table"))
    return _with_words(found, message, code, reference)


def error(code: str | None, message: str, status: int) -> Outcome:
    """Say what a well-formed error body makes of a call that moves money."""
    found = ERROR_CODES.get(code or "", Refused(REFUSING_STATUSES[status]))
    return _with_words(found, message, code, None)


def _with_words(found: Outcome, message: str, code: str | None, reference: str | None) -> Outcome:
    match found:
        case Declined():
            return replace(found, message=message, provider_code=code, reference=reference)
        case Refused():
            return replace(found, message=message, provider_code=code)
        case Cancelled() | Expired():
            return replace(found, reference=reference)
        case _:
            return found
