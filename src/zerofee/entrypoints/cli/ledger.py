"""The books, proven against themselves."""

import asyncio
import sys

import click
from rich.console import Console
from rich.progress import Progress

from zerofee.application.upkeep.verify_ledger import VerifyLedger
from zerofee.entrypoints.cli.opening import checked_settings, opened
from zerofee.entrypoints.settings import Settings


@click.group("ledger", short_help="The books.")
def command() -> None:
    """Look into the books."""


@command.command("verify")
def verify() -> None:
    """
    Prove the books of every app.

    Each group of entries must sum to zero, and each balance must be what its entries add up to. Nothing is changed; a
    server may be running. Exits with 1 when anything is wrong, and says what.
    """
    wallets, wrong = asyncio.run(_verify(checked_settings()))
    for sentence in wrong:
        click.echo(sentence, err=True)
    click.echo(f"{wallets} wallets checked, {len(wrong)} faults found")
    if wrong:
        sys.exit(1)


async def _verify(settings: Settings) -> tuple[int, list[str]]:
    wallets, wrong = 0, list[str]()
    async with opened(settings) as container:
        verify_ledger: VerifyLedger = container.verify_ledger()
        with Progress(transient=True, console=Console(stderr=True)) as bar:
            task = bar.add_task("Adding up", total=await verify_ledger.count())
            async for _, said in verify_ledger.every():
                bar.advance(task)
                wallets += 1
                wrong += said
    return wallets, wrong
