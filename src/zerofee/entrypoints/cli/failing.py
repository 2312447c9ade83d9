"""The failures that a person can mend, and how they are told."""

from typing import Final

import click

from zerofee.domain.errors import DomainError
from zerofee.entrypoints.redaction import redact
from zerofee.entrypoints.settings import SettingsRefused


class CommandFailed(Exception):
    """A command could not do what it was asked; the text says what to do."""


FAILURES: Final = (CommandFailed, DomainError, SettingsRefused)


def say_failure(failure: Exception) -> None:
    """Tell a failure on standard error, with nothing secret in it."""
    click.echo(f"zerofee: {redact(str(failure))}", err=True)
