"""The magic amounts of payouts: what the test provider answers to one, and what it says when asked later."""

from collections.abc import Callable, Mapping
from typing import Final

from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Absent, Accepted, Declined, NotSent, Outcome, Paid, Unknown
from zerofee.domain.ports.provider import PayoutOrder

Line = Callable[[PayoutOrder], Outcome]


def arrive(order: PayoutOrder) -> Outcome:
    """Pay it out at once."""
    return Paid(order.money, f"test_{order.provider_key}")


def _decline(order: PayoutOrder) -> Outcome:
    return Declined(FailureCode.DECLINED, reference=f"test_{order.provider_key}")


def _work(order: PayoutOrder) -> Outcome:
    return Accepted(f"test_{order.provider_key}")


def _lose_answer(_: PayoutOrder) -> Outcome:
    return Unknown("the answer was lost")


def _know_nothing(_: PayoutOrder) -> Outcome:
    return Absent()


def _be_down(_: PayoutOrder) -> Outcome:
    return NotSent("the test provider is down")


# fmt: off
# amount   to the payout  when asked later
MAGIC: Final[Mapping[int, tuple[Line, Line]]] = {
    99999: (_decline,     _decline),
    55555: (_work,        _work),
    50000: (_lose_answer, arrive),
    50001: (_lose_answer, _know_nothing),
    60000: (_be_down,     _know_nothing),
}
# fmt: on


def line_for(minor: int) -> tuple[Line, Line]:
    """Find the two lines of an amount: any that is not magic arrives at once."""
    return MAGIC.get(minor, (arrive, arrive))
