"""What every store promises of lists and keys, as tests: subclass, and give a fixture `store`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.app import ApiKey
from zerofee.domain.change_set import Conflict, Insert, Update
from zerofee.domain.country import country
from zerofee.domain.ids import EventId, KeyId, RefundId, RouteId
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.views import EventFilter, Listed, PageOf, PaymentFilter
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import SCOPE, a_connection, a_refund, a_route, an_api_key, an_app, an_event
from zerofee.testing.store_contract import LIVE, keep, numbered

ALL = PaymentFilter()


def numbers(listed: Listed[Payment]) -> list[int]:
    """Say which of the numbered payments were listed, in their order."""
    return [int(payment.id.removeprefix("pay_")) for payment in listed.items]


class ViewsContract:
    """Newest first, never twice, never of another scope."""

    @pytest.fixture
    async def shop(self, store: Store) -> Store:
        """Give a store with ten payments, 1 to 10, and one of the other environment."""
        live = replace(numbered(11), scope=LIVE)
        payments = [Insert(numbered(number)) for number in range(1, 11)]
        await keep(store, Insert(an_app()), Insert(a_connection()), *payments, Insert(live))
        return store

    async def test_lists_newest_first_in_pages(self, shop: Store) -> None:
        first = await shop.views.payments(SCOPE, ALL, PageOf(limit=4))
        second = await shop.views.payments(SCOPE, ALL, PageOf(limit=4, after=first.items[-1].id))
        last = await shop.views.payments(SCOPE, ALL, PageOf(limit=4, after=second.items[-1].id))

        assert [numbers(page) for page in (first, second, last)] == [[10, 9, 8, 7], [6, 5, 4, 3], [2, 1]]
        assert [page.has_more for page in (first, second, last)] == [True, True, False]
        assert last.items[-1] == numbered(1)

    async def test_pages_stand_still_while_others_write(self, shop: Store) -> None:
        first = await shop.views.payments(SCOPE, ALL, PageOf(limit=4))
        await keep(shop, Insert(numbered(12)))

        second = await shop.views.payments(SCOPE, ALL, PageOf(limit=4, after=first.items[-1].id))

        assert numbers(second) == [6, 5, 4, 3]

    async def test_a_full_last_page_has_no_more(self, shop: Store) -> None:
        assert not (await shop.views.payments(SCOPE, ALL, PageOf(limit=10))).has_more
        assert await shop.views.payments(SCOPE, ALL, PageOf(after="pay_")) == Listed(items=(), has_more=False)

    async def test_a_scope_sees_its_own(self, shop: Store) -> None:
        assert numbers(await shop.views.payments(LIVE, ALL, PageOf())) == [11]

    async def test_filters(self, shop: Store) -> None:
        later = START + timedelta(hours=1)
        odd = replace(numbered(20), status=PaymentStatus.FAILED, provider_id="other", created_at=later)
        seen = replace(numbered(21), attention="paid_twice", reference="order-3")
        await keep(shop, Insert(odd), Insert(seen))

        async def found(wanted: PaymentFilter) -> list[int]:
            return numbers(await shop.views.payments(SCOPE, wanted, PageOf()))

        assert await found(PaymentFilter(status=PaymentStatus.FAILED)) == [20]
        assert await found(PaymentFilter(provider_id="other")) == [20]
        assert await found(PaymentFilter(reference="order-3")) == [21, 3]
        assert await found(PaymentFilter(reference="order-3", needs_attention=False)) == [3]
        assert await found(PaymentFilter(needs_attention=True)) == [21]
        assert await found(PaymentFilter(created_from=later)) == [20]
        assert 20 not in await found(PaymentFilter(created_to=later))
        assert await found(PaymentFilter(created_from=later, created_to=later)) == []
        assert await found(PaymentFilter(status=PaymentStatus.FAILED, provider_id="scripted")) == []

    async def test_lists_a_payments_refunds(self, shop: Store) -> None:
        refunds = [a_refund(id=RefundId(f"ref_{n}"), payment_id=numbered(1 + n // 2).id) for n in range(4)]
        await keep(shop, *map(Insert, refunds))

        listed = await shop.views.refunds(SCOPE, numbered(1).id, PageOf(limit=1))

        assert listed == Listed(items=(refunds[1],), has_more=True)
        assert await shop.views.refunds(LIVE, numbered(1).id, PageOf()) == Listed(items=(), has_more=False)

    async def test_lists_events(self, shop: Store) -> None:
        events = [an_event(id=EventId(f"evt_{n}"), subject_id=numbered(n).id) for n in (1, 2, 3)]
        await keep(shop, *map(Insert, events))

        assert (await shop.views.events(SCOPE, EventFilter(), PageOf())).items == tuple(reversed(events))
        assert (await shop.views.events(SCOPE, EventFilter(subject_id=numbered(2).id), PageOf())).items == (events[1],)
        assert (await shop.views.events(LIVE, EventFilter(), PageOf())).items == ()

    async def test_finds_a_key_by_its_digest(self, shop: Store) -> None:
        await keep(shop, Insert(an_api_key()))
        revoked = an_api_key(revoked_at=START, version=2)
        await keep(shop, Update(revoked))

        assert await shop.keys.key(revoked.digest) == revoked
        assert await shop.keys.key("0" * 64) is None
        with pytest.raises(Conflict):
            await keep(shop, Insert(same_digest()))

    async def test_lists_what_routing_is_made_of(self, shop: Store) -> None:
        route = a_route(
            countries=frozenset({country("CI"), country("SN")}), operators=frozenset({"mtn"}), max_amount_minor=9
        )
        other = a_route(id=RouteId("rte_1"), active=False, retry_declined=True)
        await keep(shop, Insert(route), Insert(other))
        switched_off = a_connection(active=False, version=2)
        await keep(shop, Update(switched_off))

        assert await shop.reads.routes(SCOPE) == (route, other)
        assert await shop.reads.connections(SCOPE) == (switched_off,)
        assert await shop.reads.routes(LIVE) == ()
        assert await shop.reads.connections(LIVE) == ()


def same_digest() -> ApiKey:
    """Give another key with a digest that is taken."""
    return an_api_key(id=KeyId("key_other"), scope=LIVE)
