"""Who did what is told in one chain per app, and no secret is in it."""

import hashlib

import pytest

from tests.e2e.merchant import STRIPE, STRIPE_KEY, Merchant, a_merchant, done
from tests.e2e.shop import Shop


@pytest.fixture
async def merchant(shop: Shop) -> Merchant:
    """Return a person with an app."""
    return await a_merchant(shop)


async def test_tells_who_did_what_to_which_object(merchant: Merchant) -> None:
    connection = await merchant.connected(STRIPE)
    key = await merchant.made("/keys", {"environment": "live", "name": "Backend"})
    route = await merchant.made("/routes", {"environment": "sandbox", "provider_id": connection})
    done(await merchant.ask("PATCH", f"/routes/{route['id']}", {"weight": 9}))
    done(await merchant.ask("DELETE", f"/keys/{key['id']}"))
    done(await merchant.ask("DELETE", f"/routes/{route['id']}"))
    done(await merchant.ask("PATCH", "", {"name": "Renamed"}))

    entries = list(reversed(await merchant.listed("/audit")))

    assert [(entry["action"], entry["object_id"], entry["environment"]) for entry in entries] == [
        ("app.created", merchant.app_id, None),
        ("connection.created", connection, "sandbox"),
        ("api_key.created", key["id"], "live"),
        ("route.created", route["id"], "sandbox"),
        ("route.updated", route["id"], "sandbox"),
        ("api_key.revoked", key["id"], "live"),
        ("route.deleted", route["id"], "sandbox"),
        ("app.updated", merchant.app_id, None),
    ]
    assert all(entry["actor"] == {"kind": "user", "id": merchant.user_id} for entry in entries)
    assert all(entry["address"] == "127.0.0.1" for entry in entries)
    assert entries[4]["changes"] == [{"field": "weight", "from": "1", "to": "9"}]
    assert [change["field"] for change in entries[5]["changes"]] == ["revoked_at"]
    assert {"field": "credentials.secret_key", "from": None, "to": "sk_test_…4242"} in entries[1]["changes"]
    assert STRIPE_KEY not in str(entries)
    assert key["key"] not in str(entries)
    assert hashlib.sha256(key["key"].encode()).hexdigest() not in str(entries)


async def test_each_entry_carries_the_hash_of_the_one_before(merchant: Merchant) -> None:
    for number in range(5):
        await merchant.made("/keys", {"environment": "sandbox", "name": f"k{number}"})
    first = done(await merchant.ask("GET", "/audit", limit="4"))
    rest = done(await merchant.ask("GET", "/audit", limit="4", cursor=first["next_cursor"]))

    entries = [*first["data"], *rest["data"]]

    assert [entry["number"] for entry in entries] == [6, 5, 4, 3, 2, 1]
    assert [entry["previous_hash"] for entry in entries] == [*(e["hash"] for e in entries[1:]), "0" * 64]
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)


async def test_what_changes_nothing_is_not_told(merchant: Merchant) -> None:
    before = await merchant.listed("/audit")
    done(await merchant.ask("PATCH", "", {"name": "My shop"}))
    await merchant.ask("POST", "/keys", {"environment": "sandbox", "name": ""})
    await merchant.ask("POST", "/providers", STRIPE | {"credentials": {}})

    assert await merchant.listed("/audit") == before


async def test_a_cursor_leads_on_in_its_own_list_only(shop: Shop, merchant: Merchant) -> None:
    for name in ("a", "b"):
        await merchant.made("/keys", {"environment": "sandbox", "name": name})
    cursor = done(await merchant.ask("GET", "/audit", limit="1"))["next_cursor"]
    stranger = await a_merchant(shop, "kofi@example.com")

    assert (await stranger.ask("GET", "/audit", cursor=cursor)).status_code == 422
    assert (await merchant.ask("GET", "/keys", cursor=cursor)).status_code == 422
