"""Which mobile money operator a phone number seems to belong to."""

from dataclasses import dataclass
from typing import Protocol

from zerofee.domain.country import Country


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """
    The operator that a number was given out by, in our word for it (`orange`, `mtn`).

    `portable`: in this country numbers are carried over to other operators, so many guesses are wrong. A guess is
    offered or taken for want of better; what the customer or the app says goes before it, always.
    """

    country: Country
    operator: str
    portable: bool


class Operators(Protocol):
    """Knows numbering plans, without asking anybody."""

    def guess(self, phone: str) -> Guess | None:
        """Guess from a number in E.164; `None` when its range is nobody's whom a provider serves."""
        ...
