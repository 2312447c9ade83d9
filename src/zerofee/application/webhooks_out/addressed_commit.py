"""The commit that lets no event go without its deliveries: they are born in the transaction of their event."""

from collections.abc import Iterator
from dataclasses import dataclass

from zerofee.application.webhooks_out.bell import Bell
from zerofee.domain.change_set import Change, ChangeSet, Insert
from zerofee.domain.delivery import Delivery, delivery_of
from zerofee.domain.endpoint import WebhookEndpoint, wants
from zerofee.domain.event import Event
from zerofee.domain.ids import DeliveryId
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.outbox import Listening
from zerofee.domain.ports.store import Commit


@dataclass(frozen=True, slots=True)
class AddressedCommit:
    """
    The `Commit` port over another one.

    Each event that a set inserts is given a delivery for each endpoint of its scope that wants it; the set is
    otherwise left as it is. With no endpoint this costs a look at what is remembered, and with no event nothing.

    Source: reliability rules OUTB-1.
    """

    commit: Commit
    listening: Listening
    bell: Bell
    ids: Ids

    async def __call__(self, changes: ChangeSet) -> None:
        """Return once the set and its deliveries are durable; raise what `Commit` raises."""
        added: list[Change] = []
        for event in _events(changes):
            endpoints = await self.listening.endpoints(event.scope)
            added += [Insert(self._delivery(event, endpoint)) for endpoint in endpoints if wants(endpoint, event.type)]
        if not added:
            await self.commit(changes)
            return
        await self.commit(ChangeSet((*changes, *added)))
        self.bell.ring()

    def _delivery(self, event: Event, endpoint: WebhookEndpoint) -> Delivery:
        return delivery_of(event, endpoint.id, self.ids.new(DeliveryId))


def _events(changes: ChangeSet) -> Iterator[Event]:
    for change in changes:
        if isinstance(change, Insert) and isinstance(change.value, Event):
            yield change.value
