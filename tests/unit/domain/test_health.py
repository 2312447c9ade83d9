"""When a way is closed off, when it is tried again, and what routing is told."""

import pytest

from zerofee.domain.health import (
    BreakerRules,
    Circuit,
    Health,
    Record,
    after_call,
    after_end,
    after_probing,
    circuit,
    closed,
    health_of,
    opened,
)

RULES = BreakerRules()
NOW = 1_000_000
OPEN_MS = RULES.open_s * 1000


def called(times: int, faults: int, *, record: Record | None = None, now_ms: int = NOW, slow: int = 0) -> Record:
    """Count so many calls, the faulty ones last."""
    record = record or Record()
    for number in range(times):
        record = after_call(record, RULES, now_ms, faulty=number >= times - faults, slow=number < slow)
    return record


@pytest.mark.parametrize(
    ("calls", "faults", "state"),
    [
        (19, 19, Circuit.CLOSED),
        (20, 9, Circuit.CLOSED),
        (20, 10, Circuit.OPEN),
        (40, 20, Circuit.OPEN),
        (100, 49, Circuit.CLOSED),
    ],
)
def test_opens_at_half_of_twenty_calls(calls: int, faults: int, state: Circuit) -> None:
    """CAL-2."""
    assert circuit(called(calls, faults), RULES, NOW) is state


def test_forgets_what_is_older_than_its_span() -> None:
    record = called(19, 19)

    later = called(1, 1, record=record, now_ms=NOW + RULES.span_s * 1000 + 5000)

    assert circuit(later, RULES, NOW) is Circuit.CLOSED
    assert health_of(later, RULES, NOW + RULES.span_s * 1000 + 5000).calls == 1


class TestOpen:
    def test_lasts_fifteen_seconds(self) -> None:
        record = opened(Record(), NOW)

        assert circuit(record, RULES, NOW + OPEN_MS - 1) is Circuit.OPEN
        assert circuit(record, RULES, NOW + OPEN_MS) is Circuit.HALF_OPEN

    def test_lets_one_call_through_at_a_time(self) -> None:
        record = after_probing(opened(Record(), NOW), NOW + OPEN_MS)

        assert circuit(record, RULES, NOW + OPEN_MS) is Circuit.OPEN
        assert circuit(record, RULES, NOW + 2 * OPEN_MS) is Circuit.HALF_OPEN

    def test_ends_with_a_probe_that_was_answered(self) -> None:
        record = after_probing(opened(Record(), NOW), NOW + OPEN_MS)

        assert after_call(record, RULES, NOW + OPEN_MS, faulty=False, slow=False) == closed(record) == Record()

    def test_begins_anew_with_a_probe_that_was_not(self) -> None:
        record = after_probing(opened(Record(), NOW), NOW + OPEN_MS)

        again = after_call(record, RULES, NOW + OPEN_MS, faulty=True, slow=False)

        assert circuit(again, RULES, NOW + 2 * OPEN_MS - 1) is Circuit.OPEN

    @pytest.mark.parametrize("faulty", [True, False])
    def test_learns_nothing_from_a_call_that_was_begun_before(self, faulty: bool) -> None:
        record = opened(Record(), NOW)

        assert after_call(record, RULES, NOW + 1, faulty=faulty, slow=False) == record


class TestAiling:
    def test_needs_some_calls(self) -> None:
        assert not Health(calls=9, faults=9).ails

    @pytest.mark.parametrize(("faults", "slow", "ails"), [(4, 0, False), (5, 0, True), (0, 9, False), (0, 10, True)])
    def test_is_a_quarter_faulty_or_half_slow(self, faults: int, slow: int, ails: bool) -> None:
        assert Health(calls=20, faults=faults, slow=slow).ails is ails

    def test_is_counted_call_by_call(self) -> None:
        assert health_of(called(12, 3, slow=4), RULES, NOW) == Health(calls=12, faults=3, slow=4)


class TestRate:
    def test_is_a_half_while_nothing_is_known(self) -> None:
        assert Health().paid_per_mille == 500

    def test_follows_the_ends(self) -> None:
        record = Record()
        for number in range(98):
            record = after_end(record, paid=number < 49)

        assert health_of(record, RULES, NOW).paid_per_mille == 500
        assert (record.paid, record.ended) == (49, 98)

    def test_counts_what_is_long_ago_less(self) -> None:
        record = Record()
        for _ in range(400):
            record = after_end(record, paid=True)
        for _ in range(400):
            record = after_end(record, paid=False)

        assert health_of(record, RULES, NOW).paid_per_mille < 300
