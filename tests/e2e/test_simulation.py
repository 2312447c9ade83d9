"""A draft of routes is tried on an app's past payments, and no money moves."""

import pytest

from tests.e2e.merchant import Merchant, a_merchant, done, refused
from tests.e2e.shop import ORDER, Shop

SPAN = {"environment": "sandbox", "created_from": "2025-12-31T00:00:00Z", "created_to": "2026-01-02T00:00:00Z"}


@pytest.fixture
async def merchant(shop: Shop) -> Merchant:
    """Return a person with an app."""
    return await a_merchant(shop)


@pytest.fixture
async def connections(shop: Shop, merchant: Merchant) -> tuple[str, str]:
    """Return two connections, the first of which has taken two payments of three."""
    first, second = await merchant.connected(), await merchant.connected()
    key = (await merchant.made("/keys", {"environment": "sandbox", "name": "k"}))["key"]
    for changes in ({}, {"amount": 99_999}, {"amount": 500}, {"provider": "test"}):
        done(await shop.http.post("/v1/payments", headers=shop.keyed(key), json=ORDER | changes), 201)
    return first, second


async def test_says_side_by_side_what_would_have_gone_elsewhere(
    shop: Shop, merchant: Merchant, connections: tuple[str, str]
) -> None:
    first, second = connections
    draft = {"routes": [{"provider_id": second}, {"provider_id": first, "priority": 2}]}
    charges = shop.directory.charges

    told = done(await merchant.ask("POST", "/routes/simulate", SPAN | draft))

    assert (told["object"], told["payments"], told["pinned"], told["truncated"]) == ("routing_simulation", 3, 1, False)
    assert told["routing_strategy"] == "priority"
    by_id = {side["provider_id"]: side for side in told["connections"]}
    assert by_id[first]["was"] == {
        "payments": 3, "amounts": {"XOF": 110_499}, "paid": 2, "paid_per_thousand": 666
    }  # fmt: skip
    assert by_id[first]["draft"]["payments"] == 0
    assert by_id[second]["draft"]["payments"] == 3
    assert by_id[second]["was"]["paid_per_thousand"] is None
    assert told["moved"]["payments"] == 3
    assert {(moved["was"], moved["draft"]) for moved in told["moved_payments"]} == {(first, second)}
    assert shop.directory.charges == charges
    assert await merchant.listed("/routes") == []


async def test_a_draft_without_routes_is_the_order_in_which_they_were_made(
    merchant: Merchant, connections: tuple[str, str]
) -> None:
    told = done(await merchant.ask("POST", "/routes/simulate", SPAN | {"routes": [], "routing_strategy": "weighted"}))

    assert told["moved"]["payments"] == 0
    assert told["routing_strategy"] == "weighted"


async def test_looks_at_the_span_alone(merchant: Merchant, connections: tuple[str, str]) -> None:
    draft = {"routes": [{"provider_id": connections[1]}], "created_to": "2025-12-31T12:00:00Z"}

    assert done(await merchant.ask("POST", "/routes/simulate", SPAN | draft))["payments"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"routes": [{"provider_id": "con_00000000000000000000000000"}]}, "routes.0.provider_id"),
        ({"routes": [{"provider_id": "FIRST", "priority": 0}]}, "routes.0.priority"),
        ({"routes": [{"provider_id": "FIRST", "countries": ["XX"]}]}, "routes.0.countries.0"),
        ({"routes": [], "created_from": "2027-01-01T00:00:00Z"}, "created_from"),
        ({"routes": [], "routing_strategy": "pinned"}, "routing_strategy"),
    ],
)
async def test_refuses_a_draft_that_could_not_be_written(
    merchant: Merchant, connections: tuple[str, str], changes: dict[str, object], field: str
) -> None:
    routes = changes["routes"]
    assert isinstance(routes, list)
    drawn = [route | {"provider_id": route["provider_id"].replace("FIRST", connections[0])} for route in routes]

    answer = await merchant.ask("POST", "/routes/simulate", SPAN | changes | {"routes": drawn})

    assert refused(answer) == field


async def test_an_app_chooses_how_its_routes_are_put_in_order(merchant: Merchant) -> None:
    before = done(await merchant.ask("GET", ""))
    after = done(await merchant.ask("PATCH", "", {"routing_strategy": "best_success_rate"}))

    assert before["routing_strategy"] == "priority"
    assert after["routing_strategy"] == "best_success_rate"
    refused(await merchant.ask("PATCH", "", {"routing_strategy": "connection_order"}), 422)
