"""What every store promises of due work, as tests: subclass, and give a fixture `store`."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.attempt import AttemptState
from zerofee.domain.change_set import Finish, Insert, Update
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.work import DueAttempt, DuePayment
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import SCOPE, a_claim, a_connection, an_app
from zerofee.testing.store_contract import ANSWER, charge_of, keep, numbered


def after(seconds: int) -> datetime:
    """Give a time so many seconds after the start."""
    return START + timedelta(seconds=seconds)


class WorkContract:
    """Each piece of due work is claimed by one, and is due again when its lease ends."""

    @pytest.fixture
    async def shop(self, store: Store) -> Store:
        """Give a store with six payments; attempt n is asked about after n seconds, and payment n expires then."""
        await keep(store, Insert(an_app()), Insert(a_connection()))
        for n in range(1, 7):
            payment = replace(numbered(n), expires_at=after(n))
            attempt = replace(charge_of(payment), ask_at=after(n), boot_id=f"boot-{n % 2}")
            await keep(store, Insert(payment), Insert(attempt))
        return store

    async def test_claims_what_is_due_oldest_first(self, shop: Store) -> None:
        claimed = await shop.work.due_attempts(after(4), after(60), 3)

        assert set(claimed) == {DueAttempt(SCOPE, charge_of(numbered(n)).id) for n in (1, 2, 3)}
        assert await shop.work.due_attempts(after(4), after(60), 3) == (DueAttempt(SCOPE, charge_of(numbered(4)).id),)
        assert await shop.work.due_attempts(after(4), after(60), 3) == ()

    async def test_what_a_dead_worker_claimed_is_due_again(self, shop: Store) -> None:
        first = await shop.work.due_attempts(after(1), after(60), 9)

        assert await shop.work.due_attempts(after(60), after(90), 9) != ()
        assert first == (DueAttempt(SCOPE, charge_of(numbered(1)).id),)

    async def test_many_workers_share_the_work(self, shop: Store) -> None:
        claims = await asyncio.gather(*(shop.work.due_attempts(after(6), after(60), 2) for _ in range(8)))

        claimed = [due for claim in claims for due in claim]
        assert len(claimed) == len(set(claimed)) == 6

    async def test_a_claim_does_not_stand_in_the_way_of_an_answer(self, shop: Store) -> None:
        """A claimed attempt is the same attempt: whoever had read it before may still write what it heard."""
        await shop.work.due_attempts(after(6), after(60), 9)
        answered = replace(charge_of(numbered(1)), state=AttemptState.SUCCEEDED, ask_at=None, version=2)

        await keep(shop, Update(answered))

        assert await shop.reads.attempt(SCOPE, answered.id) == answered
        assert DueAttempt(SCOPE, answered.id) not in await shop.work.due_attempts(after(60), after(90), 9)

    async def test_payments_fall_due_while_they_wait(self, shop: Store) -> None:
        done = replace(numbered(1), status=PaymentStatus.SUCCEEDED, expires_at=after(1), version=2)
        await keep(shop, Update(done))

        assert await shop.work.due_payments(after(2), after(60), 9) == (DuePayment(SCOPE, numbered(2).id),)
        assert await shop.work.due_payments(after(2), after(60), 9) == ()
        assert await shop.work.due_payments(after(60), after(90), 1) == (DuePayment(SCOPE, numbered(3).id),)
        assert (await shop.reads.payment(SCOPE, numbered(2).id)).expires_at == after(2)

    async def test_a_payment_that_changed_is_due_anew(self, shop: Store) -> None:
        await shop.work.due_payments(after(1), after(60), 9)
        await keep(shop, Update(replace(numbered(1), expires_at=after(1), version=2)))

        assert await shop.work.due_payments(after(1), after(60), 9) == (DuePayment(SCOPE, numbered(1).id),)

    async def test_a_refused_set_leaves_the_lease(self, shop: Store) -> None:
        await shop.work.due_payments(after(1), after(60), 9)
        with pytest.raises(Exception, match="version"):
            await keep(shop, Update(replace(numbered(1), version=2)), Update(replace(numbered(2), version=9)))

        assert await shop.work.due_payments(after(1), after(60), 9) == ()

    async def test_finds_what_dead_processes_left(self, shop: Store) -> None:
        """Boot 0 has said nothing for too long, boot 1 has; what boot 0 does not send any more is no orphan."""
        await shop.work.beat("boot-0", START)
        await shop.work.beat("boot-1", START)
        await shop.work.beat("boot-1", after(10))
        ended = replace(charge_of(numbered(2)), state=AttemptState.UNKNOWN, boot_id="boot-0", version=2)
        await keep(shop, Update(ended))

        orphans = await shop.work.orphans(after(11), after(5), 9)

        assert orphans == tuple(DueAttempt(SCOPE, charge_of(numbered(n)).id) for n in (4, 6))
        assert len(await shop.work.orphans(after(11), after(5), 1)) == 1

    async def test_all_others_are_dead_when_one_has_the_storage_for_itself(self, shop: Store) -> None:
        await shop.work.beat("boot-0", after(10))
        await shop.work.beat("boot-1", after(10))

        await shop.work.alone("boot-1")

        orphans = await shop.work.orphans(after(11), after(5), 9)
        assert orphans == tuple(DueAttempt(SCOPE, charge_of(numbered(n)).id) for n in (2, 4, 6))

    async def test_a_process_that_never_said_anything_is_dead(self, shop: Store) -> None:
        assert len(await shop.work.orphans(after(11), START, 9)) == 6

    async def test_reaps_claims_that_are_over(self, shop: Store) -> None:
        """One is old, one is new, one has no answer, and one's payment is still in processing."""
        old, new, open_, waits = (a_claim(key=name) for name in ("old", "new", "open", "waits"))
        payment = replace(numbered(7), status=PaymentStatus.PROCESSING)
        attempt = replace(charge_of(payment), claim_id=waits.id)
        await keep(shop, *(Insert(claim) for claim in (old, new, open_, waits)), Insert(payment), Insert(attempt))
        for claim, at in ((old, after(1)), (new, after(9)), (waits, after(1))):
            await keep(shop, Finish(claim.id, ANSWER, at))

        assert await shop.work.reap_claims(after(5), 9) == 1
        assert await shop.work.reap_claims(after(5), 9) == 0
        kept = [await shop.reads.claim(SCOPE, claim.id) is not None for claim in (old, new, open_, waits)]
        assert kept == [False, True, True, True]

    async def test_reaps_no_more_than_it_was_told(self, shop: Store) -> None:
        for n in range(3):
            claim = a_claim(key=str(n))
            await keep(shop, Insert(claim))
            await keep(shop, Finish(claim.id, ANSWER, after(n)))

        assert [await shop.work.reap_claims(after(9), 2) for _ in range(3)] == [2, 1, 0]

    async def test_a_chore_is_claimed_by_one_and_again_when_its_time_has_come(self, store: Store) -> None:
        claims = await asyncio.gather(*(store.work.claim_chore("sweep", START, after(60)) for _ in range(8)))

        assert sum(claims) == 1
        assert not await store.work.claim_chore("sweep", after(59), after(120))
        assert await store.work.claim_chore("another", after(59), after(120))
        assert await store.work.claim_chore("sweep", after(60), after(120))
        assert not await store.work.claim_chore("sweep", after(61), after(121))
