"""Give back, never more than was taken: reserved first, freed by a definite no alone."""

import asyncio

import pytest

from tests.process import Process, World
from tests.unit.application.begun import begun, without
from zerofee.application.payments.charged import Unsupported
from zerofee.domain.attempt import AttemptState
from zerofee.domain.capabilities import Operation
from zerofee.domain.failure import FailureCode
from zerofee.domain.next_action import Otp
from zerofee.domain.opening import AmountTooLarge, OperationInFlight, WrongStatus
from zerofee.domain.outcome import (
    Accepted,
    Authorized,
    Paid,
    Refused,
)
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.refund import RefundStatus
from zerofee.domain.refunding import NewRefund
from zerofee.testing.builders import SCOPE
from zerofee.testing.scripted_provider import Lost

S, A = PaymentStatus, AttemptState

OTP = Otp("Send the code.")
REFUSED = Refused(FailureCode.UNSUPPORTED)


async def test_gives_all_of_it_back(world: World, process: Process) -> None:
    payment = await begun(world, process)

    refund = await process.refund(SCOPE, payment.id, NewRefund(reason="gone"))

    payment = await world.payment(payment.id)
    assert refund == await world.store.reads.refund(SCOPE, refund.id)
    assert (refund.status, refund.money.minor, refund.reason) == (RefundStatus.SUCCEEDED, 5000, "gone")
    assert (payment.refunded_minor, payment.refunding_minor, payment.status) == (5000, 0, S.SUCCEEDED)
    assert [event.type for event in await world.events(refund.id)] == ["refund.created", "refund.succeeded"]
    assert (await world.events(payment.id))[-1].type == "payment.refunded"


async def test_gives_parts_back_until_nothing_is_left(world: World, process: Process) -> None:
    payment = await begun(world, process)

    for minor in (2000, 3000):
        await process.refund(SCOPE, payment.id, NewRefund(amount_minor=minor))
    with pytest.raises(AmountTooLarge):
        await process.refund(SCOPE, payment.id, NewRefund(amount_minor=1))
    with pytest.raises(AmountTooLarge):
        await process.refund(SCOPE, payment.id, NewRefund())

    back = [booking.money.minor for booking in world.provider.booked if booking.what == "refund"]
    assert back == [2000, 3000]


@pytest.mark.parametrize("answer", [Lost(), Lost(Paid), Accepted()])
async def test_keeps_the_reserve_while_it_is_open(world: World, process: Process, answer: Lost | Accepted) -> None:
    payment = await begun(world, process)
    world.provider.will(answer)

    refund = await process.refund(SCOPE, payment.id, NewRefund(amount_minor=3000))

    assert refund.status is RefundStatus.PENDING
    assert (await world.payment(payment.id)).refundable_minor == 2000


async def test_frees_the_reserve_when_it_is_refused(world: World, process: Process) -> None:
    payment = await begun(world, process)
    world.provider.will(REFUSED)

    refund = await process.refund(SCOPE, payment.id, NewRefund())

    assert refund.status is RefundStatus.FAILED
    assert (await world.payment(payment.id)).refundable_minor == 5000


async def test_a_second_one_may_begin_while_the_first_waits(world: World, process: Process) -> None:
    payment = await begun(world, process)
    world.provider.will(Accepted(), Lost())
    await process.refund(SCOPE, payment.id, NewRefund(amount_minor=1000))
    await process.refund(SCOPE, payment.id, NewRefund(amount_minor=1000))
    world.provider.will_say_when_asked(Lost(), Lost())

    await process.upkeep(10)

    states = {attempt.number: attempt.state for attempt in await world.attempts(payment)}
    assert states == {1: A.SUCCEEDED, 2: A.WAITING, 3: A.UNKNOWN}


async def test_parallel_ones_never_pass_what_was_taken(world: World, process: Process) -> None:
    """MON-5."""
    payment = await begun(world, process)
    order = NewRefund(amount_minor=3000)

    results = await asyncio.gather(
        *(process.refund(SCOPE, payment.id, order) for _ in range(10)), return_exceptions=True
    )

    refused = [result for result in results if isinstance(result, Exception)]
    assert len(refused) == 9
    assert all(isinstance(why, OperationInFlight | AmountTooLarge) for why in refused)
    assert (await world.payment(payment.id)).refunded_minor == 3000


async def test_needs_a_provider_that_gives_back(world: World, process: Process) -> None:
    payment = await begun(world, process)
    without(world, Operation.PARTIAL_REFUND)

    with pytest.raises(Unsupported):
        await process.refund(SCOPE, payment.id, NewRefund(amount_minor=1))
    without(world, Operation.REFUND)
    with pytest.raises(Unsupported):
        await process.refund(SCOPE, payment.id, NewRefund())


async def test_needs_a_payment_that_was_paid(world: World, process: Process) -> None:
    payment = await begun(world, process, Authorized)

    with pytest.raises(WrongStatus):
        await process.refund(SCOPE, payment.id, NewRefund())
