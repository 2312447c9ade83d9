"""How a test of something done to a payment begins."""

from dataclasses import replace

from tests.process import Process, World
from zerofee.domain.capabilities import Operation
from zerofee.domain.outcome import Paid
from zerofee.domain.payment import Payment
from zerofee.testing.builders import an_order
from zerofee.testing.scripted_provider import Line


async def begun(world: World, process: Process, line: Line = Paid) -> Payment:
    """Make a payment, to expire in an hour, whose charge was answered so; forget that the provider was called."""
    world.provider.will(line)
    payment = await process.create(an_order(expires_in_s=3600))
    world.provider.called.clear()
    return payment


def without(world: World, *operations: Operation) -> None:
    """Let the provider not offer these any more."""
    can = world.provider.capabilities
    world.provider.capabilities = replace(can, operations=can.operations - set(operations))
