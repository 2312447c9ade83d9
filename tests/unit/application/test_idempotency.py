"""One key, one execution, one answer: also while it runs, after it was refused, and whoever asks."""

import asyncio

import pytest

from tests.process import PlainShowing, Process, World
from zerofee.application.once import Once, Replayed
from zerofee.domain.change_set import ChangeSet, Conflict, ConflictKind
from zerofee.domain.failure import FailureCode
from zerofee.domain.idempotency import Answer, InFlight, KeyReused
from zerofee.domain.opening import WrongStatus
from zerofee.domain.outcome import Authorized, Declined, Paid, Refused
from zerofee.domain.payment import Payment
from zerofee.domain.refunding import NewRefund
from zerofee.domain.scope import Environment, Scope
from zerofee.testing.builders import APP_ID, SCOPE, a_claim, an_order
from zerofee.testing.scripted_provider import Answer as Line
from zerofee.testing.scripted_provider import Lost, Order

CLAIM = a_claim()
OTHER = a_claim(fingerprint="e" * 64)
REFUSAL = Answer(status=409, body=b'{"code":"payment_status_conflict"}', content_type="application/problem+json")


async def answer_kept(world: World) -> Answer:
    kept = await world.store.reads.claim(SCOPE, CLAIM.id)
    assert kept is not None
    assert kept.answer is not None
    return kept.answer


@pytest.mark.parametrize("line", [Paid, Declined(FailureCode.DECLINED), Lost(Paid), Refused(FailureCode.UNSUPPORTED)])
async def test_replays_the_first_answer(world: World, process: Process, line: Line | Lost) -> None:
    """IDM-4: what was answered first is answered again, byte for byte, and nothing is done."""
    world.provider.will(line)
    payment = await process.create(an_order(), CLAIM)
    calls = len(world.provider.called) + len(world.second.called)

    with pytest.raises(Replayed) as replayed:
        await process.create(an_order(), CLAIM)

    answer = replayed.value.answer
    assert answer == await answer_kept(world)
    assert answer.status == 201
    assert answer.body == PlainShowing().show(payment)
    assert answer.location == f"/v1/payments/{payment.id}"
    assert len(world.provider.called) + len(world.second.called) == calls


async def test_refuses_another_request_under_the_key(world: World, process: Process) -> None:
    await process.create(an_order(), CLAIM)

    with pytest.raises(KeyReused):
        await process.create(an_order(), OTHER)
    assert len(world.provider.called) == 1


async def test_asks_to_wait_while_the_first_is_running(world: World, process: Process) -> None:
    refusals: list[type[Exception]] = []

    async def meanwhile(order: Order) -> None:
        for claim in (CLAIM, OTHER):
            try:
                await process.create(an_order(), claim)
            except (InFlight, KeyReused) as refusal:
                refusals.append(type(refusal))

    world.provider.during = meanwhile

    await process.create(an_order(), CLAIM)

    assert refusals == [InFlight, KeyReused]


async def test_a_hundred_at_once_are_one_execution(world: World, process: Process) -> None:
    """IDM-6."""
    results = await asyncio.gather(*(process.create(an_order(), CLAIM) for _ in range(100)), return_exceptions=True)

    assert len([result for result in results if isinstance(result, Payment)]) == 1
    assert all(isinstance(result, Payment | InFlight | Replayed) for result in results)
    assert len(world.provider.taken()) == 1
    assert len(list(world.store.reads._shop.payments)) == 1


async def test_equal_keys_of_both_environments_do_not_meet(world: World, process: Process) -> None:
    """IDM-12."""
    live = a_claim(scope=Scope(APP_ID, Environment.LIVE))
    await process.once.refused(live, REFUSAL)

    assert isinstance(await process.create(an_order(), CLAIM), Payment)


async def test_keeps_the_answer_through_failover(world: World, process: Process) -> None:
    world.provider.will(Refused(FailureCode.UNSUPPORTED))

    payment = await process.create(an_order(), CLAIM)

    assert (await answer_kept(world)).body == PlainShowing().show(payment)


class TestARefusal:
    async def test_is_kept_like_any_answer(self, process: Process) -> None:
        """IDM-8."""
        await process.once.refused(CLAIM, REFUSAL)

        with pytest.raises(Replayed) as replayed:
            await process.once.refused(CLAIM, Answer(status=404, body=b"another"))
        assert replayed.value.answer == REFUSAL

    async def test_does_not_hide_what_the_key_was_used_for(self, process: Process) -> None:
        await process.once.refused(CLAIM, REFUSAL)

        with pytest.raises(KeyReused):
            await process.once.refused(OTHER, REFUSAL)

    async def test_gives_way_to_the_answer_of_the_first_request(self, world: World, process: Process) -> None:
        """A repeated capture is no longer allowed, and is answered by what the first one was told all the same."""
        world.provider.will(Authorized)
        payment = await process.create(an_order())
        await process.capture(SCOPE, payment.id, claim=CLAIM)

        with pytest.raises(WrongStatus):
            await process.capture(SCOPE, payment.id, claim=CLAIM)
        with pytest.raises(Replayed) as replayed:
            await process.once.refused(CLAIM, REFUSAL)

        assert replayed.value.answer.status == 200


async def test_a_refund_is_made_once(world: World, process: Process) -> None:
    payment = await process.create(an_order())
    refund = await process.refund(SCOPE, payment.id, NewRefund(amount_minor=1000), CLAIM)

    with pytest.raises(Replayed) as replayed:
        await process.refund(SCOPE, payment.id, NewRefund(amount_minor=1000), CLAIM)

    assert replayed.value.answer.status == 201
    assert replayed.value.answer.location == f"/v1/refunds/{refund.id}"
    assert (await world.payment(payment.id)).refunded_minor == 1000


async def test_a_claim_that_was_reaped_meanwhile_is_tried_again_later(world: World) -> None:
    async def taken(changes: ChangeSet) -> None:
        raise Conflict(ConflictKind.CLAIM, "claim")

    with pytest.raises(InFlight):
        await Once(taken, world.store.reads).refused(CLAIM, REFUSAL)
