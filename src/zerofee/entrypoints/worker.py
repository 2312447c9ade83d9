"""The loops that keep promises when nobody asks: each is one step, called again and again until it is told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from zerofee.application.accounts.send_letters import SendLetters
from zerofee.application.apps.key_uses import KeyUses
from zerofee.application.upkeep.expire import Expire
from zerofee.application.upkeep.reap import Reap
from zerofee.application.upkeep.recover import Recover
from zerofee.application.upkeep.sweep import Sweep
from zerofee.application.upkeep.verify_ledger import VerifyLedger
from zerofee.application.wallets.send_due import SendDue
from zerofee.application.wallets.settle_balances import SettleBalances
from zerofee.application.webhooks_in.apply_event import ApplyEvent
from zerofee.application.webhooks_out.bell import Bell
from zerofee.application.webhooks_out.deliver import Deliver
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.domain.ports.work import Work

_LOG: Final = logging.getLogger(__name__)
# A process that has been silent for 4 s counts as dead, so it may miss three beats.
_BEAT_EVERY_S: Final = 1
_DUE_EVERY_S: Final = 1
_LANES: Final = 4
_ORPHANS_EVERY_S: Final = 1
_REAP_EVERY_S: Final = 60
_KEY_USES_EVERY_S: Final = 30
_BALANCES_EVERY_S: Final = 5
_LEDGER_EVERY_S: Final = 3600
_SWEEP_EVERY_S: Final = 600
_LONGEST_WAIT_S: Final = 30
# Two clocks that differ by less are one.
_ALLOWED: Final = timedelta(seconds=1)
# What rings is looked after at once, and then not for so long: a busy server would look all the time.
_BREATH_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One thing to do again and again.

    `do` gives how much it found; `greedy` steps are called again at once while they find something, since what they
    found will not be found again. `every_s` is the wait otherwise, cut short by `bell`, `first_after_s` the one
    before the first time, `longest_wait_s` the longest one after failures.
    """

    name: str
    do: Callable[[], Awaitable[int]]
    every_s: int
    greedy: bool = False
    bell: asyncio.Event | None = None
    first_after_s: int = 0
    longest_wait_s: int = _LONGEST_WAIT_S


@dataclass(slots=True)
class Trouble:
    """Counts a step's failures in a row, so that a fault that lasts is told once, and so is its end."""

    step: str
    failures: int = 0
    told: set[str] = field(default_factory=set)

    def happened(self, fault: Exception) -> None:
        """Note a failure; log it if it is another than those before."""
        self.failures += 1
        kind = type(fault).__name__
        if kind in self.told:
            return
        self.told.add(kind)
        if isinstance(fault, StorageUnavailable):
            _LOG.warning("%s: the storage is not available; trying again until it is", self.step)
        else:
            _LOG.error("%s failed; trying again", self.step, exc_info=fault)

    def passed(self) -> None:
        """Note a success; log it if there was trouble before."""
        if self.failures:
            _LOG.info("%s goes on, after %d failures", self.step, self.failures)
        self.failures = 0
        self.told.clear()

    @property
    def wait_s(self) -> int:
        """Give the wait after a failure: 1, 2, 4 … at most 30 s."""
        return min(1 << min(self.failures - 1, 5), _LONGEST_WAIT_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """
    Everything that is done without a request. Several processes may run one each: leases keep them apart.

    Each method is one step and can be called alone. `run` is all of them at their pace.
    """

    boot_id: str
    work: Work
    recover: Recover
    expire: Expire
    reap: Reap
    apply_event: ApplyEvent
    deliver: Deliver
    bell: Bell
    send_letters: SendLetters
    key_uses: KeyUses
    send_withdrawals: SendDue
    settle_balances: SettleBalances
    verify_ledger: VerifyLedger
    sweep: Sweep
    clock: Clock

    async def beat(self) -> int:
        """
        Say that this process is alive, so that nobody takes what it sends for lost; and go by the storage's clock.

        Source: reliability rules CAL-3.
        """
        before = self.clock.now()
        told = await self.work.beat(self.boot_id, before)
        after = self.clock.now()
        if not before - _ALLOWED <= told <= after + _ALLOWED:
            _LOG.warning("this machine's clock is off the storage's by %s, and is not gone by", abs(told - after))
            self.clock.follow(told)
            await self.work.beat(self.boot_id, told)
        return 0

    async def run_due(self) -> int:
        """Do once all that is due now, orphans first; give how much there was."""
        await self.beat()
        money = await self.recover.orphans() + await self.recover.due() + await self.expire.due()
        money += await self.send_withdrawals()
        money += await self.settle_balances.mature() + await self.settle_balances.repay()
        money += await self.apply_event.due()
        return money + await self.deliver.all_due() + await self.send_letters.due()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what has been begun is finished. A cancelled step is done again after its lease."""
        with self.bell.ear() as ear:
            # Its failures are the storage's; as soon as that is back, receivers must not wait for long.
            deliveries = Step(
                name="deliveries", do=self.deliver.due, every_s=_DUE_EVERY_S, bell=ear, longest_wait_s=_DUE_EVERY_S
            )
            await self._all(stop, *self._everywhere, *self._working, deliveries)

    async def only_beat(self, stop: asyncio.Event) -> None:
        """Keep this process alive in the others' eyes until `stop` is set, and leave the work to them."""
        await self._all(stop, *self._everywhere)

    @property
    def _everywhere(self) -> tuple[Step, ...]:
        return (
            # Whoever cannot say that it lives is taken for dead as soon as the storage is back for the others.
            Step(name="beat", do=self.beat, every_s=_BEAT_EVERY_S, longest_wait_s=_BEAT_EVERY_S),
            # What a process has noted, it alone can write down.
            Step(name="key uses", do=self.key_uses.write, every_s=_KEY_USES_EVERY_S, first_after_s=_KEY_USES_EVERY_S),
        )

    @property
    def _working(self) -> tuple[Step, ...]:
        return (
            Step(name="orphans", do=self.recover.orphans, every_s=_ORPHANS_EVERY_S),
            *_in_lanes("due attempts", self.recover.due),
            *_in_lanes("provider events", self.apply_event.due),
            Step(name="due payments", do=self.expire.due, every_s=_DUE_EVERY_S, greedy=True),
            Step(name="due withdrawals", do=self.send_withdrawals, every_s=_DUE_EVERY_S, greedy=True),
            Step(name="matured balances", do=self.settle_balances.mature, every_s=_BALANCES_EVERY_S, greedy=True),
            Step(name="debts", do=self.settle_balances.repay, every_s=_BALANCES_EVERY_S),
            Step(name="ledger", do=self.verify_ledger.alarm, every_s=_LEDGER_EVERY_S),
            # Which process does it is claimed in the database, and so is that it was done today.
            Step(name="sweep", do=self.sweep.daily, every_s=_SWEEP_EVERY_S, first_after_s=_REAP_EVERY_S),
            Step(name="reap", do=self.reap.claims, every_s=_REAP_EVERY_S, greedy=True),
            # One mailbox that takes no mail must not make all others wait longer and longer.
            Step(
                name="letters",
                do=self.send_letters.due,
                every_s=_DUE_EVERY_S,
                greedy=True,
                longest_wait_s=_DUE_EVERY_S,
            ),
            Step(name="reap deliveries", do=self.deliver.reap, every_s=_REAP_EVERY_S, greedy=True),
            Step(name="reap accounts", do=self.send_letters.reap, every_s=_REAP_EVERY_S, greedy=True),
        )

    async def _all(self, stop: asyncio.Event, *steps: Step) -> None:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(repeat(step, stop), name=f"zerofee {step.name}")


def _in_lanes(name: str, do: Callable[[], Awaitable[int]]) -> tuple[Step, ...]:
    """Ask in several lanes, in turns while there is nothing to do: a provider that hangs holds only one."""
    return tuple(
        Step(
            name=f"{name}, lane {lane}",
            do=do,
            every_s=_LANES * _DUE_EVERY_S,
            greedy=True,
            first_after_s=lane * _DUE_EVERY_S,
        )
        for lane in range(_LANES)
    )


async def repeat(step: Step, stop: asyncio.Event) -> None:
    """Do one step until `stop` is set: at once while a greedy one finds something, later and later while it fails."""
    trouble = Trouble(step.name)
    if step.first_after_s:
        await _pause(stop, step.first_after_s)
    while not stop.is_set():
        try:
            found = await step.do()
        except Exception as fault:  # noqa: BLE001  whatever it is, the other payments' promises must be kept
            trouble.happened(fault)
            await _pause(stop, min(trouble.wait_s, step.longest_wait_s))
            continue
        trouble.passed()
        if not (step.greedy and found):
            await _pause(stop, step.every_s, step.bell)


async def _pause(stop: asyncio.Event, seconds: int, bell: asyncio.Event | None = None) -> None:
    if bell is not None:
        await _listen(stop, seconds, bell)
        return
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def _listen(stop: asyncio.Event, seconds: int, bell: asyncio.Event) -> None:
    """Wait for the end, for the bell, or for so long; whatever rings from now on is heard the next time."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, bell)]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if bell.is_set() and not stop.is_set():
        await asyncio.sleep(_BREATH_S)
    bell.clear()
