"""Where apps listen, remembered for some seconds, so that a payment's hot path need not read it."""

import time
from collections.abc import Callable
from typing import Final, Protocol

from zerofee.adapters.remembering import Remembered
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.scope import Scope

# An endpoint that another process has made hears of what happens after this long at the latest.
_TTL_S: Final = 2


class EndpointLists(Protocol):
    """What a store tells of a scope's endpoints."""

    async def endpoints(self, scope: Scope) -> tuple[WebhookEndpoint, ...]:
        """List all of a scope's endpoints."""
        ...


class RememberedEndpoints:
    """The `Listening` port. Whoever writes an endpoint here tells `forget`."""

    def __init__(
        self, lists: EndpointLists, ttl_s: int = _TTL_S, stopwatch: Callable[[], float] = time.monotonic
    ) -> None:
        """Remember what `lists` tells."""
        self._remembered = Remembered(lists.endpoints, ttl_s, stopwatch=stopwatch)

    async def endpoints(self, scope: Scope) -> tuple[WebhookEndpoint, ...]:
        return await self._remembered.get(scope)

    def forget(self, scope: Scope) -> None:
        """Read the scope's endpoints anew when they are asked for next: one was changed here."""
        self._remembered.forget(scope)
