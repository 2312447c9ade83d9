"""A good copy of the database, while the server runs."""

from pathlib import Path

import click
from rich.progress import Progress
from sqlalchemy import make_url

from zerofee.adapters.sql.backup import BackupFailed, back_up
from zerofee.adapters.sql.store import sqlite_path
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.opening import checked_settings
from zerofee.entrypoints.stores import is_sqlite


@click.command("backup", short_help="Copy the SQLite database while it is in use.")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Take the place of a file that is there.")
def command(target: Path, force: bool) -> None:  # noqa: FBT001  click gives it so
    """Copy the database to TARGET: whole, checked, readable by you alone; and print its SHA-256."""
    settings = checked_settings()
    if not is_sqlite(settings.database_url):
        raise CommandFailed("backup copies SQLite. For PostgreSQL use its own: pg_dump, or a base backup with its log.")
    if target.exists() and not force:
        raise CommandFailed(f"{target} is there already; name another file, or add --force.")
    with Progress(transient=True) as bar:
        task = bar.add_task("Copying")
        try:
            digest = back_up(
                sqlite_path(make_url(settings.database_url)),
                target,
                lambda done, all_of: bar.update(task, completed=done, total=all_of),
            )
        except BackupFailed as fault:
            raise CommandFailed(f"no backup was made: {fault}") from fault
    click.echo(f"{digest}  {target}")
