"""The windows of one process, on a stopwatch that no clock change moves."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from zerofee.domain.budget import Budget
from zerofee.domain.ports.limits import Quota

_MOST: Final = 10_000


class MemoryLimits:
    """The `Limits` port for this process alone; of more than `most` names, those asked for longest ago make way."""

    def __init__(self, stopwatch: Callable[[], float] = time.monotonic, most: int = _MOST) -> None:
        """Begin with nothing counted; `stopwatch` gives seconds that never go back."""
        self._stopwatch = stopwatch
        self._most = most
        self._windows: dict[str, deque[float]] = {}

    async def take(self, name: str, budget: Budget) -> Quota:
        now = self._stopwatch()
        window = self._window(name)
        while window and window[0] <= now - budget.seconds:
            window.popleft()
        allowed = len(window) < budget.requests
        if allowed:
            window.append(now)
        more_in_s = max(1, math.ceil(window[0] + budget.seconds - now))
        return Quota(budget, allowed, max(0, budget.requests - len(window)), more_in_s)

    def _window(self, name: str) -> deque[float]:
        window = self._windows.pop(name, None)
        if window is None:
            window = deque()
            while len(self._windows) >= self._most:
                del self._windows[next(iter(self._windows))]
        self._windows[name] = window
        return window
