"""What every store promises of checkout sessions, as tests: subclass, and give a fixture `store`."""

from dataclasses import replace

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.change_set import ChangeSet, Conflict, Insert, Update
from zerofee.domain.checkout import CheckoutSession, LineItem
from zerofee.domain.ids import CheckoutId
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.ports.store import NotFound
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import a_payment, an_app
from zerofee.testing.store_contract import keep, numbered

SESSION_ID = CheckoutId("cks_01KDVQ6R000000000000000001")
OTHER_ID = CheckoutId("cks_01KDVQ6R000000000000000002")


def a_session(**changes: object) -> CheckoutSession:
    """Make a session with everything in it."""
    payment = a_payment()
    session = CheckoutSession(
        id=SESSION_ID,
        scope=payment.scope,
        payment_id=payment.id,
        methods=(MOBILE_MONEY, CARD),
        line_items=(LineItem(name="Pagne", amount_minor=5_000, quantity=2),),
        locale="fr",
        provider_id="test",
        created_at=START,
    )
    return replace(session, **changes)  # type: ignore[arg-type]


class CheckoutsContract:
    """A session is found by its id alone, belongs to one payment, and counts its tries under a guard."""

    @pytest.fixture
    async def shop(self, store: Store) -> Store:
        """Give a store with a payment on its page."""
        await keep(store, Insert(an_app()), Insert(a_payment()), Insert(a_session()))
        return store

    async def test_gives_a_session_back_as_it_was(self, shop: Store) -> None:
        assert await shop.checkouts.session(SESSION_ID) == a_session()

    async def test_finds_no_session_that_is_not_there(self, shop: Store) -> None:
        with pytest.raises(NotFound):
            await shop.checkouts.session(OTHER_ID)

    async def test_keeps_one_session_for_a_payment(self, shop: Store) -> None:
        with pytest.raises(Conflict):
            await shop.commit(ChangeSet((Insert(a_session(id=OTHER_ID)),)))

    async def test_counts_a_try_once_for_two_that_race(self, shop: Store) -> None:
        counted = a_session().counted()
        await shop.commit(ChangeSet((Update(counted),)))

        with pytest.raises(Conflict):
            await shop.commit(ChangeSet((Update(counted),)))

        assert (await shop.checkouts.session(SESSION_ID)).pays == 1

    async def test_tells_at_once_how_often_many_payments_were_written(self, shop: Store) -> None:
        second = numbered(2)
        await keep(shop, Insert(second), Insert(a_session(id=OTHER_ID, payment_id=second.id)))
        await keep(shop, Update(replace(second, version=2)))

        versions = await shop.checkouts.versions([SESSION_ID, OTHER_ID, CheckoutId("cks_01KDVQ6R000000000000000009")])

        assert versions == {SESSION_ID: 1, OTHER_ID: 2}

    async def test_looks_at_no_page_when_none_is_open(self, shop: Store) -> None:
        assert await shop.checkouts.versions([]) == {}
