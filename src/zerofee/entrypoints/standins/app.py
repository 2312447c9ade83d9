"""All stand-ins in one process: an app each, a port each, one handset for all."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Final

import uvicorn
from litestar import Litestar
from litestar.types import ASGIApp, ControllerRouterHandler

from zerofee.domain.ports.clock import Clock
from zerofee.entrypoints.standins import hub2, pawapay, paypal, stripe
from zerofee.entrypoints.standins.book import Book
from zerofee.entrypoints.standins.faults import FaultSwitch, FaultyApp
from zerofee.entrypoints.standins.handset import Handset
from zerofee.entrypoints.standins.phone import phone_router
from zerofee.entrypoints.standins.switchboard import switchboard_router
from zerofee.entrypoints.standins.webhooks import Post, WebhookSender, post_over_http
from zerofee.entrypoints.standins.world import StandinKind, World

# A new stand-in joins by one word here.
KINDS: Final[tuple[StandinKind, ...]] = (hub2.STANDIN, pawapay.STANDIN, paypal.STANDIN, stripe.STANDIN)
PHONE_PORT: Final = 9400


@dataclass(frozen=True, slots=True, kw_only=True)
class Standins:
    """The stand-ins and their worlds by name, the handset, and the port of each app (`phone` is the handset's)."""

    worlds: Mapping[str, World]
    apps: Mapping[str, ASGIApp]
    ports: Mapping[str, int]
    handset: Handset

    def url(self, name: str) -> str:
        """Say where one is reached: what to set as `ZEROFEE_<NAME>_BASE_URL`."""
        return self.worlds[name].url

    async def close(self) -> None:
        """Give up the webhooks that are still under way."""
        for world in self.worlds.values():
            await world.webhooks.close()


def create_standins(
    clock: Clock,
    *,
    zerofee_url: str = "http://127.0.0.1:8000",
    host: str = "127.0.0.1",
    post: Post = post_over_http,
    kinds: Iterable[StandinKind] = KINDS,
    ports: Mapping[str, int] | None = None,
) -> Standins:
    """
    Make the stand-ins, each with an empty book and no faults; nothing listens yet.

    `post` delivers their webhooks. `ports` changes the port of those that it names.
    """
    handset = Handset(clock)
    chosen = [replace(kind, port=(ports or {}).get(kind.name, kind.port)) for kind in kinds]
    worlds = {
        kind.name: _world(kind, f"http://{host}:{kind.port}", zerofee_url.rstrip("/"), handset, post) for kind in chosen
    }
    apps: dict[str, ASGIApp] = {kind.name: _standin_app(kind, worlds[kind.name]) for kind in chosen}
    apps["phone"] = _app([phone_router(handset)])
    listening = {kind.name: kind.port for kind in chosen}
    listening["phone"] = (ports or {}).get("phone", PHONE_PORT)
    return Standins(worlds=worlds, apps=apps, ports=listening, handset=handset)


@asynccontextmanager
async def serving(standins: Standins, listening: Mapping[str, socket.socket]) -> AsyncIterator[None]:
    """Serve every app on its socket, by the names of `Standins.apps`, while the block runs; then close them all."""
    servers = {name: _PartOfServer(uvicorn.Config(app, log_config=None)) for name, app in standins.apps.items()}
    tasks = [asyncio.create_task(server.serve([listening[name]])) for name, server in servers.items()]
    try:
        yield
    finally:
        for server in servers.values():
            server.should_exit = True
        await asyncio.gather(*tasks)
        await standins.close()


class _PartOfServer(uvicorn.Server):
    """One of several servers in a process: none of them may take the signals for itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:  # type: ignore[explicit-override]  # `override` came with Python 3.12
        """Leave the signals to the process."""
        yield


def _world(kind: StandinKind, url: str, zerofee_url: str, handset: Handset, post: Post) -> World:
    switch = FaultSwitch()
    return World(
        name=kind.name,
        url=url,
        zerofee_url=zerofee_url,
        clock=handset.clock,
        book=Book(),
        switch=switch,
        handset=handset,
        webhooks=WebhookSender(post, switch),
    )


def _standin_app(kind: StandinKind, world: World) -> ASGIApp:
    return FaultyApp(_app([*kind.build(world), switchboard_router(world)]), world.switch)


def _app(handlers: Sequence[ControllerRouterHandler]) -> Litestar:
    return Litestar(handlers, openapi_config=None, logging_config=None)
