"""Sliding windows, for the rate limits that a provider documents."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """So many calls in so many seconds."""

    calls: int
    seconds: int


@dataclass(slots=True)
class Windows:
    """Counts calls by what they are limited by, such as a path and an id."""

    _seen: dict[str, deque[datetime]] = field(default_factory=dict)

    def allow(self, key: str, window: Window, now: datetime) -> bool:
        """Count a call, unless it is one too many."""
        seen = self._seen.setdefault(key, deque())
        while seen and now - seen[0] >= timedelta(seconds=window.seconds):
            seen.popleft()
        if len(seen) >= window.calls:
            return False
        seen.append(now)
        return True
