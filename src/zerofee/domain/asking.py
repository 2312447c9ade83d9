"""When to ask about an attempt next, and when its absence counts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_QUARTER: Final = timedelta(minutes=15)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_GIVE_UP: Final = timedelta(days=7)
_VISIT: Final = timedelta(seconds=5)
_VISITS_AT_ONCE: Final = 5
ABSENCE_GAP: Final = timedelta(seconds=5)
_PER_MILLE: Final = 1000
_SPREAD_PER_MILLE: Final = 100


@dataclass(frozen=True, slots=True)
class AskRules:
    """The first waits in seconds; after them each 15 minutes for a day, hourly for a week, then a person."""

    delays_s: tuple[int, ...] = (2, 5, 10, 30, 60, 120, 300)


def next_ask_at(rules: AskRules, attempt_id: str, asked: int, started_at: datetime, now: datetime) -> datetime | None:
    """
    Say when to ask for the `asked + 1`th time, or `None` when only a person can help.

    The wait is spread by ± 10 %, told by the attempt's id, so that a fault's victims do not all ask at once.

    Source: reliability rules ASK-2.
    """
    if asked < len(rules.delays_s):
        return now + _spread(timedelta(seconds=rules.delays_s[asked]), f"{attempt_id}:{asked}")
    age = now - started_at
    if age >= _GIVE_UP:
        return None
    return now + _spread(_QUARTER if age < _DAY else _HOUR, f"{attempt_id}:{asked}")


def visit_may_ask(asked: int, started_at: datetime, now: datetime) -> bool:
    """
    Say whether a customer's coming back may ask now: a few times at once, and then each five seconds at most.

    Anybody who has the address can come as often as they like, and each asking is a call and moves the next one.
    """
    return now - started_at >= _VISIT * (asked - _VISITS_AT_ONCE)


def absence_is_final(absent_since: datetime | None, deadline_at: datetime, final_after_s: int, now: datetime) -> bool:
    """
    Say whether "no such thing", heard now, proves that an attempt never arrived.

    It must have been heard before, at least 5 s ago, and both times later than the call's deadline plus the
    provider's own delay.

    Source: reliability rules ASK-3.
    """
    earliest = deadline_at + timedelta(seconds=final_after_s)
    return absent_since is not None and absent_since >= earliest and now - absent_since >= ABSENCE_GAP


def absence_counts(deadline_at: datetime, final_after_s: int, now: datetime) -> bool:
    """Say whether absence heard now is late enough to be the first of the two."""
    return now >= deadline_at + timedelta(seconds=final_after_s)


def _spread(wait: timedelta, salt: str) -> timedelta:
    chance = int.from_bytes(hashlib.blake2b(salt.encode(), digest_size=4).digest())
    per_mille = _PER_MILLE - _SPREAD_PER_MILLE + chance % (2 * _SPREAD_PER_MILLE + 1)
    return wait * per_mille // _PER_MILLE
