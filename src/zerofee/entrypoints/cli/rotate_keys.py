"""Seal every connection's credentials under the newest key."""

import asyncio
import sys
from collections.abc import Mapping, Sequence

import click
from rich.progress import Progress

from zerofee.adapters.crypto.envelope import Envelopes
from zerofee.domain.connection import Connection
from zerofee.entrypoints.cli.opening import AT_THE_COMMAND_LINE, checked_settings, opened
from zerofee.entrypoints.settings import PREFIX, Settings


@click.command("rotate-keys", short_help="Seal all credentials under the newest key.")
def command() -> None:
    """
    Seal all credentials under the first of ZEROFEE_ENCRYPTION_KEYS.

    Put the new key before the old ones, restart the servers, then run this; servers go on meanwhile. It can be
    stopped and run again. A key may be dropped once nothing is left under it.
    """
    settings = checked_settings()
    left, broken = asyncio.run(_rotate(settings))
    _tell(settings, left)
    for connection in broken:
        where = f"app {connection.scope.app_id}, {connection.scope.environment}"
        click.echo(f"{connection.id} ({where}) opens under none of the keys: give its credentials anew.", err=True)
    if broken:
        sys.exit(1)


async def _rotate(settings: Settings) -> tuple[Mapping[str, int], Sequence[Connection]]:
    broken: list[Connection] = []
    async with opened(settings) as container:
        rotate_keys = container.rotate_keys()
        total = sum((await rotate_keys.left_under()).values())
        with Progress(transient=True) as bar:
            task = bar.add_task("Sealing", total=total)
            async for batch in rotate_keys.batches(AT_THE_COMMAND_LINE):
                bar.advance(task, batch.looked_at)
                broken += batch.broken
        return await rotate_keys.left_under(), broken


def _tell(settings: Settings, left: Mapping[str, int]) -> None:
    """Say what is left under each key: first ours, the newest first, then any that we do not have."""
    ours = Envelopes(settings.encryption_keys).key_ids
    for place, key_id in enumerate(ours):
        count = left.get(key_id, 0)
        may_go = "; it may be dropped" if place and not count else ""
        newest = ", the newest" if place == 0 else ""
        click.echo(f"key {key_id} (number {place + 1} of {PREFIX}ENCRYPTION_KEYS{newest}): {count} connections{may_go}")
    for key_id in sorted(left.keys() - set(ours)):
        click.echo(f"key {key_id} (not among {PREFIX}ENCRYPTION_KEYS): {left[key_id]} connections")
