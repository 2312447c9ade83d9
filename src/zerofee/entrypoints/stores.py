"""Which storage a URL names, and what every one of them offers."""

from typing import Final, Protocol

from sqlalchemy.exc import ArgumentError

from zerofee.adapters.memory.store import MemoryStore
from zerofee.adapters.routing_tables import RoutingLists
from zerofee.adapters.sql.store import SqlStore
from zerofee.domain.app import ApiKey
from zerofee.domain.ports.accounts import Accounts, Post
from zerofee.domain.ports.apps import Apps, Everybody
from zerofee.domain.ports.audit import AuditLog
from zerofee.domain.ports.checkouts import Checkouts
from zerofee.domain.ports.inbox import Inbox
from zerofee.domain.ports.keys import Keys
from zerofee.domain.ports.ledger import Books, Ledger
from zerofee.domain.ports.outbox import Deliveries, Endpoints, Outbox
from zerofee.domain.ports.store import Commit, Reads
from zerofee.domain.ports.vault import DetailVault
from zerofee.domain.ports.views import Views
from zerofee.domain.ports.work import Work
from zerofee.domain.scope import Scope
from zerofee.entrypoints.settings import PREFIX, Settings, SettingsRefused

MEMORY: Final = "memory://"


class AllReads(Reads, RoutingLists, Protocol):
    """What rules read, what routing is made of, and what the command line lists."""

    async def api_keys(self, scope: Scope) -> tuple[ApiKey, ...]:
        """List a scope's keys, by id."""
        ...


class AllApps(Apps, Everybody, Protocol):
    """What an app's people manage, and all of it."""


class AllOutbox(Endpoints, Deliveries, Outbox, Protocol):
    """Where apps listen, and what is and was on its way to them."""


class AllAccounts(Accounts, Post, Protocol):
    """What is known of people, and the letters to them."""


class AllBooks(Ledger, Books, Protocol):
    """What the ledger tells an app, and what it tells whoever checks all of it."""


class Store(Protocol):
    """Every storage port over one database. `gaps` says after `start` what it does not keep of our promises."""

    @property
    def gaps(self) -> tuple[str, ...]:
        """Give the sentences, none for a storage that keeps them all."""
        ...

    @property
    def exclusive(self) -> bool:
        """Say whether this process has the storage for itself, so that whoever else used it is dead."""
        ...

    @property
    def commit(self) -> Commit:
        """Give the one way to write."""
        ...

    @property
    def reads(self) -> AllReads:
        """Give what rules read."""
        ...

    @property
    def keys(self) -> Keys:
        """Give the look-up of API keys."""
        ...

    @property
    def views(self) -> Views:
        """Give the lists that are shown."""
        ...

    @property
    def work(self) -> Work:
        """Give the due work."""
        ...

    @property
    def apps(self) -> AllApps:
        """Give what people manage, and the operator's walks over it."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Give the audit log."""
        ...

    @property
    def accounts(self) -> AllAccounts:
        """Give people, their logins and their letters."""
        ...

    @property
    def ledger(self) -> AllBooks:
        """Give the ledger and the wallets."""
        ...

    @property
    def outbox(self) -> AllOutbox:
        """Give what apps are to be told, and where."""
        ...

    @property
    def checkouts(self) -> Checkouts:
        """Give the hosted page's port."""
        ...

    @property
    def inbox(self) -> Inbox:
        """Give what providers told."""
        ...

    async def start(self) -> None:
        """Open it; raise when it is not there, not safe, or not of this version."""
        ...

    async def close(self) -> None:
        """Close it; twice is once."""
        ...

    async def ping(self) -> None:
        """Return when it answers now; raise `StorageUnavailable` when it does not."""
        ...


def open_store(settings: Settings, vault: DetailVault | None = None, *, beside_server: bool) -> Store:
    """
    Make the storage of `DATABASE_URL`; `start` opens it.

    `vault` seals what is secret in attempts; a tool that writes none needs none. `beside_server` is for a tool that
    runs next to a server on SQLite. Raises `SettingsRefused` for a URL that names no storage of ours.
    """
    if settings.database_url == MEMORY:
        return MemoryStore()
    try:
        return SqlStore(settings.database_url, insist=settings.production, beside=beside_server, vault=vault)
    except (ArgumentError, ValueError) as fault:
        # What SQLAlchemy says of a URL may repeat it, with its password.
        said = str(fault) if isinstance(fault, ValueError) else "it is no URL"
        raise SettingsRefused((f"{PREFIX}DATABASE_URL: {said}. See .env.example for its form.",)) from None


def is_sqlite(url: str) -> bool:
    """Say whether a URL names an SQLite file, which one server process has for itself."""
    return url.startswith("sqlite")
