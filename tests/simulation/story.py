"""One run from one seed: merchants, processes that die, banks that err; and what must be true whatever happened."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, cast

from typing_extensions import override

from tests.process import World
from tests.simulation.bank import LATEST_ARRIVAL_S, Bank
from tests.simulation.loop import LoopClock, run
from tests.simulation.merchant import Merchant
from tests.simulation.mortal import Mortal
from tests.simulation.weather import Weather
from zerofee.domain.attempt import IN_FLIGHT, Attempt, AttemptKind, AttemptState
from zerofee.domain.capabilities import Operation
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.domain.refund import RefundStatus
from zerofee.domain.settling import SECOND_CHARGE
from zerofee.testing.builders import capabilities
from zerofee.testing.scripted_provider import ScriptedProvider, ScriptedProviders

_SETTLE_STEP_S: Final = 20
_MOST_STEPS: Final = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """How a run is told: by its seed alone, and how much happens in it."""

    seed: int
    payments: int = 6
    seconds: int = 60
    pace_s: int = 3
    most_rough: int = 60


@dataclass(slots=True)
class Broken(Exception):
    """What was promised, and is not so; told with all that is needed to see it again."""

    seed: int
    wrong: list[str] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        """Say what is wrong, and how to run it again."""
        said = "\n".join(self.wrong)
        return f"seed {self.seed}:\n{said}\nto replay: .venv/bin/python -m tests.simulation {self.seed}"


def tell(plot: Plot) -> None:
    """Run one story; raise `Broken` if a promise was not kept in it."""
    chance = Random(plot.seed)
    logging.disable(logging.CRITICAL)
    try:
        wrong = run(_Story(plot, chance).told(), chance)
    finally:
        logging.disable(logging.NOTSET)
    if wrong:
        raise Broken(plot.seed, wrong)


class _Story:
    def __init__(self, plot: Plot, chance: Random) -> None:
        self._plot = plot
        self._weather = Weather(chance, chance.randrange(plot.most_rough + 1))
        self._processes: list[Mortal] = []
        self._boots = 0
        self._banks: dict[str, Bank] = {}
        self._alone = self._weather.happens(50)

    async def told(self) -> list[str]:
        """Let it happen, let it come to rest, and give what is wrong then."""
        world = self._world = await self._furnished()
        merchant = Merchant(self._weather, self._living)
        shopping = [
            asyncio.create_task(merchant.shop(number, self._plot.seconds)) for number in range(self._plot.payments)
        ]
        fate = asyncio.create_task(self._reaping())
        await asyncio.sleep(self._plot.seconds)
        fate.cancel()
        self._weather.calm()
        if self._living() is None:
            self._boot()
        await asyncio.gather(*shopping)
        await self._come_to_rest()
        wrong = [*self._wrong_with_books(), *self._wrong_with_answers(merchant)]
        for payment in list(world.store.reads._shop.payments):
            wrong += await self._wrong_with(payment)
        for process in self._processes:
            process.kill()
        return wrong

    async def _furnished(self) -> World:
        forgiving = capabilities(absence_final_after_s=LATEST_ARRIVAL_S, idempotent_create=True)
        strict = replace(forgiving, idempotent_create=False, operations=forgiving.operations - {Operation.CANCEL})
        first, second = (forgiving, strict) if self._weather.happens(50) else (strict, forgiving)
        for can in (first, replace(second, provider_id="second", name="Second")):
            self._banks[can.provider_id] = Bank(capabilities=can, weather=self._weather, tell=self._tell)
        # A bank is a provider, though not a scripted one.
        providers = ScriptedProviders(cast("dict[str, ScriptedProvider]", self._banks))
        world = World(clock=LoopClock(), providers=providers)
        await world.furnish(retry_declined=True)
        self._world = world
        for _ in range(1 if self._alone else 2):
            self._boot()
        return world

    def _boot(self) -> None:
        self._boots += 1
        process = Mortal(self._world, self._weather, f"boot-{self._boots}", self._plot.pace_s, self._alone)
        self._processes.append(process)
        process.begin()

    def _living(self) -> Mortal | None:
        alive = [process for process in self._processes if not process.dead]
        return self._weather.chance.choice(alive) if alive else None

    async def _reaping(self) -> None:
        """Kill a process now and then, and start another after a while."""
        while True:
            await asyncio.sleep(1 + self._weather.chance.random() * 15)
            victim = self._living()
            if victim is None or not self._weather.happens(self._weather.rough * 3):
                continue
            victim.kill()
            await asyncio.sleep(self._weather.chance.randrange(8))
            self._boot()

    async def _tell(self, provider_id: str, body: bytes) -> None:
        """Bring a webhook to any process that lives, and again while it is not taken."""
        for _ in range(6):
            process = self._living()
            if process is not None:
                heard = process.spawn(process.hear(provider_id, body))
                with suppress(StorageUnavailable, asyncio.CancelledError):
                    await heard
                    return
            await asyncio.sleep(5)

    async def _come_to_rest(self) -> None:
        """Let the upkeep find out everything; then ask once more about all that is asked about in the long run."""
        for _ in range(_MOST_STEPS):
            await asyncio.sleep(_SETTLE_STEP_S)
            if self._is_at_rest():
                break
        process = self._living()
        if process is None:
            return
        for attempt in list(self._world.store.reads._shop.attempts):
            if attempt.ask_at is not None:
                known = await process.verbs.record_outcome.read(attempt.scope, attempt.id)
                await process.verbs.recover.ask(known)

    def _is_at_rest(self) -> bool:
        shop = self._world.store.reads._shop
        if any(bank.busy for bank in self._banks.values()):
            return False
        if any(event.due_at is not None for event in shop.provider_events):
            return False
        moving = {PaymentStatus.PENDING, PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION}
        if any(payment.status in moving or payment.refunding_minor for payment in shop.payments):
            return False
        return not any(attempt.state in IN_FLIGHT for attempt in shop.attempts)

    async def _wrong_with(self, payment: Payment) -> list[str]:
        attempts = await self._world.attempts(payment)
        charges = {a.provider_key for a in attempts}
        taken = [bank.taken(key) for bank in self._banks.values() for key in charges if bank.taken(key)]
        back = sum(bank.given_back(key) for bank in self._banks.values() for key in charges)
        news = [event.sequence for event in await self._world.events(payment.id)]
        promises = self._promises(payment, attempts, taken, back, news)
        return [f"{payment.id} ({payment.status}): {said}" for broken, said in promises if broken]

    def _promises(
        self, payment: Payment, attempts: tuple[Attempt, ...], taken: list[int], back: int, news: list[int]
    ) -> Iterator[tuple[bool, str]]:
        paid = payment.status is PaymentStatus.SUCCEEDED
        yield len(taken) > 1, f"P1: its payer was charged {len(taken)} times"
        yield paid != bool(taken), f"P3: the banks took {taken}"
        yield paid and payment.captured_minor != sum(taken), f"it says {payment.captured_minor}, the banks {taken}"
        yield payment.refunded_minor != back, f"it gave back {payment.refunded_minor}, the banks {back}"
        yield payment.refunding_minor != 0, "a refund never ended"
        in_flight = [attempt.id for attempt in attempts if attempt.state in IN_FLIGHT]
        yield bool(in_flight), f"P3: {in_flight} never ended"
        yield payment.attention == SECOND_CHARGE, "P1: it was paid twice"
        yield payment.attention is not None, f"a person must look at it: {payment.attention}"
        yield news != list(range(1, payment.news + 1)), f"STM-3: its news are {news}, and it counts {payment.news}"
        charges = (attempt for attempt in attempts if attempt.kind is AttemptKind.CHARGE)
        won = [charge.id for charge in charges if charge.state is AttemptState.SUCCEEDED]
        yield len(won) > 1, f"two of its charges say that they took the money: {won}"

    def _wrong_with_books(self) -> Iterator[str]:
        shop = self._world.store.reads._shop
        known = {attempt.provider_key: attempt for attempt in shop.attempts}
        for name, bank in self._banks.items():
            yield from (f"{name} booked {key} twice" for key in bank.doubles)
            for key, charge in bank.charges.items():
                mine = known.get(key)
                if mine is None or mine.payment_id != charge.payment_id:
                    yield f"PAY-1: {name} has a charge {key} that is nobody's"
                elif charge.money != mine.money:
                    yield f"{name} has {charge.money} under {key}, and we {mine.money}"
            yield from (
                f"PAY-1: {name} has a refund {key} that is nobody's" for key in bank.refunds if key not in known
            )
        for refund in shop.refunds:
            if refund.status is RefundStatus.PENDING:
                yield f"{refund.id} never ended"

    def _wrong_with_answers(self, merchant: Merchant) -> Iterator[str]:
        for claim_id, answers in merchant.answers.items():
            if len(answers) > 1:
                yield f"P1: {claim_id} was answered {len(answers)} ways: {sorted(a.body for a in answers)}"
        known = {payment.id for payment in self._world.store.reads._shop.payments}
        yield from (f"P2: {lost} was acknowledged and is gone" for lost in merchant.acknowledged - known)
        for claim in self._world.store.reads._shop.claims:
            if claim.answer is None:
                yield f"PAY-12: the request {claim.key} is still in flight"
            elif merchant.answers.get(claim.id, {claim.answer}) != {claim.answer}:
                yield f"P1: {claim.key} was answered otherwise than is kept"
