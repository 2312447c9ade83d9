"""What each installed provider can do."""

import click
from rich.console import Console
from rich.table import Table

from zerofee.adapters.provider_directory import installed_kinds


@click.group("providers", short_help="The providers that are installed.")
def command() -> None:
    """Show the providers that are installed here."""


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
