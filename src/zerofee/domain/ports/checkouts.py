"""Checkout sessions, found by their ids alone: an id that nobody can guess is what opens the page."""

from collections.abc import Collection, Mapping
from typing import Protocol

from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.ids import CheckoutId


class Checkouts(Protocol):
    """What the hosted page must find before it knows whose it is."""

    async def session(self, session_id: CheckoutId) -> CheckoutSession:
        """Read one session, whatever scope it is in; raise `NotFound`."""
        ...

    async def versions(self, session_ids: Collection[CheckoutId]) -> Mapping[CheckoutId, int]:
        """Read how often each session's payment has been written; a session that is not there is left out."""
        ...
