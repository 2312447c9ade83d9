"""What every store promises of writing, as tests: subclass, and give a fixture `store` that yields a started one."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.change_set import BrokenRule, Change, ChangeSet, Conflict, ConflictKind, Finish, Insert, Update
from zerofee.domain.currency import currency
from zerofee.domain.idempotency import Answer
from zerofee.domain.ids import AttemptId, ConnectionId, EventId, PaymentId, RefundId
from zerofee.domain.money import Money
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Environment, Scope
from zerofee.domain.wallet import BalanceMove
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import (
    CONNECTION_ID,
    PAYMENT_ID,
    SCOPE,
    XOF,
    a_charge,
    a_claim,
    a_connection,
    a_payment,
    a_refund,
    an_api_key,
    an_app,
    an_event,
)

LIVE = Scope(SCOPE.app_id, Environment.LIVE)
ANSWER = Answer(status=201, body=b'{"id":"pay_1"}', location="/v1/payments/pay_1")
MANY = 40


async def keep(store: Store, *changes: Change) -> None:
    """Commit some changes as one set."""
    await store.commit(ChangeSet(changes))


async def race(store: Store, sets: Sequence[ChangeSet]) -> list[ConflictKind | None]:
    """Commit sets at the same time, and say for each what stood in its way, `None` when it was written."""
    answers = await asyncio.gather(*map(store.commit, sets), return_exceptions=True)
    kinds: list[ConflictKind | None] = []
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Conflict):
            raise answer
        kinds.append(answer.kind if isinstance(answer, Conflict) else None)
    return kinds


def numbered(number: int) -> Payment:
    """Give the payment of that number, which sorts after those before."""
    return a_payment(id=PaymentId(f"pay_{number:026d}"), reference=f"order-{number}")


def charge_of(payment: Payment, number: int = 1) -> Attempt:
    """Give an attempt of a payment with a provider key of its own."""
    body = payment.id.removeprefix("pay_")
    return a_charge(
        id=AttemptId(f"att_{int(body) * 100 + number:026d}"),
        scope=payment.scope,
        payment_id=payment.id,
        number=number,
        provider_key=f"{payment.scope.environment}-{body}-{number}",
    )


class StoreContract:
    """All or nothing, races with one winner, and the rules that stand under every decision."""

    @pytest.fixture
    async def shop(self, store: Store) -> Store:
        """Give a store that has an app with a connection in both environments."""
        live = a_connection(scope=LIVE, sealed=b"\x00\xff", hints={"key": "sk_…"}, settings={"country": "CI"})
        await keep(store, Insert(an_app()), Insert(a_connection()), Insert(live), Insert(an_api_key()))
        return store

    async def test_keeps_what_it_is_given(self, shop: Store) -> None:
        payment, charge, claim = a_payment(), a_charge(), a_claim(key="a")
        await keep(shop, Insert(payment), Insert(charge), Insert(claim), Insert(an_event()))

        assert await shop.reads.payment(SCOPE, payment.id) == payment
        assert await shop.reads.attempt(SCOPE, charge.id) == charge
        assert await shop.reads.claim(SCOPE, claim.id) == claim
        assert await shop.reads.connection(LIVE, CONNECTION_ID) != a_connection()
        assert await shop.keys.key(an_api_key().digest) == an_api_key()

    async def test_writes_all_of_a_set_or_nothing(self, shop: Store) -> None:
        """The second claim loses, and what came with it is not there either."""
        await keep(shop, Insert(a_claim()), Insert(numbered(1)))

        with pytest.raises(Conflict) as conflict:
            await keep(shop, Insert(numbered(2)), Insert(charge_of(numbered(2))), Insert(a_claim(fingerprint="other")))

        assert conflict.value.kind is ConflictKind.CLAIM
        with pytest.raises(NotFound):
            await shop.reads.payment(SCOPE, numbered(2).id)
        assert await shop.reads.attempts(SCOPE, numbered(2).id) == ()

    async def test_one_of_many_gets_the_claim(self, shop: Store) -> None:
        sets = [ChangeSet((Insert(a_claim()), Insert(numbered(number)))) for number in range(MANY)]

        answers = await race(shop, sets)

        assert sorted(map(str, answers)) == sorted(["None", *["claim"] * (MANY - 1)])
        winner = numbered(answers.index(None))
        for number in range(MANY):
            if number != answers.index(None):
                with pytest.raises(NotFound):
                    await shop.reads.payment(SCOPE, numbered(number).id)
        assert await shop.reads.payment(SCOPE, winner.id) == winner

    async def test_one_of_many_gets_the_version(self, shop: Store) -> None:
        await keep(shop, Insert(a_payment()))
        sets = [ChangeSet((Update(a_payment(version=2, description=str(n))), Insert(numbered(n)))) for n in range(MANY)]

        answers = await race(shop, sets)

        assert sorted(map(str, answers)) == sorted(["None", *["version"] * (MANY - 1)])
        won = answers.index(None)
        assert (await shop.reads.payment(SCOPE, PAYMENT_ID)).description == str(won)
        assert await shop.reads.payment(SCOPE, numbered(won).id) == numbered(won)

    async def test_a_balance_never_falls_below_zero(self, shop: Store) -> None:
        """Forty want 10 of 100 at the same time: ten get it."""
        await keep(shop, BalanceMove(scope=SCOPE, currency=XOF, available_minor=100, pending_minor=7))
        taking = BalanceMove(scope=SCOPE, currency=XOF, available_minor=-10, reserved_minor=10)

        answers = await race(shop, [ChangeSet((taking, Insert(numbered(n)))) for n in range(MANY)])

        assert sorted(map(str, answers)) == sorted(["None"] * 10 + ["balance"] * (MANY - 10))
        (balances,) = await shop.reads.balances(SCOPE)
        assert (balances.available_minor, balances.pending_minor, balances.reserved_minor) == (0, 7, 100)
        for number, answer in enumerate(answers):
            if answer is not None:
                with pytest.raises(NotFound):
                    await shop.reads.payment(SCOPE, numbered(number).id)

    async def test_credits_of_one_balance_never_conflict(self, shop: Store) -> None:
        moves = [BalanceMove(scope=SCOPE, currency=XOF, pending_minor=n) for n in range(MANY)]

        assert await race(shop, [ChangeSet((move,)) for move in moves]) == [None] * MANY

        (balances,) = await shop.reads.balances(SCOPE)
        assert balances.pending_minor == sum(range(MANY))

    async def test_balances_are_kept_apart(self, shop: Store) -> None:
        eur = currency("EUR")
        await keep(shop, BalanceMove(scope=SCOPE, currency=XOF, available_minor=5))
        await keep(shop, BalanceMove(scope=SCOPE, currency=eur, available_minor=3))

        with pytest.raises(Conflict) as conflict:
            await keep(shop, BalanceMove(scope=LIVE, currency=XOF, available_minor=-1))

        assert conflict.value.kind is ConflictKind.BALANCE
        assert [found.currency for found in await shop.reads.balances(SCOPE)] == [eur, XOF]
        assert await shop.reads.balances(LIVE) == ()

    async def test_one_sets_conflict_is_no_other_sets_matter(self, shop: Store) -> None:
        """Among forty good sets at once are four that cannot be written; each of those fails for its own reason."""
        await keep(shop, Insert(a_payment()), Insert(a_claim(key="taken")), Insert(a_charge()), Insert(an_event()))
        bad = (
            ChangeSet((Insert(a_claim(key="taken")),)),
            ChangeSet((Update(a_payment(version=7)),)),
            ChangeSet((Insert(an_event(id=EventId("evt_other"))),)),
            ChangeSet((BalanceMove(scope=SCOPE, currency=XOF, available_minor=-1),)),
        )
        good = [ChangeSet((Insert(a_claim(key=str(n))), Insert(numbered(n)))) for n in range(MANY)]

        answers = await race(shop, [*good[:10], bad[0], *good[10:20], bad[1], bad[2], *good[20:], bad[3]])

        assert [answer for answer in answers if answer is not None] == ["claim", "version", "unique", "balance"]
        for number in range(MANY):
            assert await shop.reads.payment(SCOPE, numbered(number).id) == numbered(number)

    async def test_what_breaks_a_rule_fails_alone(self, shop: Store) -> None:
        """A bug in one request is not an outage for the others."""
        orphaned = ChangeSet((Insert(charge_of(numbered(99))),))
        good = [ChangeSet((Insert(numbered(n)),)) for n in range(3)]

        answers = await asyncio.gather(*map(shop.commit, [*good, orphaned]), return_exceptions=True)

        assert answers[:3] == [None] * 3
        assert isinstance(answers[3], BrokenRule)

    async def test_updates_by_version(self, shop: Store) -> None:
        await keep(shop, Insert(a_payment()))
        changed = a_payment(version=2, status=PaymentStatus.SUCCEEDED, captured_minor=5000, late=True)
        await keep(shop, Update(changed))

        assert await shop.reads.payment(SCOPE, PAYMENT_ID) == changed
        with pytest.raises(Conflict) as conflict:
            await keep(shop, Update(numbered(4)))
        assert conflict.value.kind is ConflictKind.VERSION

    async def test_a_claim_is_finished_once(self, shop: Store) -> None:
        claim = a_claim()
        await keep(shop, Insert(claim))
        await keep(shop, Finish(claim.id, ANSWER, claim.created_at))
        await keep(shop, Finish(claim.id, replace(ANSWER, body=b"other"), claim.created_at))

        kept = await shop.reads.claim(SCOPE, claim.id)

        assert kept == replace(claim, answer=ANSWER, finished_at=claim.created_at)
        assert await shop.reads.claim(LIVE, claim.id) is None

    async def test_one_attempt_of_a_payment_is_in_flight(self, shop: Store) -> None:
        await keep(shop, Insert(numbered(1)), Insert(charge_of(numbered(1))))

        with pytest.raises(Conflict) as conflict:
            await keep(shop, Insert(charge_of(numbered(1), 2)))
        assert conflict.value.kind is ConflictKind.UNIQUE

        ended = replace(charge_of(numbered(1)), state=AttemptState.DECLINED, ask_at=None, version=2)
        await keep(shop, Update(ended), Insert(charge_of(numbered(1), 2)))
        assert await shop.reads.attempts(SCOPE, numbered(1).id) == (ended, charge_of(numbered(1), 2))

    async def test_one_of_many_operations_begins(self, shop: Store) -> None:
        waiting = replace(charge_of(numbered(1)), state=AttemptState.WAITING)
        await keep(shop, Insert(numbered(1)), Insert(waiting))

        answers = await race(shop, [ChangeSet((Insert(charge_of(numbered(1), n + 2)),)) for n in range(MANY)])

        assert sorted(map(str, answers)) == sorted(["None", *["unique"] * (MANY - 1)])

    async def test_a_provider_key_is_used_once(self, shop: Store) -> None:
        await keep(shop, Insert(numbered(1)), Insert(charge_of(numbered(1))), Insert(numbered(2)))
        again = replace(charge_of(numbered(2)), provider_key=charge_of(numbered(1)).provider_key)

        with pytest.raises(Conflict) as conflict:
            await keep(shop, Insert(again))
        assert conflict.value.kind is ConflictKind.UNIQUE

    async def test_events_are_counted_without_a_double(self, shop: Store) -> None:
        await keep(shop, Insert(an_event()))

        with pytest.raises(Conflict) as conflict:
            await keep(shop, Insert(an_event(id=EventId("evt_again"))))
        assert conflict.value.kind is ConflictKind.UNIQUE
        await keep(shop, Insert(an_event(id=EventId("evt_again"), sequence=2)))

    async def test_no_more_goes_back_than_was_captured(self, shop: Store) -> None:
        paid = a_payment(status=PaymentStatus.SUCCEEDED, captured_minor=5000, refunding_minor=4999)
        await keep(shop, Insert(paid))

        with pytest.raises(BrokenRule):
            await keep(shop, Update(replace(paid, refunded_minor=2, version=2)))
        assert await shop.reads.payment(SCOPE, PAYMENT_ID) == paid

    async def test_refers_to_what_is_in_the_same_scope(self, shop: Store) -> None:
        """Each of these names a thing that there is, but in the other environment or nowhere."""
        await keep(shop, Insert(numbered(1)))
        broken: tuple[Change, ...] = (
            Insert(replace(charge_of(numbered(1)), scope=LIVE)),
            Insert(replace(charge_of(numbered(1)), connection_id=ConnectionId("con_none"))),
            Insert(a_refund(payment_id=numbered(1).id, scope=LIVE)),
            Insert(replace(charge_of(numbered(1)), refund_id=RefundId("ref_none"))),
        )

        for change in broken:
            with pytest.raises(BrokenRule):
                await keep(shop, change)

    async def test_nothing_of_another_scope_is_found(self, shop: Store) -> None:
        """The same ids live in both environments, and are two things."""
        sandbox, live = numbered(1), replace(numbered(1), scope=LIVE, money=Money(7, XOF))
        await keep(shop, Insert(sandbox), Insert(charge_of(sandbox)))
        for read in (shop.reads.payment, shop.reads.attempt, shop.reads.refund, shop.reads.connection):
            with pytest.raises(NotFound):
                await read(Scope(an_app().id, Environment.LIVE), "nothing")  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await shop.reads.payment(LIVE, sandbox.id)
        with pytest.raises(NotFound):
            await shop.reads.attempt(LIVE, charge_of(sandbox).id)
        with pytest.raises(Conflict):
            await keep(shop, Update(replace(live, version=2)))

        await keep(shop, Insert(live))

        assert await shop.reads.payment(SCOPE, sandbox.id) == sandbox
        assert await shop.reads.payment(LIVE, sandbox.id) == live

    async def test_a_caller_that_goes_away_harms_nobody(self, shop: Store) -> None:
        tasks = [asyncio.ensure_future(keep(shop, Insert(numbered(n)))) for n in range(MANY)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()

        answers = await asyncio.gather(*tasks, return_exceptions=True)

        assert all(answer is None for answer in answers[1::2])
        for number in range(1, MANY, 2):
            assert await shop.reads.payment(SCOPE, numbered(number).id) == numbered(number)
