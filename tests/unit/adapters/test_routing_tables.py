from dataclasses import dataclass, field

from zerofee.adapters.memory.store import MemoryStore
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.ids import ConnectionId
from zerofee.domain.routing import RoutingTable
from zerofee.testing.builders import CONNECTION_ID, SCOPE, a_connection, a_route, an_app, an_option, capabilities


@dataclass(frozen=True)
class OneProvider:
    """A house with one provider installed."""

    can: Capabilities = field(default_factory=capabilities)

    def capabilities(self, provider_id: str) -> Capabilities | None:
        return self.can if provider_id == self.can.provider_id else None


async def test_puts_routes_connections_and_capabilities_together() -> None:
    """A connection whose provider is not installed cannot be used, and is not there."""
    store = MemoryStore()
    gone = a_connection(id=ConnectionId("con_gone"), provider_id="gone")
    await store.commit(ChangeSet((Insert(an_app()), Insert(a_connection()), Insert(gone), Insert(a_route()))))
    tables = RememberedRouting(store.reads, OneProvider())

    assert await tables.routing(SCOPE) == RoutingTable(routes=(a_route(),), options={CONNECTION_ID: an_option()})


async def test_a_change_here_is_seen_at_once() -> None:
    store = MemoryStore()
    await store.commit(ChangeSet((Insert(an_app()), Insert(a_connection()))))
    tables = RememberedRouting(store.reads, OneProvider(), stopwatch=lambda: 0)
    assert (await tables.routing(SCOPE)).routes == ()
    await store.commit(ChangeSet((Insert(a_route()),)))
    assert (await tables.routing(SCOPE)).routes == ()

    tables.forget(SCOPE)

    assert (await tables.routing(SCOPE)).routes == (a_route(),)
