"""The limits of all processes together, and of this one alone while nobody counts for all."""

from typing import Protocol

from zerofee.domain.budget import Budget
from zerofee.domain.ports.limits import Limits, Quota


class SharedLimits(Protocol):
    """Limits that may be unable to tell."""

    async def take(self, name: str, budget: Budget) -> Quota | None:
        """Ask once under `name`; `None` when nobody can tell."""
        ...


class FallingBackLimits:
    """The `Limits` port on counters that may be away: traffic then passes on this process's own windows."""

    def __init__(self, shared: SharedLimits, own: Limits) -> None:
        """Ask `shared` first, and `own` when it cannot tell."""
        self._shared = shared
        self._own = own

    async def take(self, name: str, budget: Budget) -> Quota:
        return await self._shared.take(name, budget) or await self._own.take(name, budget)
