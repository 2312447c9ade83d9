"""Every operation of the document, asked by whoever has no business there: nothing leaks, and nothing changes."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import httpx
import pytest
from schemathesis import GenerationMode

from tests.e2e.forging import forged
from tests.e2e.merchant import Merchant, a_merchant, done
from tests.e2e.shop import ORDER, Shop
from tests.e2e.test_fuzz import AnyCase, ascii_headers, made_up

# The shape of each operation matters here, and not the variety of what may be sent to it.
EACH: Final = 2
NAME = "Kwame Unmistakable"
PHONE: Final = "+2250700000077"
ABSENT: Final = "0" * 26
Headers = Mapping[str, str]
Json = dict[str, Any]


@dataclass
class Victim:
    """An app that has everything: what its own keys and person can read, and what a path may name."""

    shop: Shop
    merchant: Merchant
    key: str
    publishable: str
    revoked: str
    live: str
    things: Mapping[str, str]
    secrets: frozenset[str]

    async def everything(self, operations: list[AnyCase]) -> Json:
        """Read all that can be read, to see whether it is as it was."""
        own = {
            "secretKey": {"Authorization": f"Bearer {self.key}"},
            "accessToken": {"Authorization": f"Bearer {self.merchant.token}"},
        }
        found = {}
        for case in operations:
            kinds = [name for one in case.operation.definition.raw["security"] for name in one]
            if case.method == "GET" and kinds:
                path = addressed(case, self.things)
                found[path] = still(await self.shop.http.get(path, headers=own[kinds[0]]))
        return found


def still(answer: httpx.Response) -> Json:
    """Give what an answer tells of the world, and not of the request."""
    body: Json = answer.json()
    return {name: value for name, value in body.items() if name != "request_id"}


def addressed(case: AnyCase, things: Mapping[str, str]) -> str:
    """Write the address of an operation with these things in it."""
    return case.path.format(**{name: things[name] for name in case.path_parameters or {}})


async def furnished(shop: Shop) -> Victim:
    """Make a person with an app, and one of everything in it."""
    merchant = await a_merchant(shop, "victim@example.com")
    connection = await merchant.connected()
    route = await merchant.made("/routes", {"environment": "sandbox", "provider_id": connection})
    keys = {
        name: await merchant.made("/keys", {"name": name} | order)
        for name, order in {
            "secret": {"kind": "secret", "environment": "sandbox", "scopes": ["*"]},
            "revoked": {"kind": "secret", "environment": "sandbox", "scopes": ["*"]},
            "live": {"kind": "secret", "environment": "live", "scopes": ["*"]},
            "publishable": {"kind": "publishable", "environment": "sandbox"},
        }.items()
    }
    assert (await merchant.ask("DELETE", f"/keys/{keys['revoked']['id']}")).status_code < 300
    own = {"Authorization": f"Bearer {keys['secret']['key']}"}
    order = ORDER | {"customer": {"phone": PHONE, "name": NAME}}
    payment = done(await shop.http.post("/v1/payments", headers=own, json=order), 201)
    refunds = f"/v1/payments/{payment['id']}/refunds"
    refund = done(await shop.http.post(refunds, headers=own, json={"amount": 100}), 201)
    waiting = done(await shop.http.post("/v1/payments", headers=own, json=order | {"amount": 88_888}), 201)
    events = done(await shop.http.get(f"/v1/payments/{payment['id']}/events", headers=own))["data"]
    things = {
        "app_id": merchant.app_id,
        "provider_id": connection,
        "connection_id": connection,
        "route_id": route["id"],
        "key_id": keys["secret"]["id"],
        "payment_id": waiting["id"],
        "refund_id": refund["id"],
        "event_id": events[0]["id"],
    }
    known = {*things.values(), *(key["id"] for key in keys.values()), payment["id"], *(one["id"] for one in events)}
    return Victim(
        shop=shop,
        merchant=merchant,
        key=keys["secret"]["key"],
        publishable=keys["publishable"]["key"],
        revoked=keys["revoked"]["key"],
        live=keys["live"]["key"],
        things=things,
        secrets=frozenset({*known, NAME, PHONE, merchant.email, merchant.user_id, keys["secret"]["key"]}),
    )


@pytest.fixture
async def victim(shop: Shop) -> AsyncIterator[Victim]:
    yield await furnished(shop)


async def operations_of(shop: Shop) -> list[AnyCase]:
    """Make up some good requests for each operation; what a path names is for the test to say."""
    document = done(await shop.http.get("/openapi.json"))
    cases = made_up(document, GenerationMode.POSITIVE)
    each = groupby(cases, lambda case: (case.method, case.path))
    return [case for _, few in each for case in list(few)[:EACH]]


def protected(cases: list[AnyCase]) -> Iterator[AnyCase]:
    """Leave out what is open to all."""
    yield from (case for case in cases if case.operation.definition.raw["security"])


async def ask(victim: Victim, case: AnyCase, headers: Headers, things: Mapping[str, str]) -> httpx.Response:
    """Send one made-up request about the victim's things, wherever it may name one."""
    known = {name: things.get(name, ABSENT) for name in case.path_parameters or {}}
    case.path_parameters = known
    asked = case.as_transport_kwargs(base_url=str(victim.shop.http.base_url))
    given = [(n, v) for n, v in ascii_headers(dict(asked.get("headers") or {})) if not n.lower().startswith(b"x-")]
    content: Json = {"content": asked.get("data")}
    if isinstance(asked.get("json"), dict):
        body = asked["json"]
        content = {"json": body | {name: victim.things[name] for name in body if name in victim.things}}
    elif "json" in asked:
        content = {"json": asked["json"]}
    answer = await victim.shop.http.request(
        asked["method"],
        asked["url"],
        headers=[*given, *((name.encode(), value.encode()) for name, value in headers.items())],
        params=asked.get("params"),
        **content,
    )
    sent = f"{asked['url']} {content}"
    told = answer.text + str(answer.headers)
    # What the asker said itself may come back to it.
    leaked = {secret for secret in victim.secrets if secret in told and secret not in sent}
    assert not leaked, (case.method, asked["url"], answer.text)
    assert answer.status_code < 500, (case.method, asked["url"], answer.text)
    return answer


async def strangers(victim: Victim) -> dict[str, Headers]:
    """Give everybody who is nobody."""
    token = {name: f"Bearer {text}" for name, text in forged(victim.merchant.token, secret_of(victim)).items()}
    key = victim.key
    slip = key[:-1] + ("A" if key[-1] != "A" else "B")
    values = {"revoked": f"Bearer {victim.revoked}", "a slip": f"Bearer {slip}", "basic": f"Basic {key}", **token}
    named = {"X-App-Id": victim.merchant.app_id, "X-Environment": "sandbox"}
    return {
        "nobody": {},
        "only named": named,
        **{who: {"Authorization": said, **named} for who, said in values.items()},
    }


def secret_of(victim: Victim) -> Any:  # noqa: ANN401  the newest of the settings' secrets
    return victim.shop.container.settings().jwt_secret[0]


async def test_the_walk_knows_a_thing_for_every_name_in_an_address(victim: Victim) -> None:
    """Who adds a route about a new thing adds the thing to the victim: the walk would miss it otherwise."""
    names = {name for case in await operations_of(victim.shop) for name in case.path_parameters or {}}

    assert names <= set(victim.things)


async def test_nobody_gets_in_anywhere(victim: Victim) -> None:
    operations = await operations_of(victim.shop)
    before = await victim.everything(operations)

    for who, headers in (await strangers(victim)).items():
        for case in protected(operations):
            answer = await ask(victim, case, headers, victim.things)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), (who, case.method, case.path)

    assert await victim.everything(operations) == before


async def test_a_publishable_key_may_do_nothing_of_a_secret_one(victim: Victim) -> None:
    operations = await operations_of(victim.shop)
    before = await victim.everything(operations)

    for case in protected(operations):
        if not case.path.startswith("/v1/checkout"):
            answer = await ask(victim, case, {"Authorization": f"Bearer {victim.publishable}"}, victim.things)
            assert answer.status_code == 403, (case.method, case.path, answer.text)

    assert await victim.everything(operations) == before


async def test_another_tenant_finds_nothing_and_changes_nothing(victim: Victim) -> None:
    """By its keys, by its people, by naming the victim's app, and with the victim's things under its own app."""
    shop = victim.shop
    other = await a_merchant(shop, "other@example.com")
    await other.connected()
    made = await other.made("/keys", {"kind": "secret", "environment": "sandbox", "name": "k", "scopes": ["*"]})
    person = {"Authorization": f"Bearer {other.token}"}
    askers: list[tuple[Headers, Mapping[str, str]]] = [
        ({"Authorization": f"Bearer {made['key']}"}, victim.things),
        (person, victim.things),
        (person, {**victim.things, "app_id": other.app_id}),
        (person | {"X-App-Id": victim.merchant.app_id, "X-Environment": "sandbox"}, victim.things),
        (person | {"X-App-Id": other.app_id, "X-Environment": "sandbox"}, victim.things),
    ]
    operations = await operations_of(shop)
    before = await victim.everything(operations)

    for headers, things in askers:
        for case in protected(operations):
            if case.path.endswith("/logout"):
                continue
            answer = await ask(victim, case, headers, things)
            named = [name for name in case.path_parameters or {} if things[name] == victim.things[name]]
            assert not (named and answer.is_success), (case.method, case.path, answer.text)

    assert await victim.everything(operations) == before


async def test_the_other_environments_key_finds_nothing_and_changes_nothing(victim: Victim) -> None:
    operations = await operations_of(victim.shop)
    before = await victim.everything(operations)

    for case in protected(operations):
        answer = await ask(victim, case, {"Authorization": f"Bearer {victim.live}"}, victim.things)
        assert not (case.path_parameters and answer.is_success), (case.method, case.path, answer.text)

    assert await victim.everything(operations) == before


async def test_what_is_open_to_all_tells_nothing_of_anybody(victim: Victim) -> None:
    operations = await operations_of(victim.shop)
    before = await victim.everything(operations)
    guarded = {id(case) for case in protected(operations)}

    for case in operations:
        if id(case) not in guarded:
            await ask(victim, case, {}, victim.things)

    assert await victim.everything(operations) == before
