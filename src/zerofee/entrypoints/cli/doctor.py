"""What is wrong with this installation, and what to do about each thing."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import click

from zerofee.adapters.provider_directory import installed_kinds
from zerofee.adapters.sql.engine import UnsafeStorage
from zerofee.adapters.sql.migrating import is_at_head
from zerofee.adapters.system import SystemClock
from zerofee.application.upkeep.verify_audit import VerifyAudit
from zerofee.application.upkeep.verify_ledger import VerifyLedger
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.entrypoints import production
from zerofee.entrypoints.caches import open_cache
from zerofee.entrypoints.notifiers import open_notifier
from zerofee.entrypoints.settings import (
    Settings,
    SettingsRefused,
    read_environment,
    read_settings,
    unknown_variables,
)
from zerofee.entrypoints.stores import MEMORY, Store, is_sqlite, open_store

_WALLETS_LOOKED_AT: Final = 100
# The first SQLite whose write-ahead log is safe with several connections that write (reliability rules DB-2).
_FIXED_SQLITE: Final = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; what is not `good` says what to do, and fails the command if it is `fatal`."""

    about: str
    said: str
    good: bool = True
    fatal: bool = True


@click.command("doctor", short_help="Say what is wrong, and what to do.")
def command() -> None:
    """Check the settings, secrets, database, cache and providers; exit code 1 when something must be mended."""
    if asyncio.run(_tell()):
        sys.exit(1)


async def _tell() -> bool:
    failed = False
    async for finding in examine():
        failed |= finding.fatal and not finding.good
        mark = "ok  " if finding.good else "FAIL" if finding.fatal else "warn"
        click.echo(f"{mark}  {finding.about}: {finding.said}")
    return failed


async def examine() -> AsyncIterator[Finding]:
    """Look at everything, one finding after another; later ones are left out where an earlier one prevents them."""
    variables = read_environment()
    try:
        settings = read_settings(variables)
    except SettingsRefused as refused:
        for problem in refused.problems:
            yield Finding("settings", problem, good=False)
        return
    yield Finding("settings", f"{settings.environment}, {len(variables)} variables read")
    for unknown in unknown_variables(variables):
        yield Finding("settings", unknown, good=False, fatal=False)
    wrong = production.problems(settings)
    for problem in wrong:
        yield Finding("settings", problem, good=False, fatal=settings.production)
    if not wrong:
        yield Finding("secrets", "long enough, and all different")
    async for finding in _database(settings):
        yield finding
    yield await _cache(settings)
    yield _providers()
    yield _mail(settings)


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    if settings.database_url == MEMORY:
        yield Finding("database", "memory: everything is gone with the process", good=False, fatal=settings.production)
        return
    if is_sqlite(settings.database_url):
        yield _sqlite()
    try:
        at_head = await is_at_head(settings.database_url)
    except StorageUnavailable as fault:
        yield Finding("database", f"cannot be used: {fault.__cause__ or fault}", good=False)
        return
    if not at_head:
        yield Finding("schema", "is not this version's. Run: zerofee migrate", good=False)
        return
    yield Finding("schema", "is this version's")
    async for finding in _opened(settings):
        yield finding


async def _opened(settings: Settings) -> AsyncIterator[Finding]:
    try:
        store = open_store(settings, beside_server=True)
        await store.start()
        await store.ping()
    except UnsafeStorage as unsafe:
        for gap in unsafe.gaps:
            yield Finding("database", gap, good=False)
    except (StorageUnavailable, SettingsRefused) as fault:
        yield Finding("database", str(fault), good=False)
    else:
        for gap in store.gaps:
            yield Finding("database", gap, good=False, fatal=settings.production)
        if not store.gaps:
            yield Finding("database", "answers, and keeps what it was told")
        async for finding in _audit(store):
            yield finding
        async for finding in _ledger(store):
            yield finding
        await store.close()


async def _audit(store: Store) -> AsyncIterator[Finding]:
    apps, entries = 0, 0
    async for chain in VerifyAudit(store.apps, store.audit)():
        apps, entries = apps + 1, entries + chain.entries
        if chain.broken:
            said = f"the log of {chain.app_id} is broken: {chain.broken}. Somebody wrote into the database by hand"
            yield Finding("audit", said, good=False)
    yield Finding("audit", f"{entries} entries of {apps} apps were followed")


async def _ledger(store: Store) -> AsyncIterator[Finding]:
    wrong = await VerifyLedger(store.ledger).sample(_WALLETS_LOOKED_AT)
    for sentence in wrong:
        yield Finding("ledger", f"{sentence}. Stop withdrawals and find out why", good=False)
    if not wrong:
        yield Finding("ledger", f"balances, as far as {_WALLETS_LOOKED_AT} wallets go; for all: zerofee ledger verify")


def _sqlite() -> Finding:
    if sqlite3.sqlite_version_info >= _FIXED_SQLITE:
        return Finding("sqlite", f"{sqlite3.sqlite_version}")
    wanted = ".".join(map(str, _FIXED_SQLITE))
    said = f"{sqlite3.sqlite_version} is older than {wanted}: safe with the one server process that we allow it"
    return Finding("sqlite", said, good=False, fatal=False)


async def _cache(settings: Settings) -> Finding:
    try:
        caching = open_cache(settings, SystemClock())
    except SettingsRefused as fault:
        return Finding("cache", str(fault), good=False)
    healthy = await caching.cache.healthy()
    await caching.close()
    if not healthy:
        said = "does not answer within ZEROFEE_CACHE_TIMEOUT: rate limits are each process's own until it does"
        return Finding("cache", said, good=False, fatal=False)
    return Finding("cache", "in the process" if settings.cache_url == MEMORY else "answers")


def _mail(settings: Settings) -> Finding:
    try:
        open_notifier(settings)
    except SettingsRefused as fault:
        return Finding("mail", str(fault), good=False)
    if settings.smtp_url.reveal():
        return Finding("mail", f"goes out from {settings.mail_from}")
    if not settings.production:
        return Finding("mail", "is written into the log")
    said = "ZEROFEE_SMTP_URL is not set: no one-time code reaches anybody, and no new account can be used"
    return Finding("mail", said, good=False, fatal=False)


def _providers() -> Finding:
    try:
        kinds = installed_kinds()
    except Exception as fault:  # noqa: BLE001  a package of somebody's fails in its own way
        return Finding("providers", f"cannot be loaded: {fault}. Remove or mend the package.", good=False)
    return Finding("providers", ", ".join(kinds) or "none is installed", good=bool(kinds))
