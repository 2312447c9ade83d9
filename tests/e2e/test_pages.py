from typing import Any

import pytest

from tests.e2e.shop import Shop
from zerofee.domain.scope import Permission

PAYMENTS = "/v1/payments"


async def made(shop: Shop, count: int) -> list[str]:
    """Make payments; give their ids, newest first."""
    return [(await shop.paid())["id"] for _ in range(count)][::-1]


async def walked(shop: Shop, path: str, limit: int) -> list[list[str]]:
    """Go from page to page to the end."""
    pages: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        page: dict[str, Any] = (await shop.get(path, limit=str(limit), **cursor)).json()
        assert page["object"] == "list"
        assert page["has_more"] is (page["next_cursor"] is not None)
        pages.append([thing["id"] for thing in page["data"]])
        if not page["has_more"]:
            return pages
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1, 1, 1, 1]), (2, [2, 2, 1]), (5, [5]), (100, [5])])
async def test_walks_each_payment_once_newest_first(shop: Shop, limit: int, sizes: list[int]) -> None:
    ids = await made(shop, 5)

    pages = await walked(shop, PAYMENTS, limit)

    assert [len(page) for page in pages] == sizes
    assert [one for page in pages for one in page] == ids


async def test_is_not_shifted_by_what_comes_meanwhile(shop: Shop) -> None:
    ids = await made(shop, 4)
    first = (await shop.get(PAYMENTS, limit="2")).json()
    await made(shop, 3)

    second = (await shop.get(PAYMENTS, limit="2", cursor=first["next_cursor"])).json()

    assert [payment["id"] for payment in second["data"]] == ids[2:]


async def test_gives_twenty_when_nobody_says_how_many(shop: Shop) -> None:
    await made(shop, 21)

    page = (await shop.get(PAYMENTS)).json()

    assert len(page["data"]) == 20
    assert page["has_more"]


async def test_an_empty_list_is_a_page(shop: Shop) -> None:
    assert (await shop.get(PAYMENTS)).json() == {"object": "list", "data": [], "has_more": False, "next_cursor": None}


async def test_walks_the_parts_of_one_payment(shop: Shop) -> None:
    payment = await shop.paid(capture="manual")
    path = f"{PAYMENTS}/{payment['id']}"
    await shop.post(f"{path}/capture")
    for _ in range(3):
        await shop.post(f"{path}/refunds", {"amount": 1})

    assert [len(page) for page in await walked(shop, f"{path}/attempts", 2)] == [2, 2, 1]
    assert [len(page) for page in await walked(shop, f"{path}/refunds", 2)] == [2, 1]
    assert sum(len(page) for page in await walked(shop, f"{path}/events", 2)) == 6


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", ""])
async def test_refuses_a_limit_out_of_bounds(shop: Shop, limit: str) -> None:
    answer = await shop.get(PAYMENTS, limit=limit)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("cursor", ["", "x", "é", "=", "A" * 101, "pay_01KDVQ6R000000000000000002"])
async def test_refuses_a_cursor_that_is_none(shop: Shop, cursor: str) -> None:
    answer = await shop.get(PAYMENTS, cursor=cursor)

    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")
    assert answer.json()["errors"][0]["field"] == "cursor"


async def test_refuses_the_cursor_of_another_list_or_app(shop: Shop) -> None:
    payment = await shop.paid(capture="manual")
    await shop.post(f"{PAYMENTS}/{payment['id']}/capture")
    await shop.paid()
    of_attempts = (await shop.get(f"{PAYMENTS}/{payment['id']}/attempts", limit="1")).json()["next_cursor"]
    of_payments = (await shop.get(PAYMENTS, limit="1")).json()["next_cursor"]
    theirs = shop.keyed(await shop.new_key(Permission.ALL, app_id=await shop.another_app()))

    other_list = await shop.get(PAYMENTS, cursor=of_attempts)
    other_app = await shop.http.get(PAYMENTS, headers=theirs, params={"cursor": of_payments})

    assert other_list.status_code == other_app.status_code == 422


async def test_finds_payments_by_what_they_have_in_common(shop: Shop) -> None:
    mine = await shop.paid(reference="order-7")
    failed = await shop.paid(amount=99_999)
    at = shop.clock.advance(60).isoformat().replace("+00:00", "Z")
    late = await shop.paid()

    async def found(**query: str) -> list[str]:
        return [payment["id"] for payment in (await shop.get(PAYMENTS, **query)).json()["data"]]

    assert await found(reference="order-7") == [mine["id"]]
    assert await found(status="failed") == [failed["id"]]
    assert await found(created_from=at) == [late["id"]]
    assert await found(created_to=at) == [failed["id"], mine["id"]]
    assert await found(provider="stripe") == []
    assert await found(needs_attention="true") == []
    assert len(await found(needs_attention="false", provider="test")) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=paid", "status"),
        ("created_from=yesterday", "created_from"),
        ("created_from=2026-01-01T00:00:00", "created_from"),
        ("needs_attention=perhaps", "needs_attention"),
        ("reference=", "reference"),
        ("reference=%00", "reference"),
        ("provider=a%0Ab%1F", "provider"),
        ("colour=red", "colour"),
        ("limit=1&limit=2", "limit"),
    ],
)
async def test_refuses_a_filter_by_its_name(shop: Shop, query: str, field: str) -> None:
    answer = await shop.http.get(f"{PAYMENTS}?{query}", headers=shop.keyed())

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("query", ["reference=%FF", "&".join("a=1" for _ in range(60))])
async def test_refuses_a_query_that_is_none(shop: Shop, query: str) -> None:
    assert (await shop.http.get(f"{PAYMENTS}?{query}", headers=shop.keyed())).status_code == 400
