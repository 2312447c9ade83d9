from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.endpoint import (
    DisabledBecause,
    EndpointStatus,
    after_failure,
    after_success,
    disabled,
    enabled,
    event_names,
    resealed,
    wants,
)
from zerofee.domain.event import EventType
from zerofee.domain.new_payment import InvalidField
from zerofee.testing.builders import an_endpoint

FIVE_DAYS = timedelta(days=5)


@pytest.mark.parametrize(
    ("names", "event", "wanted"),
    [
        (["*"], EventType.PAYMENT_CREATED, True),
        (["payment.*"], EventType.PAYMENT_FAILED, True),
        (["payment.*"], EventType.REFUND_CREATED, False),
        (["refund.created", "payment.failed"], EventType.PAYMENT_FAILED, True),
        (["payment.failed"], EventType.PAYMENT_SUCCEEDED, False),
        (["*"], EventType.ENDPOINT_TEST, False),
    ],
)
def test_hears_of_what_it_wants(names: list[str], event: EventType, wanted: bool) -> None:
    endpoint = an_endpoint(events=event_names(names))

    assert wants(endpoint, event) is wanted
    assert not wants(disabled(endpoint, DisabledBecause.BY_APP), event)


@pytest.mark.parametrize("names", [[], ["payment"], ["payment.paid"], ["webhook_endpoint.*"], [""], ["*.created"]])
def test_refuses_names_that_are_no_events(names: list[str]) -> None:
    with pytest.raises(InvalidField):
        event_names(names)


def test_is_disabled_after_days_of_failure_and_ten_tries() -> None:
    endpoint = an_endpoint()
    for hours in range(0, 24 * 5, 13):
        endpoint = after_failure(endpoint, START + timedelta(hours=hours), FIVE_DAYS, gone=False)
    assert (endpoint.failures, endpoint.status) == (10, EndpointStatus.ENABLED)

    endpoint = after_failure(endpoint, START + FIVE_DAYS, FIVE_DAYS, gone=False)

    assert (endpoint.status, endpoint.disabled_because) == (EndpointStatus.DISABLED, DisabledBecause.FAILING)


def test_few_tries_do_not_disable_it_however_long_ago() -> None:
    endpoint = after_failure(an_endpoint(), START, FIVE_DAYS, gone=False)

    endpoint = after_failure(endpoint, START + 2 * FIVE_DAYS, FIVE_DAYS, gone=False)

    assert endpoint.status is EndpointStatus.ENABLED


def test_one_success_forgives_everything() -> None:
    failing = after_failure(an_endpoint(), START, FIVE_DAYS, gone=False)

    forgiven = after_success(failing)

    assert (forgiven.failing_since, forgiven.failures) == (None, 0)
    assert after_success(forgiven) is forgiven


def test_one_that_is_gone_is_disabled_at_once_and_can_be_enabled() -> None:
    gone = after_failure(an_endpoint(), START, FIVE_DAYS, gone=True)

    assert gone.disabled_because is DisabledBecause.GONE
    assert enabled(gone).failing_since is None


def test_what_disables_an_endpoint_does_not_say_so_twice() -> None:
    off = disabled(an_endpoint(), DisabledBecause.BY_APP)

    assert after_failure(off, START, FIVE_DAYS, gone=True).disabled_because is DisabledBecause.BY_APP


def test_a_replaced_secret_signs_for_a_day() -> None:
    endpoint = resealed(an_endpoint(sealed=b"old"), b"new", START)

    assert (endpoint.sealed, endpoint.previous_sealed) == (b"new", b"old")
    assert endpoint.previous_until == START + timedelta(hours=24)
