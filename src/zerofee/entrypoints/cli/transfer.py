"""What writing a database down and reading it back have in common at the command line."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import click
from rich.progress import Progress

from zerofee.adapters.sql.dump_shape import Head, TransferFailed
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.opening import checked_settings, refuse_unmigrated
from zerofee.entrypoints.settings import Settings
from zerofee.entrypoints.stores import MEMORY

Told = Callable[[int, int], None]


def transfer_settings() -> Settings:
    """Read the settings; raise `CommandFailed` unless they name a database of this version's schema."""
    settings = checked_settings()
    if settings.database_url == MEMORY:
        raise CommandFailed("what is in memory is in one process only: set ZEROFEE_DATABASE_URL to a database.")
    asyncio.run(refuse_unmigrated(settings))
    return settings


def with_progress(what: str, work: Callable[[Told], Coroutine[Any, Any, Head]]) -> Head:
    """Do the work, and show how far it is; raise `CommandFailed` when it could not be done."""
    with Progress(transient=True) as bar:
        task = bar.add_task(what)
        try:
            return asyncio.run(work(lambda done, all_of: bar.update(task, completed=done, total=all_of)))
        except TransferFailed as fault:
            raise CommandFailed(f"nothing was changed: {fault}") from fault


def tell(head: Head, done: str) -> None:
    """Say what was transferred."""
    payments = head.tables["payments"]
    click.echo(f"{head.rows} rows, {payments.rows} payments of {payments.sums['amount_minor']} minor units, {done}")
