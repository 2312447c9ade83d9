from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.delivery import Delivery, DeliveryRules, DeliveryStatus, Heard, Silent, after_try, again
from zerofee.domain.ids import DeliveryId
from zerofee.testing.builders import a_delivery

RULES = DeliveryRules()
URL = "https://shop.example/hooks"


def waited_s(heard: Heard, delivery: Delivery | None = None) -> float:
    tried = after_try(delivery or a_delivery(), URL, heard, START, RULES)
    assert tried.due_at is not None
    return (tried.due_at - START).total_seconds()


def test_follows_the_schedule_and_then_gives_up() -> None:
    delivery, now, waits = a_delivery(), START, []
    while delivery.due_at is not None:
        now = delivery.due_at
        delivery = after_try(delivery, URL, Heard(status=500), now, RULES)
        if delivery.due_at is not None:
            waits.append((delivery.due_at - now).total_seconds())

    assert delivery.status is DeliveryStatus.FAILED
    assert len(delivery.tries) == 10
    for waited, planned in zip(waits, RULES.delays_s[1:], strict=True):
        assert planned * 0.9 <= waited <= planned * 1.1
    assert timedelta(hours=68) < now - START < timedelta(hours=84)


def test_the_waits_of_two_deliveries_differ() -> None:
    waits = {waited_s(Heard(status=500), a_delivery(id=DeliveryId(f"whd_{n}"))) for n in range(20)}

    assert len(waits) > 10


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    delivered = after_try(a_delivery(), URL, Heard(status=status), START, RULES)

    assert (delivered.status, delivered.due_at) == (DeliveryStatus.DELIVERED, None)


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
def test_everything_else_is_tried_again(status: int) -> None:
    assert after_try(a_delivery(), URL, Heard(status=status), START, RULES).status is DeliveryStatus.PENDING


@pytest.mark.parametrize("silent", [silent for silent in Silent if silent is not Silent.ENDPOINT_DELETED])
def test_silence_is_tried_again(silent: Silent) -> None:
    assert after_try(a_delivery(), URL, Heard(silent=silent), START, RULES).due_at is not None


def test_a_receiver_that_is_gone_is_not_asked_again() -> None:
    gone = after_try(a_delivery(), URL, Heard(status=410), START, RULES)

    assert (gone.status, gone.due_at) == (DeliveryStatus.FAILED, None)


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_may_ask_for_a_longer_wait_of_up_to_a_day(status: int) -> None:
    assert waited_s(Heard(status=status, retry_after_s=600)) == 600
    assert waited_s(Heard(status=status, retry_after_s=10**9)) == 86_400
    assert waited_s(Heard(status=status, retry_after_s=0)) >= 4.5
    assert waited_s(Heard(status=500, retry_after_s=600)) <= 5.5


def test_keeps_the_log_of_a_try() -> None:
    heard = Heard(status=500, response="sorry", duration_ms=12)
    [line] = after_try(a_delivery(), URL, heard, START, RULES).tries

    assert (line.at, line.url, line.status, line.response, line.duration_ms) == (START, URL, 500, "sorry", 12)


def test_a_redelivery_is_a_new_row_of_the_same_event() -> None:
    first = after_try(a_delivery(), URL, Heard(status=410), START, RULES)

    noted, anew = again(first, DeliveryId("whd_2"), START)
    _, once_more = again(anew, DeliveryId("whd_3"), START)

    assert noted == replace(first, redelivered=True, version=first.version + 1)
    assert (anew.event_id, anew.status, anew.due_at, anew.tries) == (first.event_id, DeliveryStatus.PENDING, START, ())
    assert anew.redelivery_of == once_more.redelivery_of == first.id
