"""The watch port in memory; a way that is closed off in one process is closed off in the others as news travels."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from zerofee.domain.health import (
    BreakerRules,
    Circuit,
    Health,
    HealthOf,
    Record,
    Way,
    after_call,
    after_end,
    after_probing,
    circuit,
    closed,
    health_of,
    opened,
)
from zerofee.domain.ids import ConnectionId

Tell = Callable[[str], Awaitable[None]]

_NEWS: Final = "circuit"
_ALL: Final = "*"
_MOST_CONNECTIONS: Final = 10_000


@dataclass(slots=True)
class SharedWatch:
    """
    The `Watch` port.

    Each process counts for itself. `tell` reaches the others' `hear`, or does not: then they find out by themselves.
    """

    rules: BreakerRules = field(default_factory=BreakerRules)
    tell: Tell | None = None
    stopwatch: Callable[[], float] = time.monotonic
    _records: dict[ConnectionId, dict[str | None, Record]] = field(default_factory=dict)
    _told: dict[ConnectionId, HealthOf] = field(default_factory=dict)
    _telling: set[asyncio.Future[Any]] = field(default_factory=set)

    def health(self, connection_ids: Iterable[ConnectionId]) -> HealthOf:
        known: dict[Way, Health] = {}
        for connection_id in connection_ids:
            if connection_id in self._records:
                known.update(self._health_through(connection_id))
        return known

    def lets_through(self, way: Way) -> bool:
        now_ms = self._now_ms()
        states = [(part, circuit(self._record(part), self.rules, now_ms)) for part in _parts(way)]
        if any(state is Circuit.OPEN for _, state in states):
            return False
        for part, state in states:
            if state is Circuit.HALF_OPEN:
                self._keep(part, after_probing(self._record(part), now_ms))
        return True

    def called(self, way: Way, *, faulty: bool, slow: bool) -> None:
        now_ms = self._now_ms()
        for part in _parts(way):
            before = self._record(part)
            after = after_call(before, self.rules, now_ms, faulty=faulty, slow=slow)
            self._keep(part, after)
            if before.opened_at_ms is None and after.opened_at_ms is not None:
                self._tell(part, Circuit.OPEN)
            elif before.opened_at_ms is not None and after.opened_at_ms is None:
                self._tell(part, Circuit.CLOSED)

    def ended(self, way: Way, *, paid: bool) -> None:
        for part in _parts(way):
            self._keep(part, after_end(self._record(part), paid=paid))

    def hear(self, news: str) -> None:
        """Follow what another process has found out; other news is passed over."""
        match news.split(" "):
            case [kind, connection_id, operator, state] if kind == _NEWS:
                way = Way(ConnectionId(connection_id), None if operator == _ALL else operator)
                record = self._record(way)
                if state == Circuit.OPEN and record.opened_at_ms is None:
                    self._keep(way, opened(record, self._now_ms()))
                elif state == Circuit.CLOSED and record.opened_at_ms is not None:
                    self._keep(way, closed(record))
            case _:
                return

    def _health_through(self, connection_id: ConnectionId) -> HealthOf:
        """Give what was told last, unless something was noted since, or time itself changes it."""
        told = self._told.get(connection_id)
        if told is None:
            now_ms = self._now_ms()
            records = self._records[connection_id]
            told = {Way(connection_id, name): health_of(record, self.rules, now_ms) for name, record in records.items()}
            if all(record.opened_at_ms is None for record in records.values()):
                self._told[connection_id] = told
        return told

    def _record(self, way: Way) -> Record:
        return self._records.get(way.connection_id, {}).get(way.operator) or Record()

    def _keep(self, way: Way, record: Record) -> None:
        if way.connection_id not in self._records:
            while len(self._records) >= _MOST_CONNECTIONS:
                oldest = next(iter(self._records))
                del self._records[oldest]
                self._told.pop(oldest, None)
            self._records[way.connection_id] = {}
        self._records[way.connection_id][way.operator] = record
        self._told.pop(way.connection_id, None)

    def _now_ms(self) -> int:
        return int(self.stopwatch() * 1000)

    def _tell(self, way: Way, state: Circuit) -> None:
        """Tell the other processes, behind the call that is being answered."""
        if self.tell is None:
            return
        telling = asyncio.ensure_future(self.tell(f"{_NEWS} {way.connection_id} {way.operator or _ALL} {state}"))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)


def _parts(way: Way) -> tuple[Way, ...]:
    """Give what is told by one call: the connection as a whole, and the operator behind it."""
    return (way,) if way.operator is None else (Way(way.connection_id), way)
