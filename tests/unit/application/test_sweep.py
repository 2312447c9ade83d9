"""ASK-7: a provider's own list is laid beside ours, once a day; only its word changes anything."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.process import Process, World
from zerofee.application.upkeep.sweep import Sweep, Swept
from zerofee.domain.capabilities import Operation
from zerofee.domain.money import Money
from zerofee.domain.outcome import Authorized, Paid
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.views import PageOf, PaymentFilter
from zerofee.domain.sweeping import DifferenceKind
from zerofee.testing.builders import SCOPE, XOF, an_order
from zerofee.testing.scripted_provider import Booking, Lost

S, K = PaymentStatus, DifferenceKind
HOUR = timedelta(hours=1)


def sweeper(world: World, process: Process) -> Sweep:
    store = world.store
    recover, record = process.recover, process.record_outcome
    return Sweep(store.apps, store.views, store.inbox, world.providers, record, recover, store.work, world.clock)


async def swept(world: World, process: Process) -> list[Swept]:
    """Sweep the last two days, an hour later."""
    now = world.clock.advance(2 * 3600)
    return [one async for one in sweeper(world, process)(now - 48 * HOUR, now - HOUR)]


async def kinds(world: World, process: Process) -> list[DifferenceKind]:
    return [found.kind for one in await swept(world, process) for found in one.differences]


@pytest.fixture
async def paid(world: World, process: Process) -> Payment:
    return await process.create(an_order())


async def test_finds_nothing_where_both_agree(world: World, process: Process, paid: Payment) -> None:
    held = Authorized
    world.provider.will(held)
    payment = await process.create(an_order())
    await process.capture(SCOPE, payment.id, 3000)

    first, second = await swept(world, process)

    assert (first.movements, first.differences) == (2, ())
    assert (second.movements, second.why) == (0, None)


async def test_finds_what_nobody_here_knows_of(world: World, process: Process, paid: Payment) -> None:
    world.provider.booked.append(Booking(what="charge", provider_key="from elsewhere", money=Money(700, XOF)))

    (found,) = (await swept(world, process))[0].differences

    assert (found.kind, found.payment_id, found.theirs) == (K.NOT_OURS, None, Money(700, XOF))


async def test_adopts_what_the_provider_has_as_paid_and_we_have_not(world: World, process: Process) -> None:
    """A late success, by the provider's word when asked: the list alone is not believed."""
    world.provider.will(Lost(Paid))
    payment = await process.create(an_order())
    world.provider.will_say_when_asked(*[Lost()] * 20)

    (found,) = (await swept(world, process))[0].differences

    assert (found.kind, found.payment_id) == (K.NOT_PAID_HERE, payment.id)
    world.provider.answers_to_asking.clear()
    assert await kinds(world, process) == [K.NOT_PAID_HERE]
    assert (await world.payment(payment.id)).status is S.SUCCEEDED
    assert await kinds(world, process) == []


async def test_marks_what_the_provider_does_not_list(world: World, process: Process, paid: Payment) -> None:
    world.provider.booked.clear()

    assert await kinds(world, process) == [K.NOT_AT_PROVIDER]

    payment = await world.payment(paid.id)
    assert (payment.status, payment.attention) == (S.SUCCEEDED, "not_at_provider")
    listed = await world.store.views.payments(SCOPE, PaymentFilter(needs_attention=True), PageOf())
    assert listed.items == (payment,)


async def test_finds_another_amount(world: World, process: Process, paid: Payment) -> None:
    world.provider.booked[0] = replace(world.provider.booked[0], money=Money(4999, XOF))

    (found,) = (await swept(world, process))[0].differences

    assert (found.kind, found.theirs, found.ours) == (K.OTHER_AMOUNT, Money(4999, XOF), Money(5000, XOF))


async def test_leaves_out_what_is_younger_than_an_hour(world: World, process: Process, paid: Payment) -> None:
    world.provider.booked.clear()
    now = world.clock.now()

    found = [one async for one in sweeper(world, process)(now - 48 * HOUR, now - HOUR)]

    assert [one.differences for one in found] == [(), ()]


async def test_says_which_connection_could_not_be_swept(world: World, process: Process, paid: Payment) -> None:
    (charge,) = await world.attempts(paid)
    world.providers.shut.add(charge.connection_id)

    first, second = await swept(world, process)

    assert first.why is not None
    assert second.why is None
    assert (await world.payment(paid.id)).attention is None


async def test_passes_over_who_cannot_list(world: World, process: Process, paid: Payment) -> None:
    for provider in (world.provider, world.second):
        can = provider.capabilities
        provider.capabilities = replace(can, operations=can.operations - {Operation.SWEEP})

    assert await swept(world, process) == []


async def test_is_done_once_a_day_by_whoever_comes_first(
    world: World, process: Process, paid: Payment, caplog: pytest.LogCaptureFixture
) -> None:
    world.provider.booked.clear()
    world.clock.advance(2 * 3600)
    caplog.set_level(logging.ERROR)

    assert [await sweeper(world, process).daily() for _ in range(3)] == [1, 0, 0]

    assert "not_at_provider" in caplog.text
    world.clock.advance(24 * 3600)
    assert await sweeper(world, process).daily() == 1
