"""Values that are fetched once for all who wait, and kept in this process for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

T = TypeVar("T")

# One token per account, one certificate per signer: more than this is somebody making keys up.
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """A value, and until when it may be given to others; `None` keeps it from all but those who waited."""

    value: T
    until: datetime | None


@dataclass(slots=True)
class Shelf(Generic[T]):
    """One value a key; whoever asks while it is being fetched waits for that one fetch."""

    _kept: dict[str, Fetched[T]] = field(default_factory=dict, repr=False)
    _under_way: dict[str, asyncio.Task[T]] = field(default_factory=dict, repr=False)

    async def get(self, key: str, now: datetime, fetch: Callable[[], Awaitable[Fetched[T]]]) -> T:
        """Give what is kept, else what is being fetched, else fetch it."""
        kept = self._kept.get(key)
        if kept is not None and kept.until is not None and now < kept.until:
            return kept.value
        task = self._under_way.get(key)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = asyncio.create_task(self._fetch(key, now, fetch))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        # Whoever stops waiting must not stop the fetch that others wait for.
        return await asyncio.shield(task)

    def drop(self, key: str, value: T) -> None:
        """Forget a value that proved bad, unless another has taken its place."""
        kept = self._kept.get(key)
        if kept is not None and kept.value == value:
            del self._kept[key]

    async def _fetch(self, key: str, now: datetime, fetch: Callable[[], Awaitable[Fetched[T]]]) -> T:
        found = await fetch()
        if found.until is not None:
            self._make_room(now)
            self._kept[key] = found
        return found.value

    def _landed(self, key: str, task: asyncio.Task[T]) -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]

    def _make_room(self, now: datetime) -> None:
        for key in [key for key, kept in self._kept.items() if kept.until is None or kept.until <= now]:
            del self._kept[key]
        while len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
