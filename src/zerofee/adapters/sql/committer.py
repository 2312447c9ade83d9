"""The group committer: sets that wait share one transaction and one wait for the disk, each whole or not at all."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.merging import Outcome, one_by_one, together
from zerofee.adapters.sql.statements import Statements
from zerofee.adapters.sql.units import Unit
from zerofee.domain.change_set import ChangeSet
from zerofee.domain.ports.store import StorageUnavailable

# Enough to share a wait for the disk among all who can wait; few enough that the first of them does not wait long.
_MOST: Final = 256

Waiting = tuple[Unit, asyncio.Future[None]]


class Committer:
    """
    The `Commit` port.

    There is no timer: whoever arrives while a transaction runs is in the next one, and a lone set waits for
    nobody. A caller that goes away before its set's turn takes the set along; afterwards the set is written all the
    same, and nobody else notices.
    """

    def __init__(self, engine: Engine, statements: Statements) -> None:
        """Write by `engine`."""
        self._engine = engine
        self._statements = statements
        self._waiting: deque[Waiting] = deque()
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def __call__(self, changes: ChangeSet) -> None:
        if self._closed:
            raise StorageUnavailable
        unit = Unit.of(changes, self._statements.writes)
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        await done

    async def close(self) -> None:
        """Take no more sets, and return when all that wait are written."""
        self._closed = True
        if self._running is not None:
            await self._running

    async def _run(self) -> None:
        try:
            while self._waiting:
                round_ = [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
                later = await self._write([entry for entry in round_ if not entry[1].done()])
                self._waiting.extendleft(reversed(later))
        finally:
            self._running = None

    async def _write(self, round_: Sequence[Waiting]) -> list[Waiting]:
        """Write what can be written now and answer it; give back what must wait for the next round."""
        units = [unit for unit, _ in round_]
        try:
            outcome = await self._tried(units)
        except StorageUnavailable as error:
            outcome = Outcome({place: _like(error) for place in range(len(units))})
        except Exception as error:  # noqa: BLE001  a bug, and the answer of all of them
            outcome = Outcome(dict.fromkeys(range(len(units)), error))
        for place, answer in outcome.answers.items():
            _answer(round_[place][1], answer)
        return [entry for place, entry in enumerate(round_) if place not in outcome.answers]

    async def _tried(self, units: Sequence[Unit]) -> Outcome:
        writes, known = self._statements.writes, self._statements.known_claims
        try:
            return await self._engine.transact(lambda: together(units, writes, known))
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001  each set by itself will show whose it is
            # Most often `Missed` or `Refused`; but one set may as well hold what the driver cannot take.
            return await self._engine.transact(lambda: one_by_one(units, known))


def _like(error: StorageUnavailable) -> StorageUnavailable:
    """Make an error of its own for each caller: raising writes a trace into it."""
    own = StorageUnavailable()
    own.__cause__ = error
    return own


def _answer(done: asyncio.Future[None], answer: Exception | None) -> None:
    if done.done():
        return
    if answer is None:
        done.set_result(None)
    else:
        done.set_exception(answer)
