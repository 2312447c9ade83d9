"""An app with the demo's routes behind the whole HTTP server, on memory, with a provider that counts its calls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import httpx
from litestar import Litestar

from zerofee.adapters.memory.clock import ToldClock
from zerofee.adapters.memory.mailbox import MemoryNotifier
from zerofee.application.apps.write_keys import Issued
from zerofee.domain.app import KeyKind
from zerofee.domain.budget import Budget
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId
from zerofee.domain.new_key import NewKey
from zerofee.domain.outcome import Outcome
from zerofee.domain.ports.provider import ChargeOrder, Provider, Providers
from zerofee.domain.scope import Environment, Permission, Scope
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.demo import demo_app
from zerofee.entrypoints.http.services import Services
from zerofee.entrypoints.running import running
from zerofee.entrypoints.serving import serve_within
from zerofee.entrypoints.settings import Settings

ORDER: Final = {
    "amount": 10_000,
    "currency": "XOF",
    "payment_method": "PAYIN_ORANGE_CI",
    "customer": {"phone": "+2250700000000"},
}
PLENTY: Final = Budget(1_000_000, 60)
PUBLIC_URL: Final = "http://zerofee.test"


class CountedProvider:
    """A provider that counts the charges it is asked for, and waits for `gate` before each."""

    def __init__(self, provider: Provider, shop: "CountedDirectory") -> None:
        """Count into `shop`."""
        self._provider = provider
        self._shop = shop

    async def charge(self, order: ChargeOrder) -> Outcome:
        """Count, wait, charge."""
        self._shop.charges += 1
        self._shop.called.set()
        await self._shop.gate.wait()
        return await self._provider.charge(order)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the port has
        """Do everything else as the provider does it."""
        return getattr(self._provider, name)


@dataclass
class CountedDirectory:
    """The directory, with every provider it opens counted."""

    directory: Providers
    charges: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def open(self, connection: Connection) -> CountedProvider:
        """Open a connection to a counted provider."""
        return CountedProvider(await self.directory.open(connection), self)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the port has
        """Do everything else as the directory does it."""
        return getattr(self.directory, name)


@dataclass(kw_only=True)
class Shop:
    """Everything that a test may take hold of."""

    app: Litestar
    services: Services
    container: Container
    clock: ToldClock
    directory: CountedDirectory
    scope: Scope
    secret_key: str
    publishable_key: str
    mailbox: MemoryNotifier
    http: httpx.AsyncClient

    def keyed(self, key: str | None = None, **headers: str) -> dict[str, str]:
        """Give the headers of a request under a key, the secret one if none is named."""
        return {"Authorization": f"Bearer {key or self.secret_key}", **headers}

    async def get(self, path: str, **query: str) -> httpx.Response:
        """Ask for something."""
        return await self.http.get(path, headers=self.keyed(), params=query)

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Send a JSON body, or none."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(path, headers=self.keyed(**named), json=body)

    async def send(self, content: bytes, path: str = "/v1/payments", **headers: str) -> httpx.Response:
        """Send bytes as JSON."""
        given = {"Content-Type": "application/json"} | {n.replace("_", "-"): v for n, v in headers.items()}
        return await self.http.post(path, headers=self.keyed(**given), content=content)

    async def paid(self, **changes: object) -> dict[str, Any]:
        """Make a payment."""
        answer = await self.post("/v1/payments", ORDER | changes)
        assert answer.status_code == 201, answer.text
        payment: dict[str, Any] = answer.json()
        return payment

    async def new_key(
        self,
        *permissions: Permission,
        environment: Environment = Environment.SANDBOX,
        app_id: AppId | None = None,
        expires_at: datetime | None = None,
        revoked_at: datetime | None = None,
    ) -> str:
        """Issue a secret key that may do so much and no more."""
        scope = Scope(app_id or self.scope.app_id, environment)
        issued = issue(self.container, scope, KeyKind.SECRET, frozenset(permissions))
        row = replace(issued.row, expires_at=expires_at, revoked_at=revoked_at)
        await self.container.commit()(ChangeSet((Insert(row),)))
        return issued.text.reveal()

    async def another_app(self) -> AppId:
        """Make a second app that can take payments."""
        ids = self.container.ids()
        scope = Scope(ids.new(AppId), Environment.SANDBOX)
        await self.container.commit()(ChangeSet(demo_app(scope, ids, self.clock.now())))
        return scope.app_id


def issue(container: Container, scope: Scope, kind: KeyKind, permissions: frozenset[Permission]) -> Issued:
    """Make a key, which is not kept yet."""
    order = NewKey(scope=scope, kind=kind, name="test", permissions=permissions)
    issued: Issued = container.issue_key()(order, container.clock().now())
    return issued


@asynccontextmanager
async def open_shop(
    http: object = None,
    kinds: object = None,
    **settings: Any,  # noqa: ANN401  whatever setting there is
) -> AsyncIterator[Shop]:
    """
    Open the server and make an app in it; nobody asks too often unless the test is about that.

    `http` stands in the place of the client that calls providers, `kinds` in that of the installed providers.
    """
    usual: dict[str, Any] = {"database_url": "memory://", "rate_limit": PLENTY, "auth_rate_limit": PLENTY}
    container = Container(settings=Settings(public_url=PUBLIC_URL, **usual | settings))
    clock = ToldClock()
    container.clock.override(clock)
    if http is not None:
        container.http.override(http)
    if kinds is not None:
        container.kinds.override(kinds)
    mailbox = MemoryNotifier()
    container.notifier.override(mailbox)
    directory = CountedDirectory(container.directory())
    container.directory.override(directory)
    app: Litestar = serve_within(container).application
    scope = Scope(container.ids().new(AppId), Environment.SANDBOX)
    everything = frozenset({Permission.ALL})
    secret, publishable = (issue(container, scope, kind, everything) for kind in KeyKind)
    changes = demo_app(scope, container.ids(), clock.now())
    # The two libraries write the same protocol in other types.
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with running(container, working=False), httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        await container.commit()(ChangeSet((*changes, Insert(secret.row), Insert(publishable.row))))
        yield Shop(
            app=app,
            services=app.state.services,
            container=container,
            clock=clock,
            directory=directory,
            scope=scope,
            secret_key=secret.text.reveal(),
            publishable_key=publishable.text.reveal(),
            mailbox=mailbox,
            http=client,
        )
