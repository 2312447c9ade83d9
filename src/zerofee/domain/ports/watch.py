"""Who watches how the ways to pay fare."""

from collections.abc import Iterable
from typing import Protocol

from zerofee.domain.health import HealthOf, Way
from zerofee.domain.ids import ConnectionId


class Watch(Protocol):
    """Remembers what came of calls, for a while. It may forget everything; then every way is well."""

    def health(self, connection_ids: Iterable[ConnectionId]) -> HealthOf:
        """Tell what is known of the ways through these connections."""
        ...

    def lets_through(self, way: Way) -> bool:
        """Say whether a call may go that way now; one may where the way is to be tried out."""
        ...

    def called(self, way: Way, *, faulty: bool, slow: bool) -> None:
        """Note a finished call. `faulty`: the transport or the provider failed, which a decline does not say."""
        ...

    def ended(self, way: Way, *, paid: bool) -> None:
        """Note how a payment ended there."""
        ...
