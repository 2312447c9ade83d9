"""What every store promises of what providers tell, as tests: subclass, and give a fixture `store`."""

import asyncio
from dataclasses import replace

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.attempt import AttemptKind, AttemptState
from zerofee.domain.change_set import ChangeSet, Conflict, ConflictKind, Insert, Update
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, AttemptId, ConnectionId, InboxId, PaymentId
from zerofee.domain.inbox import applied, not_matched
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import PageOf
from zerofee.domain.scope import Environment
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import APP_ID, CONNECTION_ID, PROVIDER_ID, SCOPE, a_connection, a_provider_event, an_app
from zerofee.testing.store_contract import LIVE, charge_of, keep, numbered
from zerofee.testing.work_contract import after

OTHER = ConnectionId("con_01KDVQ6R000000000000000009")


class InboxContract:
    """Each event is kept once and claimed by one, and a name leads to an attempt of its own connection alone."""

    @pytest.fixture
    async def shop(self, store: Store) -> Store:
        """Give a store with two connections in the sandbox and one that is live, and a charge through each of two."""
        live = a_connection(scope=LIVE, id=ConnectionId("con_01KDVQ6R000000000000000008"))
        await keep(store, Insert(an_app()), *map(Insert, (a_connection(), a_connection(id=OTHER), live)))
        here, there = numbered(1), replace(numbered(2), scope=LIVE)
        charge = replace(charge_of(here), reference="theirs-1")
        elsewhere = replace(charge_of(there), connection_id=live.id, reference="theirs-1")
        await keep(store, Insert(here), Insert(charge), Insert(there), Insert(elsewhere))
        return store

    async def test_keeps_an_event_as_it_was_told(self, shop: Store) -> None:
        event = a_provider_event(details={"intent": "pi_1"}, body=b'{"\xff":1}', note="seen")
        await keep(shop, Insert(event))

        assert await shop.inbox.event_of(APP_ID, event.id) == event
        with pytest.raises(NotFound):
            await shop.inbox.event_of(AppId("app_other"), event.id)

    async def test_refuses_a_repeat_and_takes_the_same_key_of_another_connection(self, shop: Store) -> None:
        await keep(shop, Insert(a_provider_event()))

        with pytest.raises(Conflict) as refused:
            await keep(shop, Insert(a_provider_event(id=InboxId("pev_2"))))
        await keep(shop, Insert(a_provider_event(id=InboxId("pev_3"), connection_id=OTHER)))

        assert refused.value.kind is ConflictKind.UNIQUE

    async def test_one_of_many_repeats_at_once_is_kept(self, shop: Store) -> None:
        sets = [ChangeSet((Insert(a_provider_event(id=InboxId(f"pev_{n}"))),)) for n in range(8)]

        answers = await asyncio.gather(*map(shop.commit, sets), return_exceptions=True)

        assert sum(answer is None for answer in answers) == 1
        assert len((await shop.inbox.events_of(APP_ID, None, PageOf())).items) == 1

    async def test_closes_an_event_once(self, shop: Store) -> None:
        event = a_provider_event()
        closed = applied(event, charge_of(numbered(1)).id, "The payment is succeeded.")
        await keep(shop, Insert(event))

        await keep(shop, Update(closed))

        assert await shop.inbox.event_of(APP_ID, event.id) == closed
        with pytest.raises(Conflict):
            await keep(shop, Update(not_matched(event, START)))

    async def test_lists_an_apps_events_newest_first(self, shop: Store) -> None:
        events = [a_provider_event(id=InboxId(f"pev_{n}"), event_key=f"evt-{n}") for n in range(3)]
        await keep(shop, *map(Insert, events))

        first = await shop.inbox.events_of(APP_ID, None, PageOf(limit=2))

        assert (first.items, first.has_more) == ((events[2], events[1]), True)
        assert (await shop.inbox.events_of(APP_ID, None, PageOf(after=events[1].id))).items == (events[0],)
        assert (await shop.inbox.events_of(APP_ID, Environment.SANDBOX, PageOf())).items == tuple(reversed(events))
        assert (await shop.inbox.events_of(APP_ID, Environment.LIVE, PageOf())).items == ()
        assert (await shop.inbox.events_of(AppId("app_other"), None, PageOf())).items == ()

    async def test_claims_what_is_due_oldest_first_and_again_after_its_lease(self, shop: Store) -> None:
        events = [a_provider_event(id=InboxId(f"pev_{n}"), event_key=f"evt-{n}", due_at=after(n)) for n in range(4)]
        closed = a_provider_event(id=InboxId("pev_9"), event_key="evt-9", due_at=None)
        await keep(shop, *map(Insert, (*events, closed)))

        first = await shop.inbox.due(after(2), after(60), 2)
        second = await shop.inbox.due(after(2), after(60), 2)

        assert sorted(event.id for event in first) == ["pev_0", "pev_1"]
        assert [event.id for event in second] == ["pev_2"]
        assert second[0] == replace(events[2], due_at=after(60))
        assert len(await shop.inbox.due(after(60), after(90), 9)) == 4

    async def test_many_workers_share_the_events(self, shop: Store) -> None:
        events = [a_provider_event(id=InboxId(f"pev_{n}"), event_key=f"evt-{n}") for n in range(6)]
        await keep(shop, *map(Insert, events))

        claims = await asyncio.gather(*(shop.inbox.due(after(1), after(60), 2) for _ in range(6)))

        claimed = [event.id for claim in claims for event in claim]
        assert len(claimed) == len(set(claimed)) == 6

    async def test_finds_a_connection_by_its_id_alone(self, shop: Store) -> None:
        assert await shop.inbox.connection(OTHER) == a_connection(id=OTHER)
        assert await shop.inbox.connection(ConnectionId("con_0")) is None

    async def test_finds_the_connections_that_a_name_belongs_to(self, shop: Store) -> None:
        """A provider's reference may be another account's too, so the signature decides between what is found."""
        charge = charge_of(numbered(1))

        async def known_by(*names: str, provider_id: str = PROVIDER_ID) -> list[Connection]:
            return list(await shop.inbox.connections_known_by(provider_id, names))

        assert await known_by(charge.id) == [a_connection()]
        assert await known_by("nobody's", charge.provider_key) == [a_connection()]
        assert [found.scope for found in await known_by("theirs-1")] == [SCOPE, LIVE]
        assert await known_by(charge.id, provider_id="another") == []
        assert await known_by("nobody's", 'a "quoted" one', "{curly}") == []
        assert await known_by() == []

    async def test_finds_the_last_charge_of_a_payment_by_its_id_alone(self, shop: Store) -> None:
        payment = numbered(1)
        over = replace(charge_of(payment), reference="theirs-1", state=AttemptState.DECLINED, version=2)
        capture = replace(charge_of(payment, 3), kind=AttemptKind.CAPTURE, state=AttemptState.REFUSED)
        await keep(shop, Update(over), Insert(charge_of(payment, 2)), Insert(capture))

        assert await shop.inbox.charge_of(payment.id) == charge_of(payment, 2)
        assert await shop.inbox.charge_of(PaymentId("pay_0")) is None

    async def test_finds_an_attempt_by_each_of_its_names_within_its_connection(self, shop: Store) -> None:
        charge = replace(charge_of(numbered(1)), reference="theirs-1")

        for name in (charge.id, charge.provider_key, "theirs-1"):
            assert await shop.inbox.attempt_known_by(SCOPE, CONNECTION_ID, name) == charge
            assert await shop.inbox.attempt_known_by(SCOPE, OTHER, name) is None
            assert await shop.inbox.attempt_known_by(LIVE, CONNECTION_ID, name) is None
        assert await shop.inbox.attempt_known_by(SCOPE, CONNECTION_ID, AttemptId("att_0")) is None
