"""Bring the database to this version's schema."""

import asyncio

import click

from zerofee.adapters.sql.migrating import is_at_head, migrate
from zerofee.entrypoints.cli.opening import checked_settings
from zerofee.entrypoints.stores import MEMORY


@click.command("migrate", short_help="Bring the database to this version's schema.")
@click.option("--to", "revision", default="head", show_default=True, help="A revision; `base` is before the first.")
def command(revision: str) -> None:
    """Change the schema, all of it in one transaction: twice is once, and a failure changes nothing."""
    settings = checked_settings()
    if settings.database_url == MEMORY:
        click.echo("Memory has no schema.")
        return
    asyncio.run(migrate(settings.database_url, revision))
    at_head = asyncio.run(is_at_head(settings.database_url))
    click.echo("The database has this version's schema." if at_head else f"The database is at {revision}.")
