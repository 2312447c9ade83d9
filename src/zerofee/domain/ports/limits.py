"""How often something may be done: counted over a window that slides, wherever the counting happens."""

from dataclasses import dataclass
from typing import Protocol

from zerofee.domain.budget import Budget


@dataclass(frozen=True, slots=True)
class Quota:
    """
    What is left of a budget after asking once.

    `allowed` says whether this request was within it. `remaining` further ones are at this moment, and in `more_in_s`
    whole seconds, rounded up, at least one more is.
    """

    budget: Budget
    allowed: bool
    remaining: int
    more_in_s: int


class Limits(Protocol):
    """
    Counters that may be lost at any time, and then begin anew: whoever must not be let through counts elsewhere.

    Never raises. What is refused is not counted, so whoever waits `more_in_s` gets in.
    """

    async def take(self, name: str, budget: Budget) -> Quota:
        """Ask once under `name`; at most `budget.requests` are allowed within any `budget.seconds` on end."""
        ...
