"""The real clock and the real chance: the only file that asks the machine for either."""

import asyncio
import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from zerofee.domain.ids import CHANCE_BITS, UNGUESSABLE, IdKind, IdT, make_id

# 48 random bits keep the next id of a millisecond unguessable, and leave room for 2^32 of them.
_STEP_BITS: Final = 48
_UUID_BITS: Final = 128
_WHOLE_BITS: Final = 128
_PAGE: Final = 4096
_NS_PER_MS: Final = 1_000_000


class SystemClock:
    """The machine's clock, set by the storage's where that differs."""

    def __init__(self) -> None:
        """Begin by the machine's own."""
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Give the time as an aware datetime in UTC."""
        return datetime.now(UTC) + self._ahead

    def follow(self, told: datetime) -> None:
        """Go by a clock that shows `told`."""
        self._ahead += told - self.now()

    async def sleep(self, seconds: int) -> None:
        """Wait, while others work."""
        await asyncio.sleep(seconds)


class SystemIds:
    """
    Random ids that sort by birth within one process, also when the clock stands still or goes back.

    Within a millisecond, chance grows by a random step, so that no id tells the next one.
    """

    def __init__(self) -> None:
        """Begin before all time."""
        self._at_ms = 0
        self._chance = 0
        self._pool = _Pool()

    def new(self, kind: IdKind[IdT]) -> IdT:
        """Make an id of `kind` that sorts after all that this source made before; an `UNGUESSABLE` one sorts anyhow."""
        if kind in UNGUESSABLE:
            whole = self._pool.take(_WHOLE_BITS)
            return make_id(kind, whole >> CHANCE_BITS, whole & (1 << CHANCE_BITS) - 1)
        at_ms = time.time_ns() // _NS_PER_MS
        if at_ms > self._at_ms:
            self._at_ms, self._chance = at_ms, self._pool.take(CHANCE_BITS)
        else:
            self._chance += 1 + self._pool.take(_STEP_BITS)
        if self._chance >> CHANCE_BITS:
            self._at_ms, self._chance = self._at_ms + 1, self._pool.take(CHANCE_BITS)
        return make_id(kind, self._at_ms, self._chance)

    def key(self) -> str:
        """Make a random UUID (version 4)."""
        return str(UUID(int=self._pool.take(_UUID_BITS), version=4))


class _Pool:
    """
    The system's chance, fetched a page at a time: each system call costs as much as all else about an id.

    A forked process starts with an empty pool, so that no two ever draw the same.
    """

    def __init__(self) -> None:
        self._bytes = b""
        self._used = 0
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._empty)

    def take(self, bits: int) -> int:
        length = bits // 8
        if self._used + length > len(self._bytes):
            self._bytes, self._used = secrets.token_bytes(_PAGE), 0
        begin, self._used = self._used, self._used + length
        return int.from_bytes(self._bytes[begin : self._used])

    def _empty(self) -> None:
        self._bytes, self._used = b"", 0
