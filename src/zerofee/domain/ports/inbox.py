"""What was told by providers, and whom it is about."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from zerofee.domain.attempt import Attempt
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId, InboxId, PaymentId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.scope import Environment, Scope


class Inbox(Protocol):
    """Events of providers, and the look-ups that find out whom an event is about."""

    async def connection(self, connection_id: ConnectionId) -> Connection | None:
        """Find a connection by its id alone: a webhook's path names no app. Its signature must then verify."""
        ...

    async def connections_known_by(self, provider_id: str, names: Collection[str]) -> tuple[Connection, ...]:
        """
        Find the connections of a provider through which an attempt with one of these names was made.

        A name is an attempt's id, its provider key, or the provider's reference.
        """
        ...

    async def attempt_known_by(self, scope: Scope, connection_id: ConnectionId, name: str) -> Attempt | None:
        """Find an attempt of a connection by its id, its provider key, or the provider's reference."""
        ...

    async def charge_of(self, payment_id: PaymentId) -> Attempt | None:
        """Find the last charge of a payment by its id alone: a customer who comes back names no app."""
        ...

    async def event_of(self, app_id: AppId, event_id: InboxId) -> InboxEvent:
        """Read one event of an app; raise `NotFound`."""
        ...

    async def events_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[InboxEvent]:
        """List an app's events, newest first, of one environment or of both."""
        ...

    async def due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[InboxEvent, ...]:
        """Claim up to `limit` events whose `due_at` has come, oldest first, by moving it to `lease_until`."""
        ...
