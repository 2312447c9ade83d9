"""A process that can be killed between any two steps, on ports that delay and fail."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from tests.process import Process, World
from tests.simulation.weather import Weather
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.application.webhooks_in.apply_event import ApplyEvent
from zerofee.application.webhooks_in.receive_event import ReceiveEvent
from zerofee.domain.ids import ConnectionId
from zerofee.domain.ports.provider import RawEvent
from zerofee.entrypoints.worker import Step, repeat
from zerofee.testing.builders import SCOPE

T = TypeVar("T")
PortT = TypeVar("PortT")
_KEPT_S: Final = 2


@dataclass(slots=True)
class _Port:
    """Stands in for a port of one process: each call may come late, fail before or after it did its work, or never."""

    port: Any
    life: "Mortal"

    def __getattr__(self, name: str) -> object:
        found = getattr(self.port, name)
        return self._through(found) if inspect.iscoroutinefunction(found) else found

    async def __call__(self, *given: object) -> object:
        return await self._through(self.port.__call__)(*given)

    def _through(self, call: Callable[..., Coroutine[Any, Any, object]]) -> Callable[..., Coroutine[Any, Any, object]]:
        async def called(*given: object) -> object:
            weather = self.life.weather
            await weather.pause()
            self.life.go_on()
            weather.refuse()
            result = await call(*given)
            self.life.go_on()
            weather.refuse()
            await weather.pause()
            self.life.go_on()
            return result

        return called


@dataclass(slots=True)
class Mortal:
    """One process of zerofee: its verbs, its loops, and its end."""

    world: World
    weather: Weather
    boot_id: str
    pace_s: int
    alone: bool
    dead: bool = False
    verbs: Process = field(init=False)
    apply: ApplyEvent = field(init=False)
    receive: ReceiveEvent = field(init=False)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Build everything on ports of its own."""
        store, world = self.world.store, self.world
        commit, reads, work = self._port(store.commit), self._port(store.reads), self._port(store.work)
        # The ticking of a remembered table is the loop's, or the run would depend on how fast the machine is.
        clock = asyncio.get_running_loop().time
        tables = RememberedRouting(reads, world.providers, _KEPT_S, clock)
        self.verbs = verbs = Process(world, self.boot_id, commit=commit, reads=reads, tables=tables, work=work)
        inbox = self._port(store.inbox)
        self.apply = ApplyEvent(inbox, commit, verbs.record_outcome, verbs.recover, world.clock)
        self.receive = ReceiveEvent(inbox, commit, world.providers, self.apply, world.clock, world.ids, str)

    def begin(self) -> None:
        """Start the loops of its worker; first, the others are told dead if the storage is its own."""
        _ = self.spawn(self._live())

    def spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Begin something in this process, which ends with it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def go_on(self) -> None:
        """Stop whoever is still on its way in a process that is dead."""
        if self.dead:
            raise asyncio.CancelledError

    def kill(self) -> None:
        """Be gone: nothing of it takes another step."""
        self.dead = True
        for task in (*self._tasks, *self.verbs.send_attempt.underway):
            task.cancel()

    async def hear(self, provider_id: str, body: bytes) -> None:
        """Take a webhook."""
        connections = await self.world.store.reads.connections(SCOPE)
        mine = next(found.id for found in connections if found.provider_id == provider_id)
        raw = RawEvent(body=body, headers={}, method="POST", url="https://pay.example")
        await self.receive(provider_id, ConnectionId(mine), raw)

    async def upkeep(self) -> None:
        """Do once all that is due."""
        await self._beat()
        verbs = self.verbs
        for step in (verbs.recover.orphans, verbs.recover.due, verbs.expire.due, self.apply.due):
            await step()

    async def _live(self) -> None:
        await self._beat()
        if self.alone:
            await self.world.store.work.alone(self.boot_id)
        verbs = self.verbs
        steps = {
            "beat": self._beat,
            "orphans": verbs.recover.orphans,
            "ask": verbs.recover.due,
            "expire": verbs.expire.due,
            "apply": self.apply.due,
        }
        for name, do in steps.items():
            pace_s = 1 if name == "beat" else self.pace_s
            _ = self.spawn(repeat(Step(name=name, do=do, every_s=pace_s, longest_wait_s=pace_s), self._stop))

    async def _beat(self) -> int:
        self.go_on()
        await self.world.store.work.beat(self.boot_id, self.world.clock.now())
        return 0

    def _port(self, port: PortT) -> PortT:
        return cast("PortT", _Port(port, self))
