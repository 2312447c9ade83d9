"""Every reason for a failure has words, and says whether a new payment may help."""

import pytest

from zerofee.domain.failure import Failure, FailureCode

RETRYABLE = {
    FailureCode.INSUFFICIENT_FUNDS,
    FailureCode.CUSTOMER_REJECTED,
    FailureCode.AUTHENTICATION_FAILED,
    FailureCode.LIMIT_EXCEEDED,
    FailureCode.TIMED_OUT,
    FailureCode.PROVIDER_UNAVAILABLE,
}


@pytest.mark.parametrize("code", FailureCode)
def test_has_words_and_a_say_on_trying_again(code: FailureCode) -> None:
    failure = Failure.of(code)

    assert failure.message.endswith(".")
    assert failure.retryable is (code in RETRYABLE)


def test_keeps_the_providers_own_words() -> None:
    failure = Failure.of(FailureCode.DECLINED, "Do not honor", "05")

    assert (failure.message, failure.provider_code) == ("Do not honor", "05")
