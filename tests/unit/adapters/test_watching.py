"""What processes note of the ways they go, and what they tell one another."""

import asyncio

from zerofee.adapters.watching import SharedWatch
from zerofee.domain.health import BreakerRules, Circuit, Way
from zerofee.domain.ids import ConnectionId

CONNECTION = ConnectionId("con_a")
ORANGE = Way(CONNECTION, "orange")
MTN = Way(CONNECTION, "mtn")
RULES = BreakerRules(calls=4, open_s=15)


class Stopwatch:
    """Shows what it is told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def broken(watch: SharedWatch, way: Way, calls: int = 4) -> None:
    for _ in range(calls):
        watch.called(way, faulty=True, slow=False)


def test_tells_nothing_of_what_it_has_not_seen() -> None:
    assert SharedWatch(RULES).health([CONNECTION]) == {}


def test_counts_a_call_for_the_connection_and_for_its_operator() -> None:
    watch = SharedWatch(RULES)
    watch.called(ORANGE, faulty=False, slow=True)
    watch.ended(MTN, paid=True)

    known = watch.health([CONNECTION])

    assert (known[Way(CONNECTION)].calls, known[Way(CONNECTION)].paid) == (1, 1)
    assert (known[ORANGE].calls, known[ORANGE].slow, known[ORANGE].ended) == (1, 1, 0)
    assert (known[MTN].calls, known[MTN].ended) == (0, 1)


def test_closes_an_operator_off_and_leaves_the_others_open() -> None:
    watch = SharedWatch(RULES)
    for _ in range(10):
        watch.called(MTN, faulty=False, slow=False)
    broken(watch, ORANGE)

    assert not watch.lets_through(ORANGE)
    assert watch.lets_through(MTN)


def test_tries_a_way_out_once_its_time_has_come() -> None:
    time = Stopwatch()
    watch = SharedWatch(RULES, stopwatch=time)
    broken(watch, Way(CONNECTION))
    assert watch.health([CONNECTION])[Way(CONNECTION)].circuit is Circuit.OPEN

    time.seconds += 15

    assert watch.health([CONNECTION])[Way(CONNECTION)].circuit is Circuit.HALF_OPEN
    assert watch.lets_through(Way(CONNECTION))
    assert not watch.lets_through(Way(CONNECTION))
    watch.called(Way(CONNECTION), faulty=False, slow=False)
    assert watch.lets_through(Way(CONNECTION))


def test_does_not_spend_a_probe_on_a_call_that_does_not_go() -> None:
    time = Stopwatch()
    watch = SharedWatch(RULES, stopwatch=time)
    broken(watch, ORANGE)
    time.seconds += 10
    watch.hear("circuit con_a mtn open")
    time.seconds += 5

    assert not watch.lets_through(MTN)
    assert watch.lets_through(Way(CONNECTION))


async def test_tells_the_other_processes() -> None:
    told: list[str] = []

    async def tell(news: str) -> None:
        told.append(news)

    time = Stopwatch()
    watch, other = SharedWatch(RULES, tell, time), SharedWatch(RULES, stopwatch=time)
    broken(watch, ORANGE)
    await asyncio.sleep(0)
    for news in told:
        other.hear(news)

    assert not other.lets_through(ORANGE)
    told.clear()
    time.seconds += 15
    assert watch.lets_through(ORANGE)
    watch.called(ORANGE, faulty=False, slow=False)
    await asyncio.sleep(0)
    for news in told:
        other.hear(news)
    assert other.lets_through(ORANGE)


def test_passes_over_news_that_it_does_not_know() -> None:
    watch = SharedWatch(RULES)
    for news in ("", "key abc", "circuit con_a", "circuit con_a orange ajar"):
        watch.hear(news)

    assert watch.lets_through(ORANGE)


def test_hears_again_of_what_it_knows_and_goes_by_its_own_time() -> None:
    time = Stopwatch()
    watch = SharedWatch(RULES, stopwatch=time)
    broken(watch, Way(CONNECTION))
    time.seconds += 10

    watch.hear("circuit con_a * open")
    time.seconds += 5

    assert watch.lets_through(Way(CONNECTION))


def test_forgets_the_connections_that_it_has_known_longest() -> None:
    watch = SharedWatch(RULES)
    for number in range(10_001):
        watch.ended(Way(ConnectionId(f"con_{number}")), paid=True)

    assert watch.health([ConnectionId("con_0")]) == {}
    assert watch.health([ConnectionId("con_10000")]) != {}
