"""A person makes apps and keys; what others may not see looks as if it did not exist."""

import asyncio
from datetime import timedelta

import pytest

from tests.e2e.merchant import Merchant, a_merchant, done, refused
from tests.e2e.shop import ORDER, Shop
from zerofee.domain.scope import Environment


@pytest.fixture
async def merchant(shop: Shop) -> Merchant:
    """Return a person with an app."""
    return await a_merchant(shop)


async def test_a_person_makes_an_app_and_renames_it(merchant: Merchant) -> None:
    made = done(await merchant.ask("GET", ""))
    renamed = done(await merchant.ask("PATCH", "", {"name": "Other"}))

    assert (made["object"], made["name"]) == ("app", "My shop")
    assert renamed["name"] == done(await merchant.ask("GET", ""))["name"] == "Other"
    assert done(await merchant.ask("PATCH", "", {})) == renamed


@pytest.mark.parametrize("name", ["", "x" * 101, "a\x07b"])
async def test_refuses_a_name_that_cannot_be_shown(merchant: Merchant, name: str) -> None:
    assert refused(await merchant.at("POST", "/v1/apps", {"name": name})) == "name"
    assert refused(await merchant.ask("PATCH", "", {"name": name})) == "name"


async def test_pages_through_a_persons_apps(merchant: Merchant) -> None:
    for number in range(4):
        done(await merchant.at("POST", "/v1/apps", {"name": f"App {number}"}), 201)
    first = done(await merchant.at("GET", "/v1/apps", limit="3"))
    rest = done(await merchant.at("GET", "/v1/apps", limit="3", cursor=first["next_cursor"]))

    names = [app["name"] for page in (first, rest) for app in page["data"]]
    assert names == ["App 3", "App 2", "App 1", "App 0", "My shop"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


async def test_another_persons_app_looks_as_if_it_did_not_exist(shop: Shop, merchant: Merchant) -> None:
    connection = await merchant.connected()
    key = (await merchant.made("/keys", {"environment": "sandbox", "name": "k"}))["id"]
    route = (await merchant.made("/routes", {"environment": "sandbox", "provider_id": connection}))["id"]
    before = await merchant.listed("/audit", limit="100")
    stranger = await a_merchant(shop, "kofi@example.com")
    absent = done(await stranger.at("GET", f"/v1/apps/app_{'0' * 26}"), 404)
    key_body = {"environment": "sandbox", "name": "k"}
    preview = {"environment": "sandbox", "amount": 1, "currency": "XOF", "payment_method": "card"}

    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "mine now"}),
        ("GET", "/keys", None),
        ("POST", "/keys", key_body),
        ("DELETE", f"/keys/{key}", None),
        ("GET", "/providers", None),
        ("POST", "/providers", {"provider": "test", "environment": "sandbox"}),
        ("GET", f"/providers/{connection}", None),
        ("PATCH", f"/providers/{connection}", {"active": False}),
        ("DELETE", f"/providers/{connection}", None),
        ("POST", f"/providers/{connection}/validate", None),
        ("GET", "/routes", None),
        ("POST", "/routes", {"environment": "sandbox", "provider_id": connection}),
        ("PATCH", f"/routes/{route}", {"active": False}),
        ("DELETE", f"/routes/{route}", None),
        ("POST", "/routes/preview", preview),
        ("GET", "/audit", None),
    ):
        answer = await stranger.at(method, merchant.path + path, body)
        own = {"request_id": "", "instance": ""}
        assert answer.status_code == 404, (method, path)
        assert answer.json() | own == absent | own

    for below, thing in (("keys", key), ("providers", connection), ("routes", route)):
        # Their own app, with the other app's thing in it.
        assert (await stranger.ask("DELETE", f"/{below}/{thing}")).status_code == 404
    foreign = {"environment": "sandbox", "provider_id": connection}
    assert refused(await stranger.ask("POST", "/routes", foreign)) == "provider_id"
    assert await merchant.listed("/audit", limit="100") == before


async def test_keys_do_nothing_here(shop: Shop, merchant: Merchant) -> None:
    for path in ("/v1/apps", merchant.path, f"{merchant.path}/keys", f"{merchant.path}/audit"):
        for key in (shop.secret_key, shop.publishable_key):
            assert (await shop.http.get(path, headers=shop.keyed(key))).status_code == 403
        assert (await shop.http.get(path)).status_code == 401


async def test_a_key_is_shown_once_and_works(shop: Shop, merchant: Merchant) -> None:
    await merchant.connected()
    issued = await merchant.made("/keys", {"environment": "sandbox", "name": "Backend", "scopes": ["payments"]})
    key = issued.pop("key")

    payment = await shop.http.post("/v1/payments", headers=shop.keyed(key), json=ORDER)

    assert done(payment, 201)["status"] == "succeeded"
    assert (issued["object"], issued["kind"], issued["scopes"]) == ("api_key", "secret", ["payments"])
    assert await merchant.listed("/keys") == [issued]
    assert issued["hint"].startswith("sk_sand_…")
    assert key.endswith(issued["hint"][-4:])
    assert key not in str(await merchant.listed("/audit"))


async def test_a_revoked_key_is_refused_at_once(shop: Shop, merchant: Merchant) -> None:
    issued = await merchant.made("/keys", {"environment": "sandbox", "name": "Backend"})
    headers = shop.keyed(issued["key"])
    assert (await shop.http.get("/v1/payments", headers=headers)).status_code == 200

    revoked = done(await merchant.ask("DELETE", f"/keys/{issued['id']}"))

    assert (await shop.http.get("/v1/payments", headers=headers)).status_code == 401
    assert revoked["revoked_at"] is not None
    assert done(await merchant.ask("DELETE", f"/keys/{issued['id']}")) == revoked
    assert await merchant.listed("/keys") == [revoked]


async def test_a_key_ends_when_it_was_told_to(shop: Shop, merchant: Merchant) -> None:
    end = (shop.clock.now() + timedelta(seconds=30)).isoformat()
    issued = await merchant.made("/keys", {"environment": "sandbox", "name": "k", "expires_at": end})

    shop.clock.advance(30)

    assert (await shop.http.get("/v1/payments", headers=shop.keyed(issued["key"]))).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"environment": "test"}, "environment"),
        ({"kind": "public"}, "kind"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"scopes": []}, "scopes"),
        ({"kind": "publishable", "scopes": ["payments"]}, "scopes"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"rate_limit": {"requests": 0, "seconds": 60}}, "rate_limit.requests"),
        ({"rate_limit": {"requests": 1, "seconds": 3601}}, "rate_limit.seconds"),
        ({"app_id": "app_1"}, "app_id"),
        ({"digest": "ff"}, "digest"),
    ],
)
async def test_refuses_a_key_that_cannot_be_and_names_the_field(
    merchant: Merchant, body: dict[str, object], field: str
) -> None:
    answer = await merchant.ask("POST", "/keys", {"environment": "sandbox", "name": "k"} | body)

    assert refused(answer) == field
    assert await merchant.listed("/keys") == []


async def test_a_live_key_takes_a_fresh_login(shop: Shop, merchant: Merchant) -> None:
    live = {"environment": "live", "name": "k"}
    done(await merchant.ask("POST", "/keys", live), 201)
    shop.clock.advance(301)

    assert refused(await merchant.ask("POST", "/keys", live), 403) == "reauthentication_required"
    done(await merchant.ask("POST", "/keys", live | {"environment": "sandbox"}), 201)
    await merchant.log_in()
    done(await merchant.ask("POST", "/keys", live), 201)


async def test_lists_the_keys_of_one_environment_or_of_both(merchant: Merchant) -> None:
    for environment in Environment:
        await merchant.made("/keys", {"environment": environment, "name": environment})

    assert [key["name"] for key in await merchant.listed("/keys")] == ["live", "sandbox"]
    assert [key["name"] for key in await merchant.listed("/keys", environment="live")] == ["live"]


async def test_a_key_may_have_a_budget_of_its_own(shop: Shop, merchant: Merchant) -> None:
    body = {"environment": "sandbox", "name": "k", "rate_limit": {"requests": 2, "seconds": 60}}
    issued = await merchant.made("/keys", body)

    statuses = [(await shop.http.get("/v1/payments", headers=shop.keyed(issued["key"]))).status_code for _ in range(3)]

    assert issued["rate_limit"] == body["rate_limit"]
    assert statuses == [200, 200, 429]


async def test_says_when_a_key_was_used_last(shop: Shop, merchant: Merchant) -> None:
    """It is noted by the request and written later, in one commit for all keys."""
    issued = await merchant.made("/keys", {"environment": "sandbox", "name": "k"})
    await shop.http.get("/v1/payments", headers=shop.keyed(issued["key"]))
    assert (await merchant.listed("/keys"))[0]["last_used_at"] is None

    assert await shop.container.key_uses().write() == 1

    used = shop.clock.now().isoformat().replace("+00:00", "Z")
    assert (await merchant.listed("/keys"))[0]["last_used_at"] == used
    assert await shop.container.key_uses().write() == 0


async def test_many_changes_at_once_are_all_told_of(merchant: Merchant) -> None:
    """One chain per app: whoever loses the race for the next number decides again."""
    bodies = [{"environment": "sandbox", "name": f"k{number}"} for number in range(12)]

    answers = await asyncio.gather(*(merchant.ask("POST", "/keys", body) for body in bodies))

    assert {answer.status_code for answer in answers} == {201}
    entries = await merchant.listed("/audit", limit="100")
    assert [entry["number"] for entry in entries] == list(range(13, 0, -1))
