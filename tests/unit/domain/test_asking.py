"""When to ask next, and when "no such thing" is believed."""

from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.asking import AskRules, absence_counts, absence_is_final, next_ask_at, visit_may_ask

RULES = AskRules()


@pytest.mark.parametrize(("asked", "wait_s"), [*enumerate((2, 5, 10, 30, 60, 120, 300))])
def test_asks_soon_at_first(asked: int, wait_s: int) -> None:
    """ASK-2: each wait is spread by a tenth, either way."""
    next_at = next_ask_at(RULES, "att_1", asked, START, START)

    assert next_at is not None
    assert abs(next_at - START - timedelta(seconds=wait_s)) <= timedelta(seconds=wait_s) * 0.1


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(0), timedelta(minutes=15)),
        (timedelta(hours=23, minutes=59), timedelta(minutes=15)),
        (timedelta(days=1), timedelta(hours=1)),
        (timedelta(days=6, hours=23), timedelta(hours=1)),
    ],
)
def test_asks_less_often_later(age: timedelta, wait: timedelta) -> None:
    now = START + age
    next_at = next_ask_at(RULES, "att_1", 7, START, now)

    assert next_at is not None
    assert abs(next_at - now - wait) <= wait * 0.1


def test_leaves_it_to_a_person_after_a_week() -> None:
    assert next_ask_at(RULES, "att_1", 7, START, START + timedelta(days=7)) is None


def test_an_orphan_found_after_a_week_is_asked_about_all_the_same() -> None:
    assert next_ask_at(RULES, "att_1", 0, START, START + timedelta(days=8)) is not None


def test_spreads_the_victims_of_one_fault() -> None:
    times = {next_ask_at(RULES, f"att_{number}", 6, START, START) for number in range(50)}

    assert len(times) > 25
    assert next_ask_at(RULES, "att_1", 6, START, START) == next_ask_at(RULES, "att_1", 6, START, START)


FINAL_FROM = START + timedelta(seconds=900)


@pytest.mark.parametrize(
    ("since", "gap_s", "final"),
    [
        (None, 0, False),
        (FINAL_FROM, 4, False),
        (FINAL_FROM, 5, True),
        (FINAL_FROM - timedelta(seconds=1), 60, False),
    ],
)
def test_absence_is_final_when_heard_twice_late_enough(since: object, gap_s: int, final: bool) -> None:
    """ASK-3."""
    assert since is None or isinstance(since, type(START))
    now = (since or FINAL_FROM) + timedelta(seconds=gap_s)

    assert absence_is_final(since, START, 900, now) is final


def test_absence_counts_from_the_deadline_and_the_providers_own_delay_on() -> None:
    assert not absence_counts(START, 900, FINAL_FROM - timedelta(microseconds=1))
    assert absence_counts(START, 900, FINAL_FROM)


def test_a_visitor_may_ask_a_few_times_at_once_and_then_now_and_then() -> None:
    start, minute = START, START + timedelta(minutes=1)

    assert all(visit_may_ask(asked, start, start) for asked in range(6))
    assert not visit_may_ask(6, start, start)
    assert visit_may_ask(17, start, minute)
    assert not visit_may_ask(18, start, minute)
