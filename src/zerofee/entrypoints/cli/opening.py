"""What most commands begin with: settings that may be used, logs that are set up, a storage that is open."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from zerofee.adapters.sql.engine import UnsafeStorage
from zerofee.adapters.sql.migrating import is_at_head
from zerofee.domain.audit import Actor, ActorKind, Author
from zerofee.entrypoints import production
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.logs import set_up_logging
from zerofee.entrypoints.settings import (
    Settings,
    SettingsRefused,
    read_environment,
    read_settings,
    unknown_variables,
)
from zerofee.entrypoints.stores import MEMORY

_LOG: Final = logging.getLogger("zerofee")

AT_THE_COMMAND_LINE: Final = Author(Actor(ActorKind.CLI))
"""Who acts in the audit log when an operator does."""


def checked_settings() -> Settings:
    """Read the settings and set up the logs; raise `SettingsRefused` for what cannot be used, or not in production."""
    settings = read_settings(read_environment())
    set_up_logging(settings.log_format, settings.log_level)
    if settings.production and (wrong := production.problems(settings)):
        raise SettingsRefused(wrong)
    return settings


def serving_settings() -> Settings:
    """Do the same for a process that stays, and warn in development of what production refuses."""
    settings = checked_settings()
    for problem in production.problems(settings):
        _LOG.warning("%s Production refuses this.", problem)
    for unknown in unknown_variables(read_environment()):
        _LOG.warning(unknown)
    return settings


async def refuse_unmigrated(settings: Settings) -> None:
    """Raise `CommandFailed` unless the database has this version's schema."""
    if settings.database_url != MEMORY and not await is_at_head(settings.database_url):
        raise CommandFailed("the database does not have this version's schema. Run: zerofee migrate")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Container]:
    """Open the storage for a short command, beside a server if one is running."""
    await refuse_unmigrated(settings)
    container = Container(settings=settings, beside_server=True)
    store = container.store()
    try:
        await store.start()
    except UnsafeStorage as fault:
        raise CommandFailed(str(fault)) from fault
    try:
        yield container
    finally:
        await container.http().aclose()
        await container.caching().close()
        await store.close()
