"""Routes are written for what providers can take, and the preview tells the whole decision."""

import pytest

from tests.e2e.merchant import STRIPE, Merchant, a_merchant, done, refused
from tests.e2e.shop import ORDER, Shop

HUB2 = {
    "provider": "hub2",
    "environment": "sandbox",
    "credentials": {"api_key": "not-a-real-api-key", "merchant_id": "m-1"},
}
FACTS = {"environment": "sandbox", "amount": 10_000, "currency": "XOF", "payment_method": "PAYIN_ORANGE_CI"}


@pytest.fixture
async def merchant(shop: Shop) -> Merchant:
    """Return a person with an app."""
    return await a_merchant(shop)


async def routed(merchant: Merchant, connection: str, **changes: object) -> dict[str, object]:
    """Make a route in the sandbox."""
    return await merchant.made("/routes", {"environment": "sandbox", "provider_id": connection} | changes)


async def test_makes_a_route_with_everything_said(merchant: Merchant) -> None:
    said = {
        "priority": 2,
        "weight": 3,
        "countries": ["CI", "SN"],
        "currencies": ["XOF"],
        "methods": ["card", "mobile_money"],
        "operators": ["orange"],
        "min_amount": 100,
        "max_amount": 5_000,
        "retry_declined": True,
        "active": False,
    }
    connection = await merchant.connected()

    route = await routed(merchant, connection, **said)

    assert {name: route[name] for name in said} == said
    assert (route["object"], route["provider_id"], route["environment"]) == ("route", connection, "sandbox")
    assert await merchant.listed("/routes") == [route]
    assert await merchant.listed("/routes", environment="live") == []


async def test_a_route_decides_at_once(shop: Shop, merchant: Merchant) -> None:
    """What is written here is followed by the very next payment, and by the preview."""
    first, second = await merchant.connected(), await merchant.connected()
    key = (await merchant.made("/keys", {"environment": "sandbox", "name": "k"}))["key"]
    before = done(await shop.http.post("/v1/payments", headers=shop.keyed(key), json=ORDER), 201)["routing"]
    await routed(merchant, second)

    after = done(await shop.http.post("/v1/payments", headers=shop.keyed(key), json=ORDER), 201)["routing"]
    preview = done(await merchant.ask("POST", "/routes/preview", FACTS))

    assert before["strategy"] == "connection_order"
    assert [candidate["connection_id"] for candidate in before["candidates"]] == [first, second]
    for decision in (after, preview):
        assert decision["strategy"] == "priority"
        assert [candidate["connection_id"] for candidate in decision["candidates"]] == [second]
        assert [(out["connection_id"], out["because"]) for out in decision["left_out"]] == [(first, "no_route")]


async def test_the_preview_tells_the_whole_decision(merchant: Merchant) -> None:
    test, hub2, stripe = await merchant.connected(), await merchant.connected(HUB2), await merchant.connected(STRIPE)
    await routed(merchant, hub2, priority=1)
    await routed(merchant, test, priority=2)
    await routed(merchant, stripe, priority=3)
    await routed(merchant, test, priority=4, min_amount=20_000)

    decision = done(await merchant.ask("POST", "/routes/preview", FACTS | {"seed": "s"}))

    assert (decision["object"], decision["seed"]) == ("routing_decision", "s")
    assert [candidate["connection_id"] for candidate in decision["candidates"]] == [hub2, test]
    assert [(out["connection_id"], out["because"]) for out in decision["left_out"]] == [
        (stripe, "unsupported"),
        (test, "condition"),
    ]
    pinned = done(await merchant.ask("POST", "/routes/preview", FACTS | {"provider": "test"}))
    assert pinned["strategy"] == "pinned"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": "1"}, "amount"),
        ({"currency": "xof"}, "currency"),
        ({"country": "FR"}, "country"),
        ({"operator": "mtn"}, "operator"),
        ({"payment_method": "cash"}, "payment_method"),
        ({"environment": "test"}, "environment"),
        ({"customer": {}}, "customer"),
    ],
)
async def test_the_preview_refuses_what_no_payment_can_be(
    merchant: Merchant, body: dict[str, object], field: str
) -> None:
    assert refused(await merchant.ask("POST", "/routes/preview", FACTS | body)) == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"provider_id": "con_" + "0" * 26}, "provider_id"),
        ({"provider_id": "x"}, "provider_id"),
        ({"environment": "live"}, "provider_id"),
        ({"priority": 0}, "priority"),
        ({"priority": 1001}, "priority"),
        ({"weight": 0}, "weight"),
        ({"weight": 1.0}, "weight"),
        ({"countries": ["CI", "ci"]}, "countries.1"),
        ({"countries": ["XX"]}, "countries.0"),
        ({"countries": ["FR"]}, "countries"),
        ({"currencies": ["EUR"]}, "currencies"),
        ({"currencies": ["XOF", "XXX"]}, "currencies.1"),
        ({"countries": ["CM"], "currencies": ["XOF"]}, "currencies"),
        ({"methods": ["cash"]}, "methods.0"),
        ({"methods": ["card"]}, "methods"),
        ({"operators": ["nobody"]}, "operators"),
        ({"operators": ["O!"]}, "operators.0"),
        ({"min_amount": 0}, "min_amount"),
        ({"max_amount": 10**12}, "max_amount"),
        ({"min_amount": 2, "max_amount": 1}, "min_amount"),
        ({"id": "rte_1"}, "id"),
    ],
)
async def test_refuses_a_route_that_cannot_be_and_names_the_field(
    merchant: Merchant, body: dict[str, object], field: str
) -> None:
    connection = await merchant.connected(HUB2)
    route = await routed(merchant, connection)

    made = await merchant.ask("POST", "/routes", {"environment": "sandbox", "provider_id": connection} | body)

    assert refused(made) == field
    assert await merchant.listed("/routes") == [route]
    if "environment" not in body:
        assert refused(await merchant.ask("PATCH", f"/routes/{route['id']}", body)) == field
        assert await merchant.listed("/routes") == [route]


async def test_changes_what_is_named_and_nothing_else(merchant: Merchant) -> None:
    connection = await merchant.connected()
    route = await routed(merchant, connection, min_amount=5, countries=["CI"])
    path = f"/routes/{route['id']}"

    changed = done(await merchant.ask("PATCH", path, {"min_amount": None, "weight": 7}))

    assert changed == route | {"min_amount": None, "weight": 7, "updated_at": changed["updated_at"]}
    assert done(await merchant.ask("PATCH", path, {})) == changed


async def test_a_deleted_route_is_gone_and_decides_no_more(merchant: Merchant) -> None:
    route = await routed(merchant, await merchant.connected())
    path = f"/routes/{route['id']}"

    assert done(await merchant.ask("DELETE", path)) == {"id": route["id"], "object": "route", "deleted": True}

    assert (await merchant.ask("DELETE", path)).status_code == 404
    assert await merchant.listed("/routes") == []
    assert done(await merchant.ask("POST", "/routes/preview", FACTS))["strategy"] == "connection_order"
