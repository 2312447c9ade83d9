import pytest

from tests.providers.hub2.samples import (
    PAYOUT,
    a_payment,
    a_transfer,
    an_error,
    an_intent,
    an_order,
    attempted,
    reply,
    way,
)
from zerofee.adapters.providers.hub2.failures import ERROR_CODES, PAYMENT_FAILURES, TRANSFER_FAILURES
from zerofee.adapters.providers.hub2.responses import read_asked_intent, read_attempt
from zerofee.adapters.providers.hub2.transfers import read_asked_transfer
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Cancelled, Declined, Expired, Outcome, Refused, Unknown
from zerofee.domain.scope import Environment

C = FailureCode
LIVE = Environment.LIVE

# What the documents and clients name, with its class; the tables are compared with this, code by code.
PAYMENT_CODES: dict[str, tuple[type[Outcome], FailureCode | None]] = {
    "customer_insufficient_funds": (Declined, C.INSUFFICIENT_FUNDS),
    "authentication_failed": (Declined, C.AUTHENTICATION_FAILED),
    "authentication_timeout": (Expired, None),
    "canceled_by_customer": (Cancelled, None),
    "canceled": (Cancelled, None),
    "customer_account_locked": (Declined, C.INVALID_PAYER),
    "fraud_suspicion": (Declined, C.FRAUD_SUSPECTED),
    "payer_quota_exceeded": (Declined, C.LIMIT_EXCEEDED),
    "unsupported_currency": (Refused, C.UNSUPPORTED),
    "bad_parameters": (Refused, C.INVALID_REQUEST),
    "duplicate_request": (Unknown, None),
    "service_unavailable": (Refused, C.PROVIDER_UNAVAILABLE),
    "too_many_request": (Refused, C.PROVIDER_UNAVAILABLE),
    "forbidden_by_provider": (Refused, C.UNSUPPORTED),
    "invalid_payment_processor": (Refused, C.UNSUPPORTED),
    "timeout": (Unknown, None),
    "unknown_reason": (Unknown, None),
    "unknown_reason_orange": (Unknown, None),
    "internal_error": (Unknown, None),
    "wave_payment_expired": (Expired, None),
    "payment_intent_expired": (Expired, None),
    "invalid_msisdn": (Declined, C.INVALID_PAYER),
    "invalid_sandbox_msisdn": (Declined, C.INVALID_PAYER),
    "blacklisted_msisdn": (Declined, C.INVALID_PAYER),
}
TRANSFER_CODES: dict[str, tuple[type[Outcome], FailureCode | None]] = {
    "insufficient_funds": (Refused, C.INSUFFICIENT_FUNDS),
    "invalid_amount": (Refused, C.INVALID_REQUEST),
    "invalid_destination": (Declined, C.INVALID_PAYER),
    "destination_not_allowed": (Declined, C.INVALID_PAYER),
    "blacklisted_msisdn": (Declined, C.INVALID_PAYER),
    "fraud_suspicion": (Declined, C.FRAUD_SUSPECTED),
    "unsupported_currency": (Refused, C.UNSUPPORTED),
    "canceled": (Cancelled, None),
    "bad_request": (Refused, C.INVALID_REQUEST),
    "duplicate_request": (Unknown, None),
    "forbidden_by_provider": (Refused, C.UNSUPPORTED),
    "invalid_payment_processor": (Refused, C.UNSUPPORTED),
    "service_unavailable": (Refused, C.PROVIDER_UNAVAILABLE),
    "too_many_request": (Refused, C.PROVIDER_UNAVAILABLE),
    "timeout": (Unknown, None),
    "unknown_reason": (Unknown, None),
    "internal_error": (Unknown, None),
}
ERRORS: dict[str, tuple[type[Outcome], FailureCode | None]] = {
    "account-already-exists": (Unknown, None),
    "cancellation-already-done": (Unknown, None),
    "insufficient-funds": (Refused, C.INSUFFICIENT_FUNDS),
    "invalid-currency": (Refused, C.UNSUPPORTED),
    "locked-account": (Refused, C.INVALID_CREDENTIALS),
    "transaction-not-found": (Refused, C.INVALID_REQUEST),
    "currency-not-found": (Refused, C.UNSUPPORTED),
    "withdrawal-unavailable": (Refused, C.PROVIDER_UNAVAILABLE),
    "missing-funds-reservation": (Unknown, None),
    "merchant-not-found": (Refused, C.INVALID_CREDENTIALS),
}


def test_puts_every_documented_code_into_one_class_and_no_other_code() -> None:
    """OUT-6."""
    assert PAYMENT_FAILURES.keys() == PAYMENT_CODES.keys()
    assert TRANSFER_FAILURES.keys() == TRANSFER_CODES.keys()
    assert ERROR_CODES.keys() == ERRORS.keys()


@pytest.mark.parametrize(("word", "meant"), PAYMENT_CODES.items())
def test_reads_why_a_payment_failed(word: str, meant: tuple[type[Outcome], FailureCode | None]) -> None:
    failed = a_payment("failed", failure={"code": word, "message": "Why."})

    outcome = read_asked_intent(reply(an_intent("payment_required", failed)), attempted(an_order()), way(), LIVE)

    assert (type(outcome), getattr(outcome, "code", None)) == meant
    if isinstance(outcome, Declined | Refused):
        assert (outcome.provider_code, outcome.message) == (word, "Why.")


@pytest.mark.parametrize(("word", "meant"), TRANSFER_CODES.items())
def test_reads_why_a_transfer_failed(word: str, meant: tuple[type[Outcome], FailureCode | None]) -> None:
    failed = a_transfer("failed", failure={"code": word, "message": "Why."})

    outcome = read_asked_transfer(reply(failed), PAYOUT, LIVE)

    assert (type(outcome), getattr(outcome, "code", None)) == meant


@pytest.mark.parametrize(("word", "meant"), ERRORS.items())
def test_reads_an_error_of_a_call_that_moves_money(word: str, meant: tuple[type[Outcome], FailureCode | None]) -> None:
    outcome = read_attempt(an_error(400, word), attempted(an_order()), way(), LIVE)

    assert (type(outcome), getattr(outcome, "code", None)) == meant


@pytest.mark.parametrize("failure", [None, {}, {"code": "brand_new", "message": "?"}])
def test_believes_no_failure_without_a_known_reason(failure: object) -> None:
    failed = a_payment("failed", failure=failure)

    outcome = read_asked_intent(reply(an_intent("payment_required", failed)), attempted(an_order()), way(), LIVE)

    assert isinstance(outcome, Unknown)
