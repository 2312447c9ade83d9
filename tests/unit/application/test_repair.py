"""Whoever looks at a payment that is overdue for asking has it asked about."""

import asyncio
import logging

import pytest

from tests.process import Process, World
from zerofee.application.upkeep.repair import Repair
from zerofee.domain.outcome import Paid
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.testing.builders import SCOPE, an_order
from zerofee.testing.scripted_provider import Faulty, Lost

S = PaymentStatus


@pytest.fixture
def repair(world: World, process: Process) -> Repair:
    return Repair(process.recover, world.clock)


@pytest.fixture
async def lost(world: World, process: Process) -> Payment:
    world.provider.will(Lost(Paid))
    return await process.create(an_order())


async def test_asks_behind_the_answer(world: World, repair: Repair, lost: Payment) -> None:
    world.clock.advance(5)

    repair.soon(lost)

    assert (await world.payment(lost.id)).status is S.PROCESSING
    assert await repair.drain(5)
    assert (await world.payment(lost.id)).status is S.SUCCEEDED
    assert await repair.drain(0)


async def test_does_not_ask_before_its_time(world: World, repair: Repair, lost: Payment) -> None:
    repair.soon(lost)
    await repair.drain(5)

    assert world.provider.sent("ask") == []


async def test_asks_once_however_many_look(world: World, repair: Repair, lost: Payment) -> None:
    world.clock.advance(5)
    for _ in range(10):
        repair.soon(lost)
    await repair.drain(5)

    assert len(world.provider.sent("ask")) == 1


async def test_leaves_alone_what_has_ended(world: World, process: Process, repair: Repair) -> None:
    repair.soon(await process.create(an_order()))

    assert repair.underway == {}


@pytest.mark.parametrize("fault", [StorageUnavailable(), RuntimeError("a bug")])
async def test_a_fault_is_nobodys_but_its_own(
    world: World,
    process: Process,
    repair: Repair,
    lost: Payment,
    fault: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    world.clock.advance(5)

    async def fail(*_: object) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(type(world.store.reads), "attempts", fail)
        repair.soon(lost)
        assert await repair.drain(5)

    world.provider.will_say_when_asked(Faulty(RuntimeError("a bug")))
    repair.soon(lost)
    await asyncio.sleep(0)
    assert await repair.drain(5)
    assert (await world.store.reads.payment(SCOPE, lost.id)).status is S.PROCESSING
