"""What providers told, found by looking at everything."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from zerofee.adapters.memory.apps import found_in, of_app
from zerofee.adapters.memory.shop import Shop, key_of
from zerofee.adapters.memory.views import page_of
from zerofee.domain.attempt import Attempt, AttemptKind
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId, InboxId, PaymentId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.scope import Environment, Scope


class MemoryInbox:
    """The `Inbox` port."""

    def __init__(self, shop: Shop) -> None:
        """Look into `shop`."""
        self._shop = shop

    async def connection(self, connection_id: ConnectionId) -> Connection | None:
        return next((found for found in self._shop.connections if found.id == connection_id), None)

    async def connections_known_by(self, provider_id: str, names: Collection[str]) -> tuple[Connection, ...]:
        mine = (attempt for attempt in self._shop.attempts if attempt.provider_id == provider_id)
        keys = {(attempt.scope, attempt.connection_id) for attempt in mine if _names(attempt) & set(names)}
        found = (self._shop.connections.rows[key] for key in keys if key in self._shop.connections.rows)
        return tuple(sorted(found, key=lambda connection: connection.id))

    async def attempt_known_by(self, scope: Scope, connection_id: ConnectionId, name: str) -> Attempt | None:
        mine = (a for a in self._shop.attempts if a.scope == scope and a.connection_id == connection_id)
        return next((attempt for attempt in mine if name in _names(attempt)), None)

    async def charge_of(self, payment_id: PaymentId) -> Attempt | None:
        mine = (a for a in self._shop.attempts if a.payment_id == payment_id and a.kind is AttemptKind.CHARGE)
        return max(mine, key=lambda charge: charge.number, default=None)

    async def event_of(self, app_id: AppId, event_id: InboxId) -> InboxEvent:
        return found_in(self._shop.provider_events, app_id, event_id)

    async def events_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[InboxEvent]:
        return page_of(of_app(self._shop.provider_events, app_id, environment), page)

    async def due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[InboxEvent, ...]:
        shelf = self._shop.provider_events
        due = [(event.due_at, event.id, event) for event in shelf if event.due_at is not None and event.due_at <= now]
        claimed = [event for _, _, event in sorted(due, key=lambda row: row[:2])[:limit]]
        for event in claimed:
            shelf.replace(key_of(event), replace(event, due_at=lease_until), [])
        return tuple(shelf.rows[key_of(event)] for event in claimed)


def _names(attempt: Attempt) -> set[str]:
    return {name for name in (attempt.id, attempt.provider_key, attempt.reference) if name is not None}
