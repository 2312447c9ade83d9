"""Credentials go in sealed, and nothing but hints of them comes out."""

from dataclasses import replace

import pytest

from tests.e2e.merchant import STRIPE, STRIPE_KEY, Merchant, a_merchant, done, refused
from tests.e2e.shop import ORDER, Shop
from zerofee.domain.change_set import ChangeSet, Update
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId
from zerofee.domain.ports.vault import SealBroken
from zerofee.domain.scope import Environment, Scope


@pytest.fixture
async def merchant(shop: Shop) -> Merchant:
    """Return a person with an app."""
    return await a_merchant(shop)


async def stored(merchant: Merchant, connection_id: str) -> Connection:
    """Return a connection as the storage has it."""
    apps = merchant.shop.container.store().apps
    found: Connection = await apps.connection_of(AppId(merchant.app_id), ConnectionId(connection_id))
    return found


async def test_connects_the_test_provider_with_no_credentials(merchant: Merchant) -> None:
    made = await merchant.made("/providers", {"provider": "test", "environment": "sandbox"})

    assert (made["object"], made["provider"], made["active"], made["hints"]) == ("connection", "test", True, {})
    assert made["webhook_url"].endswith(f"/v1/webhooks/test/{made['id']}")
    assert done(await merchant.ask("GET", f"/providers/{made['id']}")) == made
    assert await merchant.listed("/providers") == [made]


async def test_keeps_credentials_sealed_and_shows_hints(merchant: Merchant) -> None:
    made = await merchant.made("/providers", STRIPE)

    kept = await stored(merchant, made["id"])
    assert made["hints"] == {"secret_key": "sk_test_…4242"}
    assert STRIPE_KEY.encode() not in kept.sealed
    assert len(kept.sealed) > 100
    said = str([made, await merchant.listed("/providers"), await merchant.listed("/audit"), repr(kept)])
    assert STRIPE_KEY not in said
    assert "sk_test_…4242" in said


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"provider": "test", "environment": "live", "credentials": {}}, "environment"),
        ({"provider": "test"}, "credentials.secret_key"),
        ({"credentials": {}}, "credentials.secret_key"),
        ({"credentials": None}, "credentials.secret_key"),
        ({"credentials": {"secret_key": STRIPE_KEY, "api_key": "x"}}, "credentials.api_key"),
        ({"credentials": {"secret_key": " "}}, "credentials.secret_key"),
        ({"credentials": {"secret_key": "pk_test_51NotASecretKeyAtAll"}}, "credentials.secret_key"),
        ({"credentials": {"secret_key": 5}}, "credentials[...]"),
        ({"settings": {"a b": "c"}}, "settings.a b"),
        ({"settings": {"a": ""}}, "settings.a"),
        ({"settings": {"a": 1}}, "settings"),
        ({"settings": {f"n{number}": "v" for number in range(51)}}, "settings"),
        ({"sealed": "x"}, "sealed"),
    ],
)
async def test_refuses_what_cannot_be_and_names_the_field(
    merchant: Merchant, body: dict[str, object], field: str
) -> None:
    answer = await merchant.ask("POST", "/providers", STRIPE | body)

    assert refused(answer).startswith(field.partition("[")[0])
    assert STRIPE_KEY not in answer.text
    assert await merchant.listed("/providers") == []


@pytest.mark.parametrize(("environment", "form"), [("live", "test"), ("sandbox", "live")])
async def test_refuses_a_secret_of_the_other_environment(merchant: Merchant, environment: str, form: str) -> None:
    """Source: reliability rules CRY-4."""
    credentials = {"secret_key": STRIPE_KEY.replace("test", form)}

    answer = await merchant.ask("POST", "/providers", STRIPE | {"environment": environment, "credentials": credentials})

    assert refused(answer) == "credentials.secret_key"
    assert credentials["secret_key"] not in answer.text


async def test_live_credentials_take_a_fresh_login(shop: Shop, merchant: Merchant) -> None:
    live = STRIPE | {"environment": "live", "credentials": {"secret_key": STRIPE_KEY.replace("test", "live")}}
    connection = await merchant.connected(live)
    shop.clock.advance(301)

    assert refused(await merchant.ask("POST", "/providers", live), 403) == "reauthentication_required"
    path = f"/providers/{connection}"
    changed = await merchant.ask("PATCH", path, {"credentials": live["credentials"]})
    assert refused(changed, 403) == "reauthentication_required"
    done(await merchant.ask("PATCH", path, {"active": False}))


async def test_a_row_that_was_moved_does_not_open(shop: Shop, merchant: Merchant) -> None:
    """The seal is bound to app, environment, connection and provider (reliability rules CRY-1)."""
    connection = await stored(merchant, await merchant.connected(STRIPE))
    vault, scope = shop.container.vault(), connection.scope
    assert vault.open(connection)["secret_key"].reveal() == STRIPE_KEY

    for moved in (
        replace(connection, scope=shop.scope),
        replace(connection, scope=Scope(scope.app_id, Environment.LIVE)),
        replace(connection, id=ConnectionId("con_other")),
        replace(connection, provider_id="paypal"),
        replace(connection, sealed=connection.sealed[:-1] + bytes([connection.sealed[-1] ^ 1])),
    ):
        with pytest.raises(SealBroken):
            vault.open(moved)


async def test_credentials_copied_between_rows_do_not_serve(shop: Shop, merchant: Merchant) -> None:
    source = await stored(merchant, await merchant.connected(STRIPE))
    target = await stored(merchant, await merchant.connected(STRIPE))
    copied = replace(target, sealed=source.sealed, version=target.version + 1)
    await shop.container.commit()(ChangeSet((Update(copied),)))

    answer = done(await merchant.ask("POST", f"/providers/{target.id}/validate"))

    assert answer["valid"] is False


async def test_replaces_the_credentials_that_are_named(shop: Shop, merchant: Merchant) -> None:
    webhook = {"webhook_secret": "whsec_abcdefgh1234567890"}
    connection = await merchant.connected(STRIPE)
    path = f"/providers/{connection}"

    added = done(await merchant.ask("PATCH", path, {"credentials": webhook}))
    opened = shop.container.vault().open(await stored(merchant, connection))
    taken = done(await merchant.ask("PATCH", path, {"credentials": {"webhook_secret": None}}))

    assert {name: secret.reveal() for name, secret in opened.items()} == {"secret_key": STRIPE_KEY} | webhook
    assert added["hints"].keys() == {"secret_key", "webhook_secret"}
    assert (added["credential_version"], taken["credential_version"]) == (2, 3)
    assert taken["hints"].keys() == {"secret_key"}
    field = refused(await merchant.ask("PATCH", path, {"credentials": {"secret_key": None}}))
    assert field == "credentials.secret_key"


async def test_changes_settings_and_switches_off(merchant: Merchant) -> None:
    connection = await merchant.connected({"provider": "test", "environment": "sandbox", "settings": {"a": "1"}})
    path = f"/providers/{connection}"

    changed = done(await merchant.ask("PATCH", path, {"settings": {"b": "2"}, "active": False}))

    assert (changed["settings"], changed["active"]) == ({"b": "2"}, False)
    assert done(await merchant.ask("PATCH", path, {})) == changed
    assert done(await merchant.ask("PATCH", path, {"active": False})) == changed


async def test_asks_the_provider_whether_the_credentials_hold(merchant: Merchant) -> None:
    connection = await merchant.connected()

    answer = done(await merchant.ask("POST", f"/providers/{connection}/validate"))

    assert answer == {"object": "validation", "provider_id": connection, "valid": True, "message": None}


async def test_deletes_a_connection_that_nothing_refers_to(merchant: Merchant) -> None:
    connection = await merchant.connected(STRIPE)

    gone = done(await merchant.ask("DELETE", f"/providers/{connection}"))

    assert gone == {"id": connection, "object": "connection", "deleted": True, "active": False}
    assert (await merchant.ask("GET", f"/providers/{connection}")).status_code == 404
    assert (await merchant.ask("DELETE", f"/providers/{connection}")).status_code == 404
    assert (await merchant.listed("/audit"))[0]["action"] == "connection.deleted"


async def test_switches_off_a_connection_that_a_payment_went_through(shop: Shop, merchant: Merchant) -> None:
    """It must still be asked about and refunded, and history must stay readable."""
    connection = await merchant.connected()
    key = (await merchant.made("/keys", {"environment": "sandbox", "name": "k"}))["key"]
    payment = done(await shop.http.post("/v1/payments", headers=shop.keyed(key), json=ORDER), 201)

    off = done(await merchant.ask("DELETE", f"/providers/{connection}"))

    assert (off["deleted"], off["active"]) == (False, False)
    assert done(await merchant.ask("GET", f"/providers/{connection}"))["active"] is False
    refund = await shop.http.post(f"/v1/payments/{payment['id']}/refunds", headers=shop.keyed(key))
    assert done(refund, 201)["status"] == "succeeded"
    after = done(await shop.http.post("/v1/payments", headers=shop.keyed(key), json=ORDER), 201)
    assert after["failure"]["code"] == "no_route"


async def test_switches_off_a_connection_that_a_route_names(merchant: Merchant) -> None:
    connection = await merchant.connected()
    route = (await merchant.made("/routes", {"environment": "sandbox", "provider_id": connection}))["id"]

    assert done(await merchant.ask("DELETE", f"/providers/{connection}"))["deleted"] is False
    done(await merchant.ask("DELETE", f"/routes/{route}"))
    assert done(await merchant.ask("DELETE", f"/providers/{connection}"))["deleted"] is True
