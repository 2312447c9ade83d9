"""Serve HTTP: in one process, or on PostgreSQL in several."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final

import click

from zerofee.adapters.sql.engine import UnsafeStorage
from zerofee.entrypoints import serving
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.opening import opened, refuse_unmigrated, serving_settings
from zerofee.entrypoints.cli.server import CalmServer, PromptConfig, listen, serve_many
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.running import running
from zerofee.entrypoints.settings import Settings
from zerofee.entrypoints.stores import MEMORY, is_sqlite

_LOG: Final = logging.getLogger("zerofee")

ONE_PROCESS: Final = (
    "SQLite is served by one process, with the worker inside, which is enough. More need PostgreSQL: "
    "set ZEROFEE_DATABASE_URL to postgresql+asyncpg://…"
)


@click.command("serve", short_help="Serve the API, with the worker inside.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes; more than 1 need PostgreSQL."
)
@click.option("--no-worker", is_flag=True, help="Leave the upkeep to `zerofee worker` processes.")
def command(host: str, port: int, workers: int, no_worker: bool) -> None:  # noqa: FBT001  click gives it so
    """
    Serve the API until a signal comes; what is under way then is finished.

    A second signal exits at once, which loses nothing.
    """
    settings = serving_settings()
    one_only = is_sqlite(settings.database_url) or settings.database_url == MEMORY
    if one_only and (workers > 1 or no_worker):
        raise CommandFailed(ONE_PROCESS)
    with listen(host, port) as listening:
        if workers > 1:
            asyncio.run(_check(settings))
            name = "idle_application" if no_worker else "working_application"
            serve_many(f"{serving.__name__}:{name}", settings, listening, workers)
        else:
            serve(settings, listening, working=not no_worker)


def serve(
    settings: Settings,
    listening: socket.socket,
    *,
    working: bool = True,
    on_ready: Callable[[], None] = lambda: None,
    beside: AbstractAsyncContextManager[None] | None = None,
) -> None:
    """Serve in this process until a signal comes; call `on_ready` once it listens, and keep `beside` open with it."""
    loop_factory = PromptConfig(None, settings).get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_serve(settings, listening, on_ready, beside or nullcontext(), working=working))


async def _serve(
    settings: Settings,
    listening: socket.socket,
    on_ready: Callable[[], None],
    beside: AbstractAsyncContextManager[None],
    *,
    working: bool,
) -> None:
    await refuse_unmigrated(settings)
    container = Container(settings=settings)
    served = serving.serve_within(container)

    def ready() -> None:
        _LOG.info("serving on http://%s:%d", *listening.getsockname()[:2])
        on_ready()

    def stop() -> None:
        _LOG.info("stopping; what is under way is finished first, and a second signal exits at once")
        served.readiness.draining = True

    server = CalmServer(PromptConfig(served.application, settings), ready, stop)
    try:
        async with beside, running(container, working=working):
            await server.serve(sockets=[listening])
    except UnsafeStorage as fault:
        raise CommandFailed(str(fault)) from fault


async def _check(settings: Settings) -> None:
    """Refuse here what each of the processes would refuse."""
    async with opened(settings):
        return
