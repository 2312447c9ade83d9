"""The only sources of time and chance."""

from datetime import datetime
from typing import Protocol

from zerofee.domain.ids import IdKind, IdT


class Clock(Protocol):
    """What time it is, and the only way to let it pass."""

    def now(self) -> datetime:
        """Give the time as an aware datetime in UTC."""
        ...

    def follow(self, told: datetime) -> None:
        """Go by another clock from now on, which shows `told`: the storage's, by which several machines agree."""
        ...

    async def sleep(self, seconds: int) -> None:
        """Wait; a clock that is told the time lets it pass instead."""
        ...


class Ids(Protocol):
    """Where new names come from."""

    def new(self, kind: IdKind[IdT]) -> IdT:
        """Make an id of `kind` that sorts after all that this source made before."""
        ...

    def key(self) -> str:
        """Make a random UUID (version 4, RFC 9562) in its text form: a provider key, a routing seed."""
        ...
