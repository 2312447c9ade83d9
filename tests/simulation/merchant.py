"""A merchant who sends each request until it is answered, sometimes twice at once, and keeps every answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from tests.simulation.bank import CODE
from tests.simulation.mortal import Mortal
from tests.simulation.weather import Weather
from zerofee.application.once import Replayed
from zerofee.domain.errors import DomainError
from zerofee.domain.idempotency import Answer, Claim, ClaimId, InFlight
from zerofee.domain.ids import PaymentId
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp
from zerofee.domain.opening import OperationInFlight, OutcomeUnknown
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.domain.refund import Refund
from zerofee.domain.refunding import NewRefund
from zerofee.domain.wish import CaptureMode
from zerofee.testing.builders import SCOPE, XOF, a_claim, an_order

Act = Callable[[Mortal, Claim], Awaitable[Payment | Refund]]
_PASSING: Final = (InFlight, OperationInFlight, OutcomeUnknown, StorageUnavailable)
_MOST_TRIES: Final = 60


@dataclass(slots=True)
class Merchant:
    """
    Sends requests to whatever process lives.

    `answers` are those to each claim, however often it was sent; `acknowledged` are the payments that an answer
    told of.
    """

    weather: Weather
    living: Callable[[], Mortal | None]
    answers: dict[ClaimId, set[Answer]] = field(default_factory=dict)
    acknowledged: set[PaymentId] = field(default_factory=set)

    async def shop(self, number: int, within_s: int) -> None:
        """Make a payment at some time, and do with it what merchants do."""
        chance = self.weather.chance
        await asyncio.sleep(chance.randrange(within_s))
        order = an_order(
            money=Money(1000 + number, XOF),
            capture=chance.choice((CaptureMode.AUTOMATIC, CaptureMode.AUTOMATIC, CaptureMode.MANUAL)),
            expires_in_s=chance.choice((60, 300)),
        )
        payment = await self._send(f"pay-{number}", lambda process, claim: process.verbs.create(order, claim))
        if not isinstance(payment, Payment):
            return
        self.acknowledged.add(payment.id)
        for turn in range(chance.randrange(4)):
            await asyncio.sleep(chance.randrange(20))
            await self._do_something(payment.id, f"{number}-{turn}")

    async def _do_something(self, payment_id: PaymentId, name: str) -> None:
        process = self.living()
        if process is None:
            return
        payment = await process.world.payment(payment_id)
        cut = 1 + self.weather.chance.randrange(payment.money.minor)
        match payment.status:
            case PaymentStatus.AUTHORIZED if self.weather.happens(70):
                await self._send(f"capture-{name}", lambda p, claim: p.verbs.capture(SCOPE, payment_id, cut, claim))
            case PaymentStatus.SUCCEEDED:
                back = NewRefund(amount_minor=min(cut, payment.captured_minor))
                await self._send(f"refund-{name}", lambda p, claim: p.verbs.refund(SCOPE, payment_id, back, claim))
            case PaymentStatus.REQUIRES_ACTION if isinstance(payment.next_action, Otp):
                code = CODE if self.weather.happens(70) else "000000"
                await self._send(f"code-{name}", lambda p, claim: p.verbs.authenticate(SCOPE, payment_id, code, claim))
            case _ if self.weather.happens(30):
                await self._send(f"cancel-{name}", lambda p, claim: p.verbs.cancel(SCOPE, payment_id, claim))
            case _:
                pass

    async def _send(self, key: str, act: Act) -> Payment | Refund | None:
        """Send a request under `key`, now and then twice at once; give what it made, if an answer said so."""
        claim = a_claim(key=key)
        times = 2 if self.weather.happens(20) else 1
        made = await asyncio.gather(*(self._until_answered(claim, act) for _ in range(times)))
        return next((thing for thing in made if thing is not None), None)

    async def _until_answered(self, claim: Claim, act: Act) -> Payment | Refund | None:
        for _ in range(_MOST_TRIES):
            process = self.living()
            if process is None:
                await asyncio.sleep(1)
                continue
            task = process.spawn(self._once(process, claim, act))
            # A process that dies hangs up, and so may the merchant.
            await asyncio.wait([task], timeout=self.weather.chance.choice((5, 60)))
            if task.done() and not task.cancelled() and task.exception() is None:
                answer, made = task.result()
                self.answers.setdefault(claim.id, set()).add(answer)
                return made
            if task.done() and not task.cancelled() and not isinstance(task.exception(), _PASSING):
                await task
            await asyncio.sleep(1 + self.weather.chance.randrange(3))
        return None

    async def _once(self, process: Mortal, claim: Claim, act: Act) -> tuple[Answer, Payment | Refund | None]:
        """Do as the HTTP shell does with a request under a key."""
        made = None
        try:
            made = await act(process, claim)
        except Replayed as replayed:
            return replayed.answer, await self._made(process, replayed.answer)
        except _PASSING:
            raise
        except DomainError as refusal:
            answer = Answer(status=409, body=refusal.code.encode())
            with suppress(Replayed):
                await process.verbs.once.refused(claim, answer)
        kept = await process.verbs.once.reads.claim(SCOPE, claim.id)
        if kept is None or kept.answer is None:
            raise InFlight
        return kept.answer, made

    async def _made(self, process: Mortal, answer: Answer) -> Payment | None:
        """Read the payment that a replayed answer tells of; its body begins with the id."""
        told = answer.body.decode().split(" ")[0]
        return await process.world.payment(PaymentId(told)) if told.startswith("pay_") else None
