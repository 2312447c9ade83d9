import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from zerofee.adapters.system import SystemClock
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.domain.ports.work import Work
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.settings import Settings
from zerofee.entrypoints.worker import Step, Trouble, repeat

Do = Callable[[], Awaitable[int]]


def scripted(stop: asyncio.Event, *results: int | Exception) -> tuple[Do, list[int]]:
    """Make a step that gives these results in turn, and ends the loop with the last."""
    calls: list[int] = []

    async def do() -> int:
        result = results[len(calls)]
        calls.append(len(calls))
        if len(calls) == len(results):
            stop.set()
        if isinstance(result, Exception):
            raise result
        return result

    return do, calls


def a_step(do: Do, *, greedy: bool = False) -> Step:
    return Step(name="step", do=do, every_s=0, greedy=greedy)


async def test_goes_on_until_it_is_told_to_stop() -> None:
    stop = asyncio.Event()
    do, calls = scripted(stop, 0, 0, 0)

    await repeat(a_step(do), stop)

    assert len(calls) == 3


async def test_a_greedy_step_does_not_wait_while_it_finds_something() -> None:
    stop = asyncio.Event()
    do, calls = scripted(stop, 50, 50, 0)

    await repeat(Step(name="step", do=do, every_s=3600, greedy=True), stop)

    assert len(calls) == 3


async def test_a_stopped_loop_does_not_sleep_out_its_wait() -> None:
    stop = asyncio.Event()
    do, calls = scripted(stop, 0)

    await repeat(Step(name="step", do=do, every_s=3600), stop)

    assert len(calls) == 1


async def test_does_not_begin_once_it_is_stopped() -> None:
    stop = asyncio.Event()
    do, calls = scripted(stop, 0)
    stop.set()

    await repeat(a_step(do), stop)

    assert calls == []


async def test_a_failure_does_not_end_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trouble, "wait_s", 0)
    stop = asyncio.Event()
    do, calls = scripted(stop, StorageUnavailable(), ValueError("a bug"), 0)

    await repeat(a_step(do), stop)

    assert len(calls) == 3


def test_a_lasting_fault_is_told_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble("due attempts")

    with caplog.at_level(logging.INFO):
        for _ in range(100):
            trouble.happened(StorageUnavailable())
        trouble.passed()
        trouble.passed()

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_another_fault_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble("due attempts")

    trouble.happened(StorageUnavailable())
    trouble.happened(ValueError("a bug"))

    assert len(caplog.records) == 2


def test_a_fault_that_comes_back_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble("due attempts")

    trouble.happened(StorageUnavailable())
    trouble.passed()
    trouble.happened(StorageUnavailable())

    assert [r.levelname for r in caplog.records if r.levelno >= logging.WARNING] == ["WARNING"] * 2


def test_waits_longer_and_longer_but_never_more_than_half_a_minute() -> None:
    trouble = Trouble("due attempts")
    waits = []
    for _ in range(8):
        trouble.happened(StorageUnavailable())
        waits.append(trouble.wait_s)

    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


class OffClock:
    """Work whose storage has a clock of its own, so many seconds ahead of ours."""

    def __init__(self, ahead_s: int) -> None:
        """Remember how far ahead it is."""
        self._ahead = timedelta(seconds=ahead_s)
        self.beats: list[datetime] = []

    async def beat(self, boot_id: str, now: datetime) -> datetime:
        """Keep the beat, and tell the storage's time."""
        self.beats.append(now)
        return SystemClock().now() + self._ahead


@pytest.mark.parametrize("ahead_s", [-3600, -30, 30, 3600])
async def test_goes_by_the_storages_clock(ahead_s: int, caplog: pytest.LogCaptureFixture) -> None:
    """CAL-3: leases and due times of several machines are compared in the storage, so all go by its time."""
    caplog.set_level(logging.ERROR)
    clock, work = SystemClock(), OffClock(ahead_s)
    worker = replace(
        Container(settings=Settings(database_url="memory://")).worker(), work=cast("Work", work), clock=clock
    )

    await worker.beat()
    await worker.beat()

    off = abs(clock.now() - SystemClock().now() - timedelta(seconds=ahead_s))
    assert off < timedelta(seconds=1)
    assert len(work.beats) == 3
    assert abs(work.beats[1] - work.beats[0] - timedelta(seconds=ahead_s)) < timedelta(seconds=1)


async def test_a_clock_that_is_nearly_right_is_right() -> None:
    clock, work = SystemClock(), OffClock(0)
    worker = replace(
        Container(settings=Settings(database_url="memory://")).worker(), work=cast("Work", work), clock=clock
    )

    await worker.beat()

    assert len(work.beats) == 1
