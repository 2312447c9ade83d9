"""What providers told, and the look-ups that find out whom it is about."""

from collections.abc import Collection
from datetime import datetime

from zerofee.adapters.sql.apps import in_app, one_of, page_by
from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.inbox_statements import InboxStatements
from zerofee.adapters.sql.reads import scope_values
from zerofee.adapters.sql.rows.attempt import AttemptRows
from zerofee.adapters.sql.rows.encoding import micros
from zerofee.adapters.sql.rows.inbox import inbox_of
from zerofee.adapters.sql.rows.routing import connection_of
from zerofee.domain.attempt import Attempt
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId, InboxId, PaymentId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.scope import Environment, Scope


class SqlInbox:
    """The `Inbox` port."""

    def __init__(self, engine: Engine, statements: InboxStatements, attempts: AttemptRows) -> None:
        """Read and claim by `engine`."""
        self._engine = engine
        self._attempts = attempts
        self._statements = statements

    async def connection(self, connection_id: ConnectionId) -> Connection | None:
        found = await self._engine.fetch(self._statements.connection, {"id": connection_id})
        return connection_of(found[0]) if found else None

    async def connections_known_by(self, provider_id: str, names: Collection[str]) -> tuple[Connection, ...]:
        if not names:
            return ()
        values = {"provider_id": provider_id, "names": self._engine.sql.list_of(sorted(names))}
        return tuple(map(connection_of, await self._engine.fetch(self._statements.connections, values)))

    async def attempt_known_by(self, scope: Scope, connection_id: ConnectionId, name: str) -> Attempt | None:
        values = {**scope_values(scope), "connection_id": connection_id, "name": name}
        found = await self._engine.fetch(self._statements.attempt, values)
        return self._attempts.attempt_of(found[0]) if found else None

    async def charge_of(self, payment_id: PaymentId) -> Attempt | None:
        found = await self._engine.fetch(self._statements.charge, {"payment_id": payment_id})
        return self._attempts.attempt_of(found[0]) if found else None

    async def event_of(self, app_id: AppId, event_id: InboxId) -> InboxEvent:
        values = {**in_app(app_id, None), "id": event_id}
        return await one_of(self._engine, self._statements.event, values, inbox_of, "provider event")

    async def events_of(self, app_id: AppId, environment: Environment | None, page: PageOf) -> Listed[InboxEvent]:
        return await page_by(self._engine, self._statements.events, in_app(app_id, environment), page, inbox_of)

    async def due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[InboxEvent, ...]:
        values = {"now": micros(now), "lease_until": micros(lease_until), "limit": limit}
        return tuple(map(inbox_of, await self._engine.change(self._statements.due, values)))
