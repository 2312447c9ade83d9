"""What goes wrong, and how often: every fault of a run is drawn here, from its seed."""

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from random import Random
from typing import Final

from zerofee.domain.ports.store import StorageUnavailable

_LONGEST_CALL_S: Final = 40


class Trouble(Enum):
    """How one call to a provider goes."""

    NONE = auto()
    NOT_SENT = auto()
    BUSY = auto()
    LOST_BEFORE = auto()
    LATE = auto()
    LOST_AFTER = auto()
    GARBAGE = auto()


@dataclass(slots=True)
class Weather:
    """
    Chance with a temper. `rough` is how many calls in a hundred go wrong; nought is a calm day.

    `storage_back_at_s` is when a storage that is away comes back, by the loop's time.
    """

    chance: Random
    rough: int
    storage_back_at_s: float = 0.0

    def happens(self, in_a_hundred: int) -> bool:
        """Draw once."""
        return self.chance.randrange(100) < in_a_hundred

    def trouble(self) -> Trouble:
        """Draw how a call to a provider goes."""
        if not self.happens(self.rough):
            return Trouble.NONE
        return self.chance.choice(tuple(Trouble))

    async def travel(self) -> None:
        """Let a call take its time: most often none, sometimes longer than anybody waits."""
        if self.happens(self.rough // 8):
            await asyncio.sleep(self.chance.randrange(_LONGEST_CALL_S))
        elif self.happens(30):
            await asyncio.sleep(self.chance.random())
        else:
            await asyncio.sleep(0)

    async def pause(self) -> None:
        """Let others come between."""
        await asyncio.sleep(self.chance.random() * 3 if self.happens(self.rough // 3) else 0)

    def storage_fault(self) -> bool:
        """Say whether the storage does not do what it is asked now; at times it is away for some seconds."""
        now = asyncio.get_running_loop().time()
        if now < self.storage_back_at_s:
            return True
        if self.rough and self.chance.randrange(5000) < self.rough:
            self.storage_back_at_s = now + self.chance.randrange(15)
            return True
        return self.rough > 0 and self.chance.randrange(2000) < self.rough

    def refuse(self) -> None:
        """Raise `StorageUnavailable` if the storage is away."""
        if self.storage_fault():
            raise StorageUnavailable

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self.rough = 0
        self.storage_back_at_s = 0.0
