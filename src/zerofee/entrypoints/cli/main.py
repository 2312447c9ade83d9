"""The commands, and what each exit code means: 0 done, 1 failed, 2 asked for in a way that is not understood."""

import sys
from importlib import import_module
from typing import Final

import click

from zerofee.entrypoints.cli.failing import FAILURES, say_failure

# Each command's module is loaded when it is asked for, so that none waits for what another needs.
_COMMANDS: Final = {
    "run": "run",
    "serve": "serve",
    "worker": "work",
    "migrate": "migrate",
    "bootstrap": "bootstrap",
    "keys": "keys",
    "listen": "listen",
    "fees": "fees",
    "ledger": "ledger",
    "doctor": "doctor",
    "backup": "backup",
    "sweep": "sweep",
    "export": "export",
    "import": "load",
    "rotate-keys": "rotate_keys",
    "routes": "routes",
    "simulate": "simulate",
    "providers": "providers",
}


class _Commands(click.Group):
    # `typing.override`, which mypy asks for here, came with Python 3.12.
    def list_commands(self, ctx: click.Context) -> list[str]:  # type: ignore[explicit-override]  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(  # type: ignore[explicit-override]
        self,
        ctx: click.Context,  # noqa: ARG002  click gives it
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"zerofee.entrypoints.cli.{_COMMANDS[cmd_name]}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zerofee")
def zerofee() -> None:
    """Payments through many providers: none is lost, none is charged twice. Settings come from ZEROFEE_… and .env."""


def main() -> None:
    """Run the command line; every failure that is not a bug is one sentence on standard error."""
    try:
        zerofee()
    except FAILURES as failure:
        say_failure(failure)
        sys.exit(1)
