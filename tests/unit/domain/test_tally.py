from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerofee.adapters.memory.clock import START
from zerofee.domain.tally import WINDOW, Tally, TallyId, TooManyTries, counted, tally_id

NAME = TallyId("name")


def times(*seconds: int, most: int = 3) -> Tally:
    """Count at so many seconds after the start."""
    tally: Tally | None = None
    for second in seconds:
        tally = counted(tally, NAME, most, START + timedelta(seconds=second))
    assert tally is not None
    return tally


def test_counts_up_to_the_limit() -> None:
    tally = times(0, 10, 20)

    assert (len(tally.moments), tally.version) == (3, 3)
    with pytest.raises(TooManyTries) as refused:
        counted(tally, NAME, 3, START + timedelta(seconds=30))
    assert refused.value.retry_after_s == 3570


def test_the_window_slides() -> None:
    tally = times(0, 10, 20)

    again = counted(tally, NAME, 3, START + timedelta(hours=1))

    assert again.moments == (*tally.moments[1:], START + timedelta(hours=1))
    with pytest.raises(TooManyTries):
        counted(again, NAME, 3, START + timedelta(hours=1, seconds=9))


def test_waits_at_least_a_second() -> None:
    with pytest.raises(TooManyTries) as refused:
        counted(times(0, 10, 20), NAME, 3, START + WINDOW - timedelta(microseconds=1))

    assert refused.value.retry_after_s == 1


def test_a_lowered_limit_counts_what_was_counted_before() -> None:
    with pytest.raises(TooManyTries) as refused:
        counted(times(0, 10, 20), NAME, 1, START + timedelta(seconds=30))

    assert refused.value.retry_after_s == 3590


@given(st.lists(st.integers(0, 4 * 3600), max_size=60).map(sorted), st.integers(1, 6))
def test_no_hour_ever_holds_more_than_the_limit(seconds: list[int], most: int) -> None:
    tally: Tally | None = None
    passed = []
    for second in seconds:
        at = START + timedelta(seconds=second)
        try:
            tally = counted(tally, NAME, most, at)
        except TooManyTries as refusal:
            # Whoever waits as long as they are told gets in.
            counted(tally, NAME, most, at + timedelta(seconds=refusal.retry_after_s))
        else:
            passed.append(at)

    assert all(sum(at - WINDOW < other <= at for other in passed) <= most for at in passed)


def test_a_name_tells_nothing_and_is_of_one_thing_alone() -> None:
    names = {tally_id("tries", "ama@example.com"), tally_id("requests", "ama@example.com"), tally_id("tries", "x")}

    assert len(names) == 3
    assert not any("ama" in name for name in names)
