"""zerofee inside a Python service: the use cases that the HTTP server calls, with no HTTP between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from zerofee.domain.change_set import ChangeSet
from zerofee.domain.ids import AppId
from zerofee.domain.ports.clock import Clock
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints import production
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.demo import DEMO_SCOPE, demo_app
from zerofee.entrypoints.library_events import Events
from zerofee.entrypoints.library_payments import Payments
from zerofee.entrypoints.running import running
from zerofee.entrypoints.settings import ENV_FILE, Settings, SettingsRefused, read_environment, read_settings
from zerofee.entrypoints.worker import Worker


class NoScope(Exception):
    """Nobody has said whose payments are meant."""


@dataclass(frozen=True, slots=True)
class ZeroFee:
    """
    The way in for Python services.

        async with ZeroFee.in_memory() as z:
            payment = await z.payments.create(
                amount=10_000, currency="XOF", payment_method="PAYIN_ORANGE_CI", customer={"phone": "+2250700000000"}
            )

    Open it once and keep it as long as the service runs: it holds the storage's connections, and says to other
    processes that what this one sends is not lost. Call it from one event loop.
    """

    container: Container
    scope: Scope | None = None

    @classmethod
    @asynccontextmanager
    async def in_memory(cls, clock: Clock | None = None) -> AsyncIterator["ZeroFee"]:
        """
        Open one that forgets everything at its end: for tests, and for trying out.

        It has a demo app in the sandbox with the test provider, and `payments` are that app's. With a `clock` that
        is told the time (`zerofee.adapters.memory.clock.ToldClock`), whatever waits for time can be tried at once.
        """
        container = Container(settings=Settings(database_url="memory://"))
        if clock is not None:
            container.clock.override(clock)
        async with running(container, working=False):
            await container.commit()(ChangeSet(demo_app(DEMO_SCOPE, container.ids(), container.clock().now())))
            yield cls(container, DEMO_SCOPE)

    @classmethod
    @asynccontextmanager
    async def from_settings(
        cls,
        *,
        app_id: str | None = None,
        environment: Environment | str = Environment.SANDBOX,
        env_file: Path = ENV_FILE,
        working: bool = False,
    ) -> AsyncIterator["ZeroFee"]:
        """
        Open one on the database that the settings name; it must have been migrated (`zerofee migrate`).

        `app_id` and `environment` say whose `payments` are meant; `within` says so call by call. With `working`,
        the upkeep runs beside; otherwise a worker must run elsewhere, or `upkeep.run_due` be called.

        Raises `SettingsRefused`, in production also for what only production refuses.
        """
        settings = read_settings(read_environment(env_file=env_file))
        if settings.production and (wrong := production.problems(settings)):
            raise SettingsRefused(wrong)
        container = Container(settings=settings)
        async with running(container, working=working):
            yield cls(container, Scope(AppId(app_id), Environment(environment)) if app_id else None)

    @property
    def payments(self) -> Payments:
        """Give the payments of the app that was named at opening; raise `NoScope` when none was."""
        if self.scope is None:
            raise NoScope("Say whose payments: open with app_id=…, or ask `within(app_id, environment)`.")
        return Payments(self.container, self.scope)

    def within(self, app_id: str, environment: Environment | str = Environment.SANDBOX) -> Payments:
        """Give the payments of one app in one environment."""
        return Payments(self.container, Scope(AppId(app_id), Environment(environment)))

    @property
    def events(self) -> Events:
        """Give the events of the app that was named at opening; raise `NoScope` when none was."""
        if self.scope is None:
            raise NoScope("Say whose events: open with app_id=…, or ask `events_within(app_id, environment)`.")
        return Events(self.container, self.scope)

    def events_within(self, app_id: str, environment: Environment | str = Environment.SANDBOX) -> Events:
        """Give the events of one app in one environment."""
        return Events(self.container, Scope(AppId(app_id), Environment(environment)))

    @property
    def upkeep(self) -> Worker:
        """Give what is done without being asked; `run_due` does all of it that is due now."""
        worker: Worker = self.container.worker()
        return worker
