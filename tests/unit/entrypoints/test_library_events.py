"""`z.events.subscribe`: at least once, and only what is on disk."""

import asyncio

import pytest

from zerofee import ZeroFee
from zerofee.adapters.memory.clock import ToldClock
from zerofee.domain.event import EventType
from zerofee.entrypoints.http.wire.events import EventBody
from zerofee.entrypoints.library import NoScope


class Listener:
    """Keeps what it hears, and refuses as often as it is told."""

    def __init__(self, refusals: int = 0) -> None:
        self.heard: list[EventBody] = []
        self.refusals = refusals
        self.told = asyncio.Event()
        self.took = asyncio.Condition()

    async def __call__(self, event: EventBody) -> None:
        self.told.set()
        if self.refusals:
            self.refusals -= 1
            raise RuntimeError("not now")
        async with self.took:
            self.heard.append(event)
            self.took.notify_all()


async def paid(z: ZeroFee) -> str:
    phone = {"phone": "+2250700000000"}
    payment = await z.payments.create(amount=10_000, currency="XOF", payment_method="PAYIN_ORANGE_CI", customer=phone)
    return payment.id


async def heard(listener: Listener, count: int) -> list[EventBody]:
    async with asyncio.timeout(10), listener.took:
        await listener.took.wait_for(lambda: len(listener.heard) >= count)
    return listener.heard


async def test_hears_of_a_payment_after_its_commit() -> None:
    listener = Listener()
    async with ZeroFee.in_memory() as z, z.events.subscribe("books", listener):
        payment_id = await paid(z)
        events = await heard(listener, 2)

    assert sorted(event.type for event in events) == [EventType.PAYMENT_CREATED, EventType.PAYMENT_SUCCEEDED]
    assert all(payment_id.encode() in bytes(event.data) for event in events)


async def test_hears_of_what_it_wants_and_of_nothing_else() -> None:
    listener = Listener()
    async with ZeroFee.in_memory() as z, z.events.subscribe("books", listener, ["payment.succeeded"]):
        await paid(z)
        await paid(z)
        events = await heard(listener, 2)

    assert {event.type for event in events} == {EventType.PAYMENT_SUCCEEDED}


async def test_what_it_refused_is_told_again() -> None:
    clock, listener = ToldClock(), Listener(refusals=1)
    async with ZeroFee.in_memory(clock) as z, z.events.subscribe("books", listener, ["payment.succeeded"]):
        await paid(z)
        await listener.told.wait()
        clock.advance(10)
        [event] = await heard(listener, 1)

    assert event.sequence == 2


async def test_what_happens_while_nobody_listens_is_told_later() -> None:
    before, after = Listener(), Listener()
    async with ZeroFee.in_memory() as z:
        async with z.events.subscribe("books", before, ["payment.succeeded"]):
            pass
        payment_id = await paid(z)
        async with z.events.subscribe("books", after, ["payment.succeeded"]):
            [event] = await heard(after, 1)

    assert before.heard == []
    assert payment_id.encode() in bytes(event.data)


async def test_must_be_told_whose_events_are_meant() -> None:
    async with ZeroFee.in_memory() as z:
        with pytest.raises(NoScope):
            _ = ZeroFee(z.container).events
