"""An event loop without a clock or a socket: time jumps when nobody has anything to do, and chance says who is next."""

import asyncio
import selectors
from collections import deque
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from typing_extensions import override

from zerofee.adapters.memory.clock import START, ToldClock

T = TypeVar("T")


class Deadlock(Exception):
    """Everybody waits, and for nothing that time would bring."""


class _NoSelector(selectors.BaseSelector):
    """Stands where the loop would wait for sockets, and lets the time pass instead."""

    def __init__(self) -> None:
        self.loop: SimulatedLoop | None = None
        self._keys: dict[int, selectors.SelectorKey] = {}

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Deadlock
        if self.loop is not None and timeout > 0:
            self.loop.pass_time(timeout)
        return []

    @override
    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._keys.setdefault(fileobj, selectors.SelectorKey(fileobj, fileobj, events, data))

    @override
    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    @override
    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class SimulatedLoop(asyncio.SelectorEventLoop):
    """
    Runs ready tasks in an order that `chance` chooses, and jumps to the next timer when none is ready.

    So a run is told by its seed alone, and an hour of it takes no longer than what happens in it.
    """

    def __init__(self, chance: Random) -> None:
        selector = _NoSelector()
        self._simulated_s = 0.0
        self._chance = chance
        super().__init__(selector)
        selector.loop = self

    @override
    def time(self) -> float:
        return self._simulated_s

    def pass_time(self, seconds: float) -> None:
        """Go on to when the next timer is due."""
        self._simulated_s += seconds

    def _run_once(self) -> None:
        ready: deque[asyncio.Handle] = getattr(self, "_ready")  # noqa: B009  the loop's own, without a type
        if len(ready) > 1:
            shuffled = list(ready)
            self._chance.shuffle(shuffled)
            ready.clear()
            ready.extend(shuffled)
        super()._run_once()  # type: ignore[misc]  # it is there, and has no type


class LoopClock(ToldClock):
    """The time of the loop that runs; waiting lets others go on."""

    @override
    def now(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time())

    @override
    async def sleep(self, seconds: int) -> None:
        await asyncio.sleep(seconds)


def run(story: Coroutine[Any, Any, T], chance: Random) -> T:
    """Run `story` to its end in simulated time."""
    with asyncio.Runner(loop_factory=lambda: SimulatedLoop(chance)) as runner:
        return runner.run(story)
