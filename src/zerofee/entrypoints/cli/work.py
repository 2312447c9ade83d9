"""A process that does the upkeep and nothing else."""

import asyncio
import logging
import signal
from typing import Final

import click

from zerofee.adapters.sql.engine import UnsafeStorage
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.opening import refuse_unmigrated, serving_settings
from zerofee.entrypoints.cli.serve import ONE_PROCESS
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.running import running
from zerofee.entrypoints.settings import Settings
from zerofee.entrypoints.stores import MEMORY, is_sqlite

_LOG: Final = logging.getLogger("zerofee")


@click.command("worker", short_help="Do the upkeep in a process of its own (PostgreSQL).")
def command() -> None:
    """Ask about what is unknown, end what is overdue, forget what is past its time; until a signal comes."""
    settings = serving_settings()
    if is_sqlite(settings.database_url) or settings.database_url == MEMORY:
        raise CommandFailed(ONE_PROCESS)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    await refuse_unmigrated(settings)
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    try:
        async with running(Container(settings=settings), working=True):
            _LOG.info("working; a signal stops it, and what is under way is finished first")
            await stop.wait()
            for sign in (signal.SIGINT, signal.SIGTERM):
                # The next one ends the process at once.
                asyncio.get_running_loop().remove_signal_handler(sign)
    except UnsafeStorage as fault:
        raise CommandFailed(str(fault)) from fault
