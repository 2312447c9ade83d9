"""What every store promises of endpoints and deliveries, as tests: subclass, and give a fixture `store`."""

import asyncio
from dataclasses import replace

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.change_set import ChangeSet, Conflict, ConflictKind, Delete, Insert, Update
from zerofee.domain.delivery import Delivery, DeliveryRules, Heard, after_try, again
from zerofee.domain.endpoint import DisabledBecause, disabled
from zerofee.domain.event import Event
from zerofee.domain.ids import DeliveryId, EndpointId, EventId
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import PageOf
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import ENDPOINT_ID, SCOPE, a_delivery, an_app, an_endpoint, an_event
from zerofee.testing.store_contract import LIVE, keep
from zerofee.testing.work_contract import after

OTHER = EndpointId("whe_01KDVQ6R000000000000000009")
MINE, THEIRS = "boot-1", "boot-2"


def numbered_delivery(number: int, endpoint_id: EndpointId = ENDPOINT_ID, due_s: int = 0) -> Delivery:
    """Build the delivery of one event, due so many seconds after the start."""
    return a_delivery(
        id=DeliveryId(f"whd_{endpoint_id[-1]}{number}"),
        endpoint_id=endpoint_id,
        event_id=numbered_event(number).id,
        due_at=after(due_s),
    )


def numbered_event(number: int) -> Event:
    """Build one event of a payment."""
    return an_event(id=EventId(f"evt_{number}"), sequence=number)


def failed(delivery: Delivery) -> Delivery:
    """Give a delivery up at its first try."""
    return after_try(delivery, "https://shop.example", Heard(status=500), START, DeliveryRules(delays_s=(0,)))


class OutboxContract:
    """An event goes to an endpoint once, one process at a time delivers to it, and nothing crosses a scope."""

    @pytest.fixture
    async def shop(self, store: Store) -> Store:
        """Give a store with two endpoints and four events."""
        await keep(store, Insert(an_app()), Insert(an_endpoint()), Insert(an_endpoint(id=OTHER)))
        await keep(store, *(Insert(numbered_event(number)) for number in range(1, 5)))
        return store

    async def test_keeps_an_endpoint_as_it_was_written(self, shop: Store) -> None:
        told = disabled(an_endpoint(), DisabledBecause.FAILING)
        changed = replace(
            told, failing_since=START, failures=3, previous_sealed=b"\x01\x02", previous_until=after(60), version=2
        )
        await keep(shop, Update(changed))

        assert await shop.outbox.endpoint(SCOPE, ENDPOINT_ID) == changed
        assert await shop.outbox.endpoints(SCOPE) == (changed, an_endpoint(id=OTHER))
        assert await shop.outbox.endpoints(LIVE) == ()
        with pytest.raises(NotFound):
            await shop.outbox.endpoint(LIVE, ENDPOINT_ID)

    async def test_has_one_subscriber_of_a_name_and_one_default(self, shop: Store) -> None:
        for field in ({"subscriber": "books"}, {"is_default": True}):
            first, second = (an_endpoint(id=EndpointId(f"whe_{field}{n}"), **field) for n in range(2))
            await keep(shop, Insert(first))
            with pytest.raises(Conflict) as refused:
                await keep(shop, Insert(second))
            assert refused.value.kind is ConflictKind.UNIQUE

    async def test_an_event_goes_to_an_endpoint_once_and_again_when_it_is_asked_for(self, shop: Store) -> None:
        first = numbered_delivery(1)
        await keep(shop, Insert(first))
        with pytest.raises(Conflict):
            await keep(shop, Insert(replace(first, id=DeliveryId("whd_other"))))

        noted, anew = again(first, DeliveryId("whd_anew"), after(5))
        await keep(shop, Update(noted), Insert(anew))

        assert await shop.outbox.delivery(SCOPE, anew.id) == anew
        assert (await shop.outbox.delivery(SCOPE, first.id)).redelivered

    async def test_keeps_every_try(self, shop: Store) -> None:
        delivery = numbered_delivery(1)
        await keep(shop, Insert(delivery))
        tried = after_try(delivery, "https://shop.example", Heard(status=503, response="sorry"), START, DeliveryRules())
        await keep(shop, Update(tried))

        assert await shop.outbox.delivery(SCOPE, delivery.id) == tried
        with pytest.raises(NotFound):
            await shop.outbox.delivery(LIVE, delivery.id)

    async def test_gives_what_is_due_to_one_endpoint_oldest_first_with_its_event(self, shop: Store) -> None:
        mine = [numbered_delivery(number, due_s=10 - number) for number in range(1, 5)]
        await keep(shop, *map(Insert, mine), Insert(numbered_delivery(1, OTHER)))

        found = await shop.outbox.due(SCOPE, ENDPOINT_ID, after(8), 2)

        assert [due.delivery for due in found] == [mine[3], mine[2]]
        assert [due.event for due in found] == [numbered_event(4), numbered_event(3)]
        assert len(await shop.outbox.due(SCOPE, ENDPOINT_ID, after(8), 9)) == 3
        assert await shop.outbox.due(LIVE, ENDPOINT_ID, after(8), 9) == ()

    async def test_lists_the_lanes_with_something_due(self, shop: Store) -> None:
        subscriber = an_endpoint(id=EndpointId("whe_sub"), subscriber="books")
        off = disabled(an_endpoint(id=EndpointId("whe_off")), DisabledBecause.BY_APP)
        await keep(shop, Insert(subscriber), Insert(off))
        await keep(shop, *(Insert(numbered_delivery(1, id_)) for id_ in (ENDPOINT_ID, subscriber.id, off.id)))
        await keep(shop, Insert(numbered_delivery(2, OTHER, due_s=60)))

        assert [lane.endpoint.id for lane in await shop.outbox.lanes(after(1), 9)] == [ENDPOINT_ID]
        assert [lane.endpoint for lane in await shop.outbox.lanes_of(SCOPE, subscriber.id, after(1))] == [subscriber]
        assert await shop.outbox.lanes_of(SCOPE, off.id, after(1)) == ()

    async def test_one_process_has_a_lane_until_its_lease_ends(self, shop: Store) -> None:
        await keep(shop, Insert(numbered_delivery(1)))
        endpoint = an_endpoint()

        assert await shop.outbox.claim(endpoint, MINE, START, after(60))
        assert not await shop.outbox.claim(endpoint, THEIRS, after(59), after(120))
        assert await shop.outbox.claim(endpoint, MINE, after(59), after(90))
        assert await shop.outbox.claim(endpoint, THEIRS, after(90), after(150))

        [lane] = await shop.outbox.lanes(after(90), 9)
        assert (lane.owner, lane.until, lane.endpoint) == (THEIRS, after(150), endpoint)

    async def test_of_many_processes_one_gets_the_lane(self, shop: Store) -> None:
        claims = (shop.outbox.claim(an_endpoint(), f"boot-{n}", START, after(60)) for n in range(8))

        assert sum(await asyncio.gather(*claims)) == 1

    async def test_a_process_that_ends_gives_its_lanes_back(self, shop: Store) -> None:
        await shop.outbox.claim(an_endpoint(), MINE, START, after(60))
        await shop.outbox.claim(an_endpoint(id=OTHER), THEIRS, START, after(60))

        await shop.outbox.release(MINE)

        assert await shop.outbox.claim(an_endpoint(), THEIRS, after(1), after(60))
        assert not await shop.outbox.claim(an_endpoint(id=OTHER), MINE, after(1), after(60))

    async def test_a_deleted_endpoint_takes_no_event_down(self, shop: Store) -> None:
        """An endpoint that is still remembered elsewhere must not make a payment fail."""
        await keep(shop, Delete(an_endpoint()))

        await keep(shop, Insert(numbered_delivery(1)))

        assert not await shop.outbox.claim(an_endpoint(), MINE, START, after(60))
        assert await shop.outbox.lanes(after(1), 9) == ()

    async def test_lists_what_was_given_up_since_and_not_sent_anew(self, shop: Store) -> None:
        given_up = [failed(numbered_delivery(number)) for number in (1, 2)]
        early = failed(replace(numbered_delivery(3), created_at=after(-60)))
        once_more = replace(failed(numbered_delivery(4)), redelivered=True)
        await keep(shop, *map(Insert, (*given_up, early, once_more)))
        await keep(shop, Insert(numbered_delivery(1, OTHER)))

        assert await shop.outbox.failed_since(SCOPE, ENDPOINT_ID, START, 9) == tuple(given_up)
        assert await shop.outbox.failed_since(SCOPE, ENDPOINT_ID, START, 1) == (given_up[0],)
        assert await shop.outbox.failed_since(LIVE, ENDPOINT_ID, START, 9) == ()

    async def test_lists_an_endpoints_deliveries_newest_first(self, shop: Store) -> None:
        found = [numbered_delivery(1), failed(numbered_delivery(2)), numbered_delivery(3)]
        await keep(shop, *map(Insert, found), Insert(numbered_delivery(1, OTHER)))

        first = await shop.outbox.deliveries(SCOPE, ENDPOINT_ID, None, PageOf(limit=2))
        by_status = await shop.outbox.deliveries(SCOPE, ENDPOINT_ID, found[1].status, PageOf())

        assert (first.items, first.has_more) == ((found[2], found[1]), True)
        assert by_status.items == (found[1],)
        assert (await shop.outbox.deliveries(LIVE, ENDPOINT_ID, None, PageOf())).items == ()

    async def test_forgets_what_nothing_was_heard_of(self, shop: Store) -> None:
        old = [replace(numbered_delivery(number), updated_at=after(-number)) for number in (1, 2)]
        await keep(shop, *map(Insert, (*old, numbered_delivery(3))))

        assert await shop.outbox.reap(START, 1) == 1
        assert await shop.outbox.reap(START, 9) == 1
        kept = await shop.outbox.deliveries(SCOPE, ENDPOINT_ID, None, PageOf())
        assert kept.items == (numbered_delivery(3),)

    async def test_writes_a_set_with_deliveries_whole_or_not_at_all(self, shop: Store) -> None:
        with pytest.raises(Conflict):
            await shop.commit(
                ChangeSet((Insert(numbered_event(9)), Insert(numbered_delivery(9)), Insert(numbered_delivery(9))))
            )

        with pytest.raises(NotFound):
            await shop.outbox.event(SCOPE, numbered_event(9).id)
