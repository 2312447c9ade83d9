"""How each way to pay has fared lately: counted call by call, so that routing can prefer what works and say why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from zerofee.domain.ids import ConnectionId

_SLOT_MS: Final = 5_000
_PERCENT: Final = 100
# The last few hundred ends count; older ones less and less.
_MOST_ENDS: Final = 400
_AILS_FROM_CALLS: Final = 10
_AILS_FROM_FAULTY_PERCENT: Final = 25
_AILS_FROM_SLOW_PERCENT: Final = 50


class Way(NamedTuple):
    """
    A connection, and for mobile money one of the operators behind it; without one, the connection as a whole.

    It is looked up for every connection in every decision, and a tuple is the cheapest key there is.
    """

    connection_id: ConnectionId
    operator: str | None = None


class Circuit(StrEnum):
    """
    Whether calls go through.

    `half_open`: one call is wanted, to see whether the way works again; the others do not go.
    """

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """
    When a way is closed off: at least `calls` in `span_s` seconds, `fault_percent` of them faulty, for `open_s`.

    Source: reliability rules CAL-2.
    """

    calls: int = 20
    fault_percent: int = 50
    span_s: int = 30
    open_s: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """
    What routing is told of a way.

    `calls`, `faults` and `slow` are of the last seconds; `paid` of the `ended` payments of late went well.
    """

    circuit: Circuit = Circuit.CLOSED
    calls: int = 0
    faults: int = 0
    slow: int = 0
    paid: int = 0
    ended: int = 0

    @property
    def ails(self) -> bool:
        """Say whether so much goes wrong, or slowly, that an equal is to be preferred."""
        if self.calls < _AILS_FROM_CALLS:
            return False
        faulty = self.faults * _PERCENT >= self.calls * _AILS_FROM_FAULTY_PERCENT
        return faulty or self.slow * _PERCENT >= self.calls * _AILS_FROM_SLOW_PERCENT

    @property
    def paid_per_mille(self) -> int:
        """Estimate how many of a thousand payments would be paid; half of them, while nothing is known."""
        return (self.paid + 1) * 1000 // (self.ended + 2)


HealthOf = Mapping[Way, Health]
"""What is known of ways; one that is not among them is well, as far as anybody knows."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """Five seconds' worth of calls; `number` counts such slots from the beginning of the clock."""

    number: int
    calls: int = 0
    faults: int = 0
    slow: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    All that is remembered of one way. Times are milliseconds of a clock that never goes back.

    `opened_at_ms` is when the circuit was opened; `probe_at_ms` when a call was let through to try it.
    """

    slots: tuple[_Slot, ...] = ()
    opened_at_ms: int | None = None
    probe_at_ms: int | None = None
    paid: int = 0
    ended: int = 0


def after_call(record: Record, rules: BreakerRules, now_ms: int, *, faulty: bool, slow: bool) -> Record:
    """
    Count one finished call; the circuit opens when too many were faulty, and closes when a probe was not.

    A decline is no fault: the provider has answered.
    """
    if record.opened_at_ms is not None:
        if record.probe_at_ms is None:
            # It was begun before the circuit opened, and proves nothing about now.
            return record
        return opened(record, now_ms) if faulty else closed(record)
    slots = _kept(record.slots, rules, now_ms)
    current = slots[-1] if slots and slots[-1].number == now_ms // _SLOT_MS else _Slot(now_ms // _SLOT_MS)
    counted = _Slot(current.number, current.calls + 1, current.faults + faulty, current.slow + slow)
    counted_all = (*(slot for slot in slots if slot.number != counted.number), counted)
    record = replace(record, slots=counted_all)
    calls, faults = sum(slot.calls for slot in counted_all), sum(slot.faults for slot in counted_all)
    breaks = calls >= rules.calls and faults * _PERCENT >= calls * rules.fault_percent
    return opened(record, now_ms) if breaks else record


def after_end(record: Record, *, paid: bool) -> Record:
    """Count how a payment ended; what is long ago counts less."""
    if record.ended >= _MOST_ENDS:
        record = replace(record, paid=record.paid >> 1, ended=record.ended >> 1)
    return replace(record, paid=record.paid + paid, ended=record.ended + 1)


def opened(record: Record, now_ms: int) -> Record:
    """Close the way off, from now on."""
    return replace(record, slots=(), opened_at_ms=now_ms, probe_at_ms=None)


def closed(record: Record) -> Record:
    """Let everything through again, and count anew."""
    return replace(record, slots=(), opened_at_ms=None, probe_at_ms=None)


def circuit(record: Record, rules: BreakerRules, now_ms: int) -> Circuit:
    """Say whether a call would go through; a probe that has not been heard of for as long again is given up."""
    if record.opened_at_ms is None:
        return Circuit.CLOSED
    since = record.opened_at_ms if record.probe_at_ms is None else record.probe_at_ms
    return Circuit.HALF_OPEN if now_ms - since >= rules.open_s * 1000 else Circuit.OPEN


def after_probing(record: Record, now_ms: int) -> Record:
    """Let one call through, and no other until it is heard of."""
    return replace(record, probe_at_ms=now_ms)


def health_of(record: Record, rules: BreakerRules, now_ms: int) -> Health:
    """Say what routing is to know."""
    slots = _kept(record.slots, rules, now_ms)
    return Health(
        circuit=circuit(record, rules, now_ms),
        calls=sum(slot.calls for slot in slots),
        faults=sum(slot.faults for slot in slots),
        slow=sum(slot.slow for slot in slots),
        paid=record.paid,
        ended=record.ended,
    )


def _kept(slots: tuple[_Slot, ...], rules: BreakerRules, now_ms: int) -> tuple[_Slot, ...]:
    oldest = (now_ms - rules.span_s * 1000) // _SLOT_MS
    return slots if not slots or slots[0].number > oldest else tuple(slot for slot in slots if slot.number > oldest)
