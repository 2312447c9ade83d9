"""What each installed provider can do, and the beginning of another one."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from zerofee.adapters.provider_directory import installed_kinds
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.new_provider import lay_out


@click.group("providers", short_help="The providers that are installed.")
def command() -> None:
    """Show the providers that are installed here, or lay out a new one."""


@command.command("list")
def list_providers() -> None:
    """List every provider, its methods, and what can be asked of it."""
    table = Table("id", "name", "environments", "methods", "operations")
    for provider_id, kind in installed_kinds().items():
        can = kind.capabilities
        table.add_row(
            provider_id,
            can.name,
            ", ".join(sorted(can.environments)),
            ", ".join(sorted({flow.method for flow in can.flows})),
            ", ".join(sorted(can.operations)),
        )
    Console().print(table)


@command.command("new")
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to; zerofee-NAME when left out.")
def new_provider(name: str, folder: Path | None) -> None:
    """
    Lay out a provider called NAME as a package of its own.

    It is complete, for a provider that was made up, and passes zerofee's provider contract: change one thing after
    the other until it is yours. docs/adding-a-provider.md walks through it.
    """
    if name in installed_kinds():
        raise CommandFailed(f"a provider called {name} is installed already: choose another name")
    where = folder or Path(f"zerofee-{name}")
    for path in lay_out(name, where):
        click.echo(path)
    click.echo(f"\nNext: pip install --editable {where}, python -m pytest {where}/tests, zerofee providers list")
