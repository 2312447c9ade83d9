"""A file of `zerofee export` into another database."""

from pathlib import Path

import click

from zerofee.adapters.sql.loading import load
from zerofee.entrypoints.cli.transfer import tell, transfer_settings, with_progress


@click.command("import", short_help="Read a file of `zerofee export` into an empty database.")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(source: Path) -> None:
    """
    Read everything in SOURCE into the database that the settings name, which must be migrated and empty.

    It is one transaction, proven by the counts and sums that the file brings along: after a failure nothing is there,
    and the same command can be run again.
    """
    settings = transfer_settings()
    head = with_progress("Reading", lambda told: load(source, settings.database_url, told))
    tell(head, "read; every count and sum came out")
