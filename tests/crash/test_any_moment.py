"""
Every verb, killed at every call to a port, and taken up again by another process.

Whatever the moment: the payer is charged at most once, what happened at the provider is known in the end, nothing
stays open, and the merchant's retry gets one answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from tests.books import balanced
from tests.crash.fuse import Died, Fuse, mortal
from tests.process import Process, World
from zerofee.application.once import Replayed
from zerofee.domain.attempt import IN_FLIGHT
from zerofee.domain.capabilities import Operation
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.idempotency import Answer, Claim
from zerofee.domain.ids import PaymentId
from zerofee.domain.next_action import Otp, UssdPush
from zerofee.domain.outcome import ActionRequired, Authorized, Paid, Proceed, Refused
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.refunding import NewRefund
from zerofee.testing.builders import PAYMENT_ID, SCOPE, a_claim, an_order
from zerofee.testing.scripted_provider import Line, Lost

S = PaymentStatus

Act = Callable[[Process, PaymentId], Awaitable[object]]

CLAIM = a_claim()
REFUSAL = Answer(status=409, body=b"refused")
OTP = ActionRequired(Otp("Send the code."), "ref")
PUSH = ActionRequired(UssdPush("Approve it."), "ref")
REFUSED = Refused(FailureCode.UNSUPPORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """What is done, after a charge that was answered with `before`; `script` is what the provider plays then."""

    act: Act
    before: Line | None = None
    script: tuple[Line, ...] = ()
    wait_s: int = 0
    without_cancel: bool = False
    claimed: bool = True


async def create(process: Process, _: PaymentId) -> None:
    await process.create(an_order(), CLAIM)


async def capture(process: Process, payment_id: PaymentId) -> None:
    await process.capture(SCOPE, payment_id, 3000, CLAIM)


async def cancel(process: Process, payment_id: PaymentId) -> None:
    await process.cancel(SCOPE, payment_id, CLAIM)


async def authenticate(process: Process, payment_id: PaymentId) -> None:
    await process.authenticate(SCOPE, payment_id, "123456", CLAIM)


async def refund(process: Process, payment_id: PaymentId) -> None:
    await process.refund(SCOPE, payment_id, NewRefund(amount_minor=2000), CLAIM)


async def expire(process: Process, _: PaymentId) -> None:
    await process.expire.due()


async def ask(process: Process, _: PaymentId) -> None:
    await process.recover.due()


# fmt: off
VERBS = {
    "create":                    Verb(act=create),
    "create, lost":              Verb(act=create, script=(Lost(Paid),)),
    "create, never arrived":     Verb(act=create, script=(Lost(),)),
    "create, failed over":       Verb(act=create, script=(REFUSED,)),
    "create, in steps":          Verb(act=create, script=(Proceed("ref", {"token": "t"}), Paid)),
    "create, shown":             Verb(act=create, script=(PUSH,)),
    "capture":                   Verb(act=capture, before=Authorized),
    "capture, lost":             Verb(act=capture, before=Authorized, script=(Lost(Paid),)),
    "capture, refused":          Verb(act=capture, before=Authorized, script=(REFUSED,)),
    "cancel":                    Verb(act=cancel, before=Authorized),
    "cancel, too late":          Verb(act=cancel, before=PUSH, script=(Paid,)),
    "cancel here":               Verb(act=cancel, before=PUSH, without_cancel=True),
    "authenticate":              Verb(act=authenticate, before=OTP),
    "authenticate, wrong":       Verb(act=authenticate, before=OTP, script=(OTP,)),
    "authenticate, one step":    Verb(act=authenticate, before=OTP, script=(Proceed("ref2"), Paid)),
    "refund":                    Verb(act=refund, before=Paid),
    "refund, lost":              Verb(act=refund, before=Paid, script=(Lost(Paid),)),
    "refund, refused":           Verb(act=refund, before=Paid, script=(REFUSED,)),
    "expire":                    Verb(act=expire, before=PUSH, wait_s=86_400, claimed=False),
    "expire here":               Verb(act=expire, before=PUSH, wait_s=86_400, claimed=False, without_cancel=True),
    "ask, paid":                 Verb(act=ask, before=Lost(Paid), wait_s=3, claimed=False),
    "ask, absent":               Verb(act=ask, before=Lost(), wait_s=3, claimed=False),
}
# fmt: on


async def lived(verb: Verb, fuse: Fuse) -> tuple[World, PaymentId]:
    """Prepare, and let a process with a fuse do the verb; give the world as it left it, and the payment's id."""
    world = await World().furnish()
    payment_id = PAYMENT_ID
    if verb.before is not None:
        world.provider.will(verb.before)
        payment_id = (await Process(world, boot_id="boot-0").create(an_order())).id
    if verb.without_cancel:
        can = world.provider.capabilities
        world.provider.capabilities = replace(can, operations=can.operations - {Operation.CANCEL})
    world.clock.advance(verb.wait_s)
    world.provider.will(*verb.script)
    with suppress(Died):
        await verb.act(mortal(world, fuse), payment_id)
    return world, payment_id


def moments() -> Iterator[tuple[str, int]]:
    """List every moment of every verb, and one more at which nothing burns."""
    for name, verb in VERBS.items():
        fuse = Fuse()
        asyncio.run(lived(verb, fuse))
        yield from ((name, moment) for moment in range(1, fuse.moments + 2))


async def retried(verb: Verb, process: Process, payment_id: PaymentId) -> None:
    """Do as a merchant does whose request was cut: send it again under its key."""
    with suppress(Replayed):
        try:
            await verb.act(process, payment_id)
        except DomainError:
            await process.once.refused(CLAIM, REFUSAL)


async def told(world: World, claim: Claim) -> Answer | None:
    kept = await world.store.reads.claim(SCOPE, claim.id)
    return kept.answer if kept else None


@pytest.mark.parametrize(("name", "moment"), list(moments()))
async def test_loses_nothing_and_charges_once(name: str, moment: int) -> None:
    verb = VERBS[name]
    world, payment_id = await lived(verb, Fuse(burns_at=moment))
    world.provider.script.clear()
    process = Process(world, boot_id="boot-2")

    await process.upkeep(30)
    first_answer = await told(world, CLAIM)
    if verb.claimed:
        await retried(verb, process, payment_id)
    await process.upkeep(150)

    for payment in list(world.store.reads._shop.payments):
        await check(world, payment)
    if verb.claimed:
        answer = await told(world, CLAIM)
        assert answer is not None
        assert first_answer in {None, answer}
    assert len(list(world.store.reads._shop.payments)) == 1
    held = sum(balances.available_minor for balances in (await balanced(world.store.ledger)).values())
    assert held == sum(p.captured_minor - p.refunded_minor for p in world.store.reads._shop.payments)


async def check(world: World, payment: Payment) -> None:
    """What must be true of a payment once everything was asked about."""
    attempts = await world.attempts(payment)
    keys = {attempt.provider_key for attempt in attempts}
    booked = [b for provider in (world.provider, world.second) for b in provider.booked if b.provider_key in keys]
    taken = [booking for booking in booked if booking.what in {"charge", "capture"}]
    back = sum(booking.money.minor for booking in booked if booking.what == "refund")
    assert len(taken) <= 1
    assert payment.captured_minor == sum(booking.money.minor for booking in taken)
    assert (payment.status is S.SUCCEEDED) is bool(taken)
    assert (payment.refunded_minor, payment.refunding_minor) == (back, 0)
    assert not [attempt for attempt in attempts if attempt.state in IN_FLIGHT]
    assert payment.attention is None
    assert [event.sequence for event in await world.events(payment.id)] == list(range(1, payment.news + 1))
