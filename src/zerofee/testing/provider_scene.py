"""What the provider contract needs to know of one provider, and how a payment is played through it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence
from zerofee.adapters.memory.clock import START, ToldClock
from zerofee.adapters.provider_kind import Opening, ProviderKind
from zerofee.domain.country import Country
from zerofee.domain.ids import AttemptId, RefundId, WithdrawalId
from zerofee.domain.money import Money
from zerofee.domain.outcome import Accepted, ActionRequired, Authorized, Outcome, Paid, Proceed
from zerofee.domain.ports.provider import (
    ChargeOrder,
    OperationOrder,
    PayoutOrder,
    Provider,
    RawEvent,
    RefundOrder,
)

_MOST_STEPS: Final = 20
# More than any provider asks us to wait between two questions.
_LATER_S: Final = 60

Answer = Callable[[HttpCall], HttpReply | Silence | None]


async def nothing(_: Outcome) -> None:
    """Do nothing: the customer has no step to take."""


async def no_events() -> Sequence[RawEvent]:
    """Send no webhook."""
    return ()


@dataclass(kw_only=True)
class ProviderScene:
    """
    One provider with something at its other end: its stand-in, or a fake of yours.

    `opening` opens a connection whose calls are answered. `order` is one that the customer pays; `take_step` does
    what they must do for an outcome, such as pressing Approve. `moved` is the other end's own word on which amounts
    it has taken. `events` are the webhooks that it has sent so far.
    """

    kind: ProviderKind
    opening: Opening
    clock: ToldClock
    order: ChargeOrder
    moved: Callable[[], Sequence[Money]]
    take_step: Callable[[Outcome], Awaitable[None]] = nothing
    events: Callable[[], Awaitable[Sequence[RawEvent]]] = no_events
    calls: list[HttpCall] = field(default_factory=list)

    def open(self, answer: Answer | None = None) -> Provider:
        """Open the connection; `answer` comes between it and the other end where it gives something."""
        send = self.opening.send

        async def sending(call: HttpCall) -> HttpReply | Silence:
            self.calls.append(call)
            given = answer(call) if answer is not None else None
            return given if given is not None else await send(call)

        return self.kind.open(replace(self.opening, send=sending))

    async def charged(self, provider: Provider) -> tuple[ChargeOrder, Outcome]:
        """Charge until the next step is not ours; give the order with what was kept, and the last outcome."""
        order, outcome = kept(self.order, await provider.charge(self.order))
        for _ in range(_MOST_STEPS):
            if not isinstance(outcome, Proceed):
                break
            order, outcome = kept(order, await provider.charge(order))
        return order, outcome

    async def paid(self, provider: Provider) -> tuple[ChargeOrder, Outcome]:
        """Charge, let the customer pay, and ask until there is an end."""
        order, outcome = await self.charged(provider)
        for _ in range(_MOST_STEPS):
            match outcome:
                case ActionRequired():
                    await self.take_step(outcome)
                case Accepted() | Proceed():
                    pass
                case _:
                    break
            if isinstance(outcome, Proceed):
                order, outcome = kept(order, await provider.charge(order))
            else:
                self.clock.advance(_LATER_S)
                order, outcome = kept(order, await provider.ask(order))
        return order, outcome


def kept(order: ChargeOrder, outcome: Outcome) -> tuple[ChargeOrder, Outcome]:
    """Keep with an order what an outcome tells, as is done with every attempt."""
    if isinstance(outcome, Proceed | Accepted | ActionRequired | Authorized | Paid):
        details = {**order.details, **outcome.details}
        order = replace(order, reference=outcome.reference or order.reference, details=details)
    return order, outcome


def an_operation_on(charge: ChargeOrder) -> OperationOrder:
    """Give an operation on a charge, for all of it."""
    return OperationOrder(
        charge=charge,
        attempt_id=AttemptId("att_01JD00000000000000000000BB"),
        provider_key="5f2d6c3a-0d5e-4f0b-8a5b-1c8f1a1e2b3c",
        money=charge.money,
        sent_at=charge.sent_at + timedelta(seconds=1),
    )


def a_refund_of(charge: ChargeOrder) -> RefundOrder:
    """Give a refund of all of a charge."""
    return RefundOrder(
        charge=charge,
        refund_id=RefundId("ref_01JD00000000000000000000CC"),
        attempt_id=AttemptId("att_01JD00000000000000000000CC"),
        provider_key="7a9d6c3a-0d5e-4f0b-8a5b-1c8f1a1e2b3c",
        money=charge.money,
        reason=None,
        sent_at=charge.sent_at + timedelta(seconds=1),
    )


def a_payout_of(money: Money) -> PayoutOrder:
    """Give a payout to a mobile money account in Côte d'Ivoire."""
    return PayoutOrder(
        withdrawal_id=WithdrawalId("wdr_01JD00000000000000000000DD"),
        attempt_id=AttemptId("att_01JD00000000000000000000DD"),
        provider_key="9c9d6c3a-0d5e-4f0b-8a5b-1c8f1a1e2b3c",
        money=money,
        country=Country("CI"),
        operator="mtn",
        phone="+2250501020304",
        name=None,
        sent_at=START,
    )
