"""A provider that can list what it has taken; whoever declares `Operation.SWEEP` keeps this port too."""

from typing import Protocol, runtime_checkable

from zerofee.domain.sweeping import Movement, Span


class CannotList(Exception):
    """The list could not be read to its end just now; nothing is known."""


@runtime_checkable
class Lists(Protocol):
    """The provider's own list of one connection."""

    async def listed(self, span: Span) -> tuple[Movement, ...]:
        """List what was charged in a span of time and has been paid; raise `CannotList`."""
        ...
