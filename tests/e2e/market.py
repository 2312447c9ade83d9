"""A shop whose app is connected to every stand-in, with no network between: what is sent is handed over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from tests.e2e.shop import PUBLIC_URL, Shop, open_shop
from zerofee.adapters.http.exchange import HttpCall, HttpReply, Send
from zerofee.adapters.provider_directory import installed_kinds
from zerofee.adapters.providers.pawapay.adapter import PawapayKind
from zerofee.application.apps.write_connections import NewConnection
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.entrypoints.cli.opening import AT_THE_COMMAND_LINE
from zerofee.entrypoints.standins.app import KINDS, Standins, create_standins
from zerofee.entrypoints.standins.direct import DirectSend
from zerofee.entrypoints.standins.handset import Verdict
from zerofee.entrypoints.standins.webhooks import Webhook

SEE_OTHER: Final = 303


@dataclass
class DirectHttp:
    """In the place of the one HTTP client: every provider is called on the same line."""

    line: DirectSend

    def sender(self, provider_id: str, environment: Environment) -> Send:
        """Give the line."""
        return self.line

    async def aclose(self) -> None:
        """Do nothing: there is nothing to close."""


@dataclass(kw_only=True)
class Market:
    """A shop, the providers' stand-ins, and the webhooks that they have sent."""

    shop: Shop
    standins: Standins
    line: DirectSend
    posted: list[Webhook]
    connections: dict[str, str]

    async def make(self, order: dict[str, Any]) -> dict[str, Any]:
        """Make a payment; whatever becomes of it, it is there."""
        answer = await self.shop.post("/v1/payments", order)
        assert answer.status_code == 201, answer.text
        payment: dict[str, Any] = answer.json()
        return await self.read(payment)

    async def read(self, payment: dict[str, Any]) -> dict[str, Any]:
        """Read a payment once all that was said is heard."""
        await self.settle()
        answer = await self.shop.get(f"/v1/payments/{payment['id']}")
        found: dict[str, Any] = answer.json()
        return found

    async def settle(self) -> None:
        """Let every webhook arrive, be applied, and set off what it sets off."""
        for _ in range(3):
            for world in self.standins.worlds.values():
                await world.webhooks.drain()
            await self.shop.services.webhooks_in.apply.drain(10)

    async def later(self, payment: dict[str, Any], seconds: int = 60) -> dict[str, Any]:
        """Read a payment after some time, in which the upkeep has asked about it."""
        self.shop.clock.advance(seconds)
        await self.shop.container.worker().run_due()
        return await self.read(payment)

    async def press(self, page: str, button: str) -> str:
        """Press a button on a provider's page, and give where it leads."""
        place = page.replace("?token=", "/")
        reply = await self.line(HttpCall(method="POST", url=f"{place}/{button}"))
        assert isinstance(reply, HttpReply)
        assert reply.status in {302, SEE_OTHER}, reply.body
        return reply.headers["location"]

    async def answer_phone(self, *, approved: bool, reason: str | None = None) -> None:
        """Press a button on the payer's telephone."""
        await self.standins.handset.decide(
            self.standins.handset.prompts()[0].id, Verdict(approved=approved, reason=reason)
        )

    async def refund(self, payment: dict[str, Any], **wanted: object) -> httpx.Response:
        """Give money back."""
        return await self.shop.post(f"/v1/payments/{payment['id']}/refunds", wanted)

    async def deliver(self, webhook: Webhook, path: str | None = None, **headers: str) -> httpx.Response:
        """Deliver a webhook, perhaps elsewhere or changed."""
        target = path or webhook.url.removeprefix(PUBLIC_URL)
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {name.lower(): value for name, value in webhook.headers.items()} | changed
        return await self.shop.http.post(target, content=webhook.body, headers=given)


@asynccontextmanager
async def open_market(**settings: Any) -> AsyncIterator[Market]:  # noqa: ANN401  whatever setting there is
    """Open a shop with the stand-ins round it, and connect its app to each."""
    posted: list[Webhook] = []
    line = DirectSend({})
    urls = {kind.name: f"http://127.0.0.1:{kind.port}" for kind in KINDS}
    # A stand-in has keys of its own, and those of an earlier one would be remembered.
    kinds = {**installed_kinds(), "pawapay": PawapayKind()}
    async with open_shop(base_urls=urls, http=DirectHttp(line), kinds=kinds, **settings) as shop:

        async def post(webhook: Webhook) -> int:
            posted.append(webhook)
            given = dict(webhook.headers)
            answer = await shop.http.post(webhook.url, content=webhook.body, headers=given)
            return answer.status_code

        standins = create_standins(shop.clock, zerofee_url=PUBLIC_URL, post=post)
        line.apps = {standins.url(name): standins.apps[name] for name in standins.worlds}
        connections: dict[str, str] = {}
        for kind in KINDS:
            credentials = {name: Secret(value) for name, value in kind.credentials.items()}
            order = NewConnection(scope=shop.scope, provider_id=kind.name, credentials=credentials)
            made = await shop.container.write_connections().make(AT_THE_COMMAND_LINE, order)
            connections[kind.name] = made.id
        yield Market(shop=shop, standins=standins, line=line, posted=posted, connections=connections)
        await standins.close()
