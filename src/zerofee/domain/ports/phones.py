"""The world's numbering plans."""

from typing import Protocol


class Phones(Protocol):
    """Knows which phone numbers there can be."""

    def normal(self, number: str) -> str | None:
        """Write a number in E.164 as its country's plan has it; `None` when no such number can exist."""
        ...
