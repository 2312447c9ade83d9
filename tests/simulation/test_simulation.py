"""
Merchants, processes that are killed, a storage that goes away, and banks that err: all drawn from a seed.

P1 to P3 are checked when everything has come to rest. `make chaos` runs ten thousand seeds and more.
"""

import asyncio
from random import Random

import pytest

from tests.simulation.__main__ import some
from tests.simulation.loop import Deadlock, run
from tests.simulation.story import Broken, Plot, tell

SEEDS = 300
CHUNK = 15


@pytest.mark.parametrize("first", range(1, SEEDS + 1, CHUNK))
def test_keeps_every_promise_whatever_happens(first: int) -> None:
    assert some((first, first + CHUNK)) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_keeps_every_promise_through_an_hour_of_faults(seed: int) -> None:
    """Slow, busy, cut after charging, garbage, webhooks twice and out of order, for an hour of simulated time."""
    tell(Plot(seed=seed, payments=120, seconds=3600, pace_s=4))


def test_tells_how_to_replay_a_broken_promise() -> None:
    assert "python -m tests.simulation 42" in str(Broken(42, ["a payer was charged twice"]))


def test_an_hour_passes_at_once_when_nobody_does_anything() -> None:
    async def wait() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert run(wait(), Random(1)) == 3600


def test_notices_that_everybody_waits_for_nothing() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock):
        run(wait(), Random(1))


def test_the_same_seed_tells_the_same_story() -> None:
    async def story(chance: Random) -> list[int]:
        said: list[int] = []

        async def speak(number: int) -> None:
            for _ in range(3):
                await asyncio.sleep(chance.random())
                said.append(number)

        await asyncio.gather(*(speak(number) for number in range(5)))
        return said

    first, again, other = (run(story(chance), chance) for chance in (Random(1), Random(1), Random(2)))
    assert first == again != other
