"""Withdrawals through the providers that pay out, on their stand-ins: sent once, heard of by webhook or by asking."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from tests.e2e.market import Market, open_market
from tests.e2e.test_providers import approved
from zerofee.entrypoints.standins.book import Kind
from zerofee.entrypoints.standins.faults import Failing, Faults

Json = dict[str, Any]

PAYS_OUT: Final = ("hub2", "pawapay")
TO: Final = {"phone": "+2250501020304", "country": "CI", "operator": "mtn", "name": "Awa Koné"}


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    """Yield an app that is connected to every stand-in."""
    async with open_market() as opened:
        yield opened


async def withdrawn(market: Market, name: str) -> Json:
    """Take a payment of 5,000 by a provider, and withdraw 2,000 of it through the same one."""
    await approved(market, name)
    order = {"amount": 2000, "currency": "XOF", "destination": TO, "provider": name}
    answer = await market.shop.post("/v1/withdrawals", order)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def read(market: Market, withdrawal: Json) -> Json:
    await market.settle()
    found: Json = (await market.shop.get(f"/v1/withdrawals/{withdrawal['id']}")).json()
    return found


async def later(market: Market, withdrawal: Json, seconds: int = 60) -> Json:
    market.shop.clock.advance(seconds)
    await market.shop.container.worker().run_due()
    return await read(market, withdrawal)


def paid_out(market: Market, name: str) -> list[int]:
    """List what the provider's own book says was paid out."""
    return [entry.money.minor for entry in market.standins.worlds[name].book.moved(Kind.PAYOUT)]


async def available(market: Market) -> int:
    (wallet,) = (await market.shop.get("/v1/wallets")).json()["data"]
    left: int = wallet["available"]
    assert wallet["reserved"] == 0
    return left


@pytest.mark.parametrize("name", PAYS_OUT)
async def test_money_goes_out_once(market: Market, name: str) -> None:
    found = await read(market, await withdrawn(market, name))
    for _ in range(3):
        if found["status"] == "processing":
            found = await later(market, found)

    assert found["status"] == "succeeded"
    assert paid_out(market, name) == [2000]
    assert await available(market) == 3000


@pytest.mark.parametrize("name", PAYS_OUT)
async def test_a_lost_answer_is_found_out_and_paid_once(market: Market, name: str) -> None:
    await approved(market, name)
    market.standins.worlds[name].switch.set(Faults(failing=Failing.CUT_AFTER, method="POST", times=1))
    order = {"amount": 2000, "currency": "XOF", "destination": TO, "provider": name}
    made = (await market.shop.post("/v1/withdrawals", order)).json()
    market.standins.worlds[name].switch.set(Faults())

    for _ in range(30):
        made = await later(market, made, 120)

    assert made["status"] == "succeeded"
    assert paid_out(market, name) == [2000]
    assert await available(market) == 3000
