"""What providers list against what we have."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta

import click
import msgspec
from rich.progress import Progress

from zerofee.application.upkeep.sweep import Sweep, Swept
from zerofee.domain.money import Money
from zerofee.entrypoints.cli.opening import checked_settings, opened
from zerofee.entrypoints.settings import Settings


@click.command("sweep", short_help="Compare each provider's own list with ours.")
@click.option("--hours", default=48, show_default=True, type=click.IntRange(2, 24 * 90), help="How far to look back.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def command(hours: int, as_json: bool) -> None:  # noqa: FBT001  click gives it so
    """
    Compare what each provider lists as paid with what we have, where the provider can list.

    What it has as paid and we have not is asked about at once; what we have and it does not list is marked for a
    person (`GET /v1/payments?needs_attention=true`). The last hour is left out. Exits with 1 when anything differs.
    """
    swept = asyncio.run(_sweep(checked_settings(), hours))
    for one in swept:
        _tell(one, as_json=as_json)
    if not swept and not as_json:
        click.echo("No connection's provider can list its payments.")
    if any(one.differences or one.why for one in swept):
        sys.exit(1)


async def _sweep(settings: Settings, hours: int) -> Sequence[Swept]:
    async with opened(settings) as container:
        sweep: Sweep = container.sweep()
        now = container.clock().now()
        with Progress(transient=True) as bar:
            task = bar.add_task("Comparing", total=None)
            swept = []
            async for one in sweep(now - timedelta(hours=hours), now - timedelta(hours=1)):
                swept.append(one)
                bar.advance(task)
    return swept


def _tell(swept: Swept, *, as_json: bool) -> None:
    connection = swept.connection
    if not as_json:
        said = swept.why or f"{swept.movements} payments listed, {len(swept.differences)} differences"
        click.echo(f"{connection.provider_id} through {connection.id}: {said}")
    for found in swept.differences:
        line = {
            "connection": connection.id,
            "provider": connection.provider_id,
            "difference": found.kind,
            "payment": found.payment_id,
            "reference": found.reference,
            "theirs": _shown(found.theirs),
            "ours": _shown(found.ours),
        }
        if as_json:
            click.echo(msgspec.json.encode(line))
        else:
            click.echo(
                f"  {found.kind}: {found.payment_id or '-'} {found.reference}, {line['theirs']} / {line['ours']}"
            )


def _shown(money: Money | None) -> str | None:
    return None if money is None else f"{money.minor} {money.currency}"
