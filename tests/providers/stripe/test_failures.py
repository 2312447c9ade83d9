from itertools import combinations
from typing import Any

import pytest

from tests.providers.stripe.published import DATA, description
from zerofee.adapters.providers.stripe.failures import (
    DECLINE_CODES,
    DECLINES,
    MOVED,
    REFUND_FAILURES,
    REFUSALS,
    UNCLEAR,
    declined,
    refused,
)
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Declined, Refused, Unknown

CLASSES = {"refusals": set(REFUSALS), "declines": set(DECLINES), "moved": set(MOVED), "unclear": set(UNCLEAR)}


def published_codes() -> set[str]:
    intent: dict[str, Any] = description()["components"]["schemas"]["payment_intent"]
    return {code for code in intent["properties"]["last_payment_error"]["properties"]["code"]["enum"] if code}


def test_every_published_error_code_is_in_exactly_one_class() -> None:
    """OUT-6."""
    assert set().union(*CLASSES.values()) == published_codes()
    for (one, codes), (other, more) in combinations(CLASSES.items(), 2):
        assert codes & more == set(), f"in {one} and in {other}"


def test_every_published_decline_code_has_its_words_in_ours() -> None:
    assert set(DECLINE_CODES) == set((DATA / "decline_codes.txt").read_text().split())


def test_every_published_reason_of_a_failed_refund_has_its_words_in_ours() -> None:
    """The list stands in the documents' text, not in a schema."""
    assert set(REFUND_FAILURES) == {
        "charge_for_pending_refund_disputed",
        "declined",
        "expired_or_canceled_card",
        "insufficient_funds",
        "lost_or_stolen_card",
        "merchant_request",
        "unknown",
    }


@pytest.mark.parametrize(
    ("code", "decline_code", "ours", "soft"),
    [
        ("card_declined", "insufficient_funds", FailureCode.INSUFFICIENT_FUNDS, False),
        ("card_declined", "generic_decline", FailureCode.DECLINED, True),
        ("card_declined", "stolen_card", FailureCode.FRAUD_SUSPECTED, False),
        ("card_declined", "withdrawal_count_limit_exceeded", FailureCode.LIMIT_EXCEEDED, False),
        ("card_declined", "not_thought_of_yet", FailureCode.DECLINED, False),
        ("card_declined", None, FailureCode.DECLINED, True),
        ("expired_card", "expired_card", FailureCode.EXPIRED_INSTRUMENT, False),
        ("incorrect_cvc", "incorrect_cvc", FailureCode.INVALID_PAYER, False),
        ("processing_error", None, FailureCode.DECLINED, True),
        ("payment_intent_authentication_failure", None, FailureCode.AUTHENTICATION_FAILED, False),
        ("not_thought_of_yet", None, FailureCode.DECLINED, False),
        (None, None, FailureCode.DECLINED, False),
    ],
)
def test_a_card_is_declined_in_our_words(
    code: str | None, decline_code: str | None, ours: FailureCode, soft: bool
) -> None:
    assert declined(code, decline_code, "No.") == Declined(ours, "No.", decline_code or code, soft=soft)


def test_a_soft_no_is_never_one_that_a_second_bank_line_would_repeat() -> None:
    repeated = {FailureCode.INSUFFICIENT_FUNDS, FailureCode.FRAUD_SUSPECTED, FailureCode.INVALID_PAYER}

    assert not [code for code, (ours, soft) in {**DECLINES, **DECLINE_CODES}.items() if soft and ours in repeated]


def test_keeps_the_word_of_a_refusal() -> None:
    assert refused("amount_too_large") == Refused(FailureCode.UNSUPPORTED, provider_code="amount_too_large")
    assert refused("not_thought_of_yet") == Refused(FailureCode.INVALID_REQUEST, provider_code="not_thought_of_yet")
    assert isinstance(refused("idempotency_key_in_use"), Unknown)
