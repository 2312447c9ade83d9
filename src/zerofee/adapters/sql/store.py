"""The whole storage behind one URL: what the container makes, starts and closes."""

from pathlib import Path

from sqlalchemy import URL, make_url

from zerofee.adapters.sql.accounts import SqlAccounts
from zerofee.adapters.sql.apps import SqlApps
from zerofee.adapters.sql.audit import SqlAuditLog
from zerofee.adapters.sql.checkouts import SqlCheckouts
from zerofee.adapters.sql.committer import Committer
from zerofee.adapters.sql.engine import Engine, UnsafeStorage
from zerofee.adapters.sql.inbox import SqlInbox
from zerofee.adapters.sql.ledger import SqlLedger
from zerofee.adapters.sql.outbox import SqlOutbox
from zerofee.adapters.sql.postgres_engine import PostgresEngine
from zerofee.adapters.sql.reads import SqlReads
from zerofee.adapters.sql.rows.attempt import AttemptRows
from zerofee.adapters.sql.sqlite_engine import SqliteEngine
from zerofee.adapters.sql.statements import Statements
from zerofee.adapters.sql.views import SqlViews
from zerofee.adapters.sql.work import SqlWork
from zerofee.domain.ports.vault import DetailVault


class SqlStore:
    """
    Every storage port over one database.

    `gaps` tells after `start` what the database does not keep of our promises, in sentences; with `insist` (as in
    production) a gap is refused. `beside` is for a tool that runs next to a server on SQLite. `vault` seals what is
    secret in an attempt's details; without one such an attempt is refused.
    """

    def __init__(
        self, url: str, *, insist: bool = True, beside: bool = False, vault: DetailVault | None = None
    ) -> None:
        """Prepare for `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`; nothing is opened yet."""
        self._engine = _engine(make_url(url), beside=beside)
        self._insist = insist
        self.exclusive = isinstance(self._engine, SqliteEngine) and not beside
        self.gaps: tuple[str, ...] = ()
        attempts = AttemptRows(vault)
        statements = Statements(self._engine.sql, attempts)
        self.commit = Committer(self._engine, statements)
        self.reads = SqlReads(self._engine, statements.reads, attempts)
        self.keys = self.reads
        self.views = SqlViews(self._engine, statements.pages)
        self.work = SqlWork(self._engine, statements.work)
        self.apps = SqlApps(self._engine, statements.apps)
        self.audit = SqlAuditLog(self._engine, statements.audit)
        self.accounts = SqlAccounts(self._engine, statements.accounts)
        self.outbox = SqlOutbox(self._engine, statements.outbox, statements.pages)
        self.checkouts = SqlCheckouts(self._engine, statements.checkouts)
        self.inbox = SqlInbox(self._engine, statements.inbox, attempts)
        self.ledger = SqlLedger(self._engine, statements.ledger, statements.pages)

    async def start(self) -> None:
        """Connect and check; raise `UnsafeStorage` for a gap, `StorageUnavailable` when it cannot be used."""
        self.gaps = await self._engine.open()
        if self.gaps and self._insist:
            await self._engine.close()
            raise UnsafeStorage(self.gaps)

    async def close(self) -> None:
        """Write what waits, then let go of everything."""
        await self.commit.close()
        await self._engine.close()

    async def ping(self) -> None:
        """Raise `StorageUnavailable` when nothing can be read."""
        await self.reads.ping()


def sqlite_path(url: URL) -> Path:
    """Give the file of an SQLite URL; raise `ValueError` when it names none."""
    if url.database in {None, "", ":memory:"}:
        msg = "SQLite needs a file, such as sqlite+aiosqlite:///zerofee.db; what is in memory is not durable."
        raise ValueError(msg)
    return Path(str(url.database)).absolute()


def _engine(url: URL, *, beside: bool) -> Engine:
    match url.get_backend_name():
        case "sqlite":
            return SqliteEngine(sqlite_path(url), beside=beside)
        case "postgresql":
            return PostgresEngine(url.set(drivername="postgresql+asyncpg"))
        case other:
            msg = f"{other} is no storage of ours: use sqlite+aiosqlite:///path or postgresql+asyncpg://…"
            raise ValueError(msg)
