"""Rung when there is something to deliver, so that nobody has to look every moment."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bell:
    """Heard within this process alone; whoever listens looks by itself now and then."""

    _ears: list[asyncio.Event] = field(default_factory=list)

    def ring(self) -> None:
        """Say to all who listen that there is something."""
        for ear in self._ears:
            ear.set()

    @contextmanager
    def ear(self) -> Iterator[asyncio.Event]:
        """Listen: the event is set by each ring, and cleared by whoever listens."""
        ear = asyncio.Event()
        self._ears.append(ear)
        try:
            yield ear
        finally:
            self._ears.remove(ear)
