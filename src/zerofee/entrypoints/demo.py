"""A demo merchant: one app in the sandbox that can take a payment at once, with a provider behind the provider."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from zerofee.domain.app import ApiKey, App
from zerofee.domain.audit import Actor, ActorKind, AuditAction, AuditEntry, Author, next_entry
from zerofee.domain.change_set import Change, Insert
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, AuditId, ConnectionId, RouteId, UserId, make_id
from zerofee.domain.in_words import deed
from zerofee.domain.ports.clock import Ids
from zerofee.domain.routing import Route
from zerofee.domain.scope import Environment, Scope

# Always the same, so that whoever makes the demo twice, or two at once, meets the first one in the database.
DEMO_APP: Final = make_id(AppId, 0, 0)
DEMO_SCOPE: Final = Scope(DEMO_APP, Environment.SANDBOX)

DEMO_OWNER: Final = make_id(UserId, 0, 0)
_PROVIDER: Final = "test"
# The second one is where a payment goes when the first is down: try the amount 60000.
_PRIORITIES: Final = (1, 2)

_AUTHOR: Final = Author(Actor(ActorKind.CLI))
_MADE: Final = {
    App: AuditAction.APP_CREATED,
    ApiKey: AuditAction.KEY_CREATED,
    Connection: AuditAction.CONNECTION_CREATED,
    Route: AuditAction.ROUTE_CREATED,
}


def demo_app(scope: Scope, ids: Ids, now: datetime, owner_id: UserId = DEMO_OWNER) -> tuple[Change, ...]:
    """Make the app of `scope`, its connections to the test provider there, and a route to each."""
    app = App(id=scope.app_id, owner_id=owner_id, name="Demo", created_at=now, updated_at=now)
    changes: list[Change] = [Insert(app)]
    for priority in _PRIORITIES:
        connection_id = ids.new(ConnectionId)
        connection = Connection(id=connection_id, scope=scope, provider_id=_PROVIDER, created_at=now, updated_at=now)
        route = Route(
            id=ids.new(RouteId),
            scope=scope,
            connection_id=connection_id,
            priority=priority,
            created_at=now,
            updated_at=now,
        )
        changes += [Insert(connection), Insert(route)]
    return tuple(changes)


def entries_of(made: Iterable[Change], last: AuditEntry | None, ids: Ids, now: datetime) -> Iterator[Insert]:
    """Tell of each thing that is made for one app, in the order they are made, after the `last` entry of its log."""
    for change in made:
        match change:
            case Insert(App() | ApiKey() | Connection() | Route() as value):
                app_id = value.id if isinstance(value, App) else value.scope.app_id
                told = deed(_MADE[type(value)], after=value)
                last = next_entry(last, app_id, ids.new(AuditId), _AUTHOR, told, now)
                yield Insert(last)
            case _:
                pass
