"""`zerofee listen` against the real API, and a merchant's server on a local port."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.e2e.receiver import Receiver, listening
from tests.e2e.shop import PUBLIC_URL, Shop, open_shop
from zerofee.adapters.webhooks.signature import signed_headers
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.listen import EventSource, forward
from zerofee.entrypoints.cli.main import zerofee

KEY = b"k" * 32


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with open_shop() as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as opened:
        yield opened


async def test_gives_each_event_once_in_its_order_and_none_from_before(shop: Shop) -> None:
    await shop.paid()
    source = EventSource(shop.http, PUBLIC_URL, shop.secret_key)
    await source.skip()
    first = await shop.paid()
    second = await shop.paid()

    fresh = [json.loads(body) for body in await source.fresh()]

    assert [event["data"]["id"] for event in fresh] == [first["id"]] * 2 + [second["id"]] * 2
    assert [event["sequence"] for event in fresh] == [1, 2, 1, 2]
    assert await source.fresh() == []


async def test_follows_the_pages_of_a_busy_app(shop: Shop) -> None:
    await shop.paid()
    source = EventSource(shop.http, PUBLIC_URL, shop.secret_key)
    await source.skip()
    for _ in range(60):
        await shop.paid()

    assert len(await source.fresh()) == 120


async def test_forwards_an_event_signed_and_prints_what_came_of_it(
    shop: Shop, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    source = EventSource(shop.http, PUBLIC_URL, shop.secret_key)
    await source.skip()
    await shop.paid()
    bodies = await source.fresh()

    async with httpx.AsyncClient() as http:
        for body in bodies:
            await forward(http, body, receiver.url, KEY, ("payment.succeeded",))

    [got] = receiver.received
    at_s = int(got.headers["webhook-timestamp"])
    assert got.body == bodies[1]
    signed = signed_headers(got.headers["webhook-id"], at_s, got.body, [KEY])
    assert got.headers["webhook-signature"] == signed["webhook-signature"]
    printed = capsys.readouterr().out
    assert "200" in printed
    assert "payment.succeeded" in printed


async def test_says_so_when_the_key_is_not_taken(shop: Shop) -> None:
    with pytest.raises(CommandFailed, match="does not take this key"):
        await EventSource(shop.http, PUBLIC_URL, "sk_sand_nobodys").skip()


def test_asks_for_a_key_when_there_is_no_demo_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(zerofee, ["listen", "--forward-to", "http://localhost:1/"])

    assert isinstance(result.exception, CommandFailed)
