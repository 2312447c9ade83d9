"""A whole shop on real ports: the server with its upkeep, every provider's stand-in, and the payer's telephone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import uvicorn

from tests.e2e.shop import issue
from zerofee.application.apps.write_connections import NewConnection
from zerofee.domain.app import KeyKind
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.ids import AppId
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment, Permission, Scope
from zerofee.entrypoints.cli.opening import AT_THE_COMMAND_LINE
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.demo import demo_app
from zerofee.entrypoints.running import running
from zerofee.entrypoints.serving import serve_within
from zerofee.entrypoints.settings import Settings
from zerofee.entrypoints.standins.app import KINDS, Standins, create_standins

SHOP: Final = "http://localhost:9999"
"""Where the shop's own pages are; the tests answer for it."""
_HOST: Final = "127.0.0.1"


@dataclass(kw_only=True)
class Site:
    """Where everything is."""

    url: str
    standins: Standins
    container: Container
    secret_key: str
    publishable_key: str

    @property
    def phone(self) -> str:
        """Give the page of the payer's telephone."""
        return f"http://{_HOST}:{self.standins.ports['phone']}/"

    async def session(self, **changes: object) -> dict[str, Any]:
        """Make a checkout session, as the shop's server does."""
        body = {"amount": 10_000, "currency": "XOF", "locale": "en"} | changes
        return await self._made("/v1/checkout/sessions", body)

    async def payment(self, payment_id: str) -> dict[str, Any]:
        """Read a payment, as the shop's server does."""
        async with self._http() as http:
            found: dict[str, Any] = (await http.get(f"/v1/payments/{payment_id}")).json()
            return found

    async def attempts(self, payment_id: str) -> list[str]:
        """Say what became of each try of a payment, in their order."""
        async with self._http() as http:
            data = (await http.get(f"/v1/payments/{payment_id}/attempts")).json()["data"]
            return [attempt["status"] for attempt in reversed(data) if attempt["kind"] == "charge"]

    async def two_fields(self) -> dict[str, Any]:
        """Make a payment that says nothing but how much."""
        return await self._made("/v1/payments", {"amount": 10_000, "currency": "XOF"})

    async def _made(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        async with self._http() as http:
            answer = await http.post(path, json=body)
            assert answer.status_code == 201, answer.text
            made: dict[str, Any] = answer.json()
            return made

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {self.secret_key}"})


@asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    """Open it all; the app is connected to the test provider and to every stand-in."""
    names = ["zerofee", "phone", *(kind.name for kind in KINDS)]
    sockets = {name: _listening() for name in names}
    ports = {name: found.getsockname()[1] for name, found in sockets.items()}
    url = f"http://{_HOST}:{ports['zerofee']}"
    base_urls = {kind.name: f"http://{_HOST}:{ports[kind.name]}" for kind in KINDS}
    settings = Settings(database_url="memory://", public_url=url, base_urls=base_urls, cors_origins=(SHOP,))
    container = Container(settings=settings)
    standins = create_standins(
        container.clock(), zerofee_url=url, ports={n: p for n, p in ports.items() if n != "zerofee"}
    )
    apps = {"zerofee": serve_within(container).application, **standins.apps}
    async with running(container, working=True):
        scope = Scope(container.ids().new(AppId), Environment.SANDBOX)
        keys = [issue(container, scope, kind, frozenset({Permission.ALL})) for kind in KeyKind]
        made = demo_app(scope, container.ids(), container.clock().now())
        await container.commit()(ChangeSet((*made, *(Insert(key.row) for key in keys))))
        for kind in KINDS:
            given = {name: Secret(value) for name, value in kind.credentials.items()}
            order = NewConnection(scope=scope, provider_id=kind.name, credentials=given)
            await container.write_connections().make(AT_THE_COMMAND_LINE, order)
        servers = {name: _Server(uvicorn.Config(app, log_level="error", lifespan="off")) for name, app in apps.items()}
        serving = [asyncio.create_task(server.serve([sockets[name]])) for name, server in servers.items()]
        secret, publishable = (key.text.reveal() for key in keys)
        try:
            yield Site(url=url, standins=standins, container=container, secret_key=secret, publishable_key=publishable)
        finally:
            for server in servers.values():
                server.should_exit = server.force_exit = True
            await asyncio.gather(*serving, return_exceptions=True)
            await standins.close()


class _Server(uvicorn.Server):
    """A server that leaves the signals to pytest."""

    def install_signal_handlers(self) -> None:
        """Do nothing."""


def _listening() -> socket.socket:
    found = socket.socket()
    found.bind((_HOST, 0))
    return found
