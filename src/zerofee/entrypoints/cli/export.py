"""The whole database into a file."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from zerofee.adapters.sql.dumping import dump, last_beat
from zerofee.adapters.system import SystemClock
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.transfer import tell, transfer_settings, with_progress
from zerofee.entrypoints.settings import Settings

_QUIET: Final = timedelta(seconds=10)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@click.command("export", short_help="Write the whole database to a file.")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--snapshot", is_flag=True, help="While processes serve: what they do from now on is not in it.")
@click.option("--force", is_flag=True, help="Take the place of a file that is there.")
def command(target: Path, snapshot: bool, force: bool) -> None:  # noqa: FBT001  click gives them so
    """
    Write everything to TARGET, to be read by `zerofee import` into another database, of either kind.

    Stop every server and worker first. The file holds personal data and sealed credentials, and is readable by you
    alone; the credentials open with the same ENCRYPTION_KEYS only.
    """
    settings = transfer_settings()
    if target.exists() and not force:
        raise CommandFailed(f"{target} is there already; name another file, or add --force.")
    if not snapshot:
        _refuse_while_alive(settings)
    head = with_progress("Writing", lambda told: dump(settings.database_url, target, told))
    tell(head, f"written to {target}")


def _refuse_while_alive(settings: Settings) -> None:
    beat = asyncio.run(last_beat(settings.database_url))
    if beat is not None and _EPOCH + timedelta(microseconds=beat) > SystemClock().now() - _QUIET:
        raise CommandFailed(
            "a server or worker was alive in the last 10 seconds, and what it does after the export would be lost. "
            "Stop it and try again, or add --snapshot if that is what you want."
        )
