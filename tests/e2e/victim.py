"""An app that has one of everything, for strangers to try their hands at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from tests.e2e.merchant import Merchant, a_merchant, done
from tests.e2e.shop import ORDER, Shop
from tests.e2e.test_webhooks_in import delivered

NAME: Final = "Kwame Unmistakable"
PHONE: Final = "+2250700000077"
ABSENT: Final = "0" * 26
_ID: Final = re.compile(r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}")
Json = dict[str, Any]


@dataclass
class Victim:
    """
    What its keys and its person can read, and what an address may name.

    `things` are found by the beginning of an address up to the name: `/v1/payments/{payment_id}`.
    """

    shop: Shop
    merchant: Merchant
    key: str
    publishable: str
    revoked: str
    live: str
    document: Json
    things: dict[str, str]
    secrets: frozenset[str] = frozenset()

    async def everything(self) -> Mapping[str, Json]:
        """Read all that can be read, to see whether it is as it was."""
        own = {"secretKey": self.key, "accessToken": self.merchant.token}
        found = {}
        for path, operations in self.document["paths"].items():
            read = operations.get("get", {}).get("security")
            if read:
                headers = {"Authorization": f"Bearer {own[next(iter(read[0]))]}"}
                answer = await self.shop.http.get(addressed(path, self.things), headers=headers)
                found[path] = {name: value for name, value in _body(answer).items() if name != "request_id"}
        return found


def addressed(path: str, things: Mapping[str, str]) -> str:
    """Write an address with these things in it."""
    names = dict(places(path))
    return path.format(**{name: things.get(place, ABSENT) for name, place in names.items()})


def places(path: str) -> Iterator[tuple[str, str]]:
    """Give each name in an address, with where it stands."""
    for found in re.finditer(r"\{(\w+)\}", path):
        yield found[1], path[: found.end()]


async def furnished(shop: Shop) -> Victim:
    """Make a person with an app, and one of everything in it."""
    merchant = await a_merchant(shop, "victim@example.com")
    connection = await merchant.connected()
    await merchant.made("/routes", {"environment": "sandbox", "provider_id": connection})
    kinds = {"secret": "sandbox", "revoked": "sandbox", "live": "live", "publishable": "sandbox"}
    keys = {name: await _key(merchant, name, environment) for name, environment in kinds.items()}
    assert (await merchant.ask("DELETE", f"/keys/{keys['revoked']['id']}")).is_success
    victim = Victim(
        shop=shop,
        merchant=merchant,
        key=keys["secret"]["key"],
        publishable=keys["publishable"]["key"],
        revoked=keys["revoked"]["key"],
        live=keys["live"]["key"],
        document=done(await shop.http.get("/openapi.json")),
        things={"/v1/apps/{app_id}": merchant.app_id, "/v1/webhooks/{provider_id}": "test"},
    )
    refund = await _trade(victim)
    for path in sorted(victim.document["paths"], key=len):
        await _find(victim, path)
    victim.things["/v1/refunds/{refund_id}"] = refund
    victim.things["/v1/webhooks/{provider_id}/{connection_id}"] = connection
    shown = str(await victim.everything())
    ids = set(_ID.findall(shown))
    assert NAME in shown
    victim.secrets = frozenset({*ids, NAME, PHONE, merchant.email, merchant.user_id, victim.key, victim.publishable})
    return victim


async def _key(merchant: Merchant, name: str, environment: str) -> Json:
    kind = "publishable" if name == "publishable" else "secret"
    scopes = {"scopes": ["*"]} if kind == "secret" else {}
    return await merchant.made("/keys", {"kind": kind, "environment": environment, "name": name, **scopes})


async def _trade(victim: Victim) -> str:
    """Do everything once that leaves something behind; give the refund, which is in no list of its own."""
    shop, own = victim.shop, {"Authorization": f"Bearer {victim.key}"}

    async def made(path: str, order: object) -> Json:
        return done(await shop.http.post(path, headers=own, json=order), 201)

    order = ORDER | {"customer": {"phone": PHONE, "name": NAME}}
    endpoint = await made("/v1/webhook-endpoints", {"url": "https://shop.example/hooks"})
    approved = await made("/v1/payments", order | {"amount": 44_444})
    assert (await delivered(shop, approved)).is_success
    paid = await made("/v1/payments", order)
    refund = await made(f"/v1/payments/{paid['id']}/refunds", {"amount": 100})
    await made("/v1/withdrawals", {"amount": 100, "currency": "XOF", "destination": {"phone": PHONE}})
    await made("/v1/payments", order | {"amount": 88_888})
    assert (await shop.http.post(f"/v1/webhook-endpoints/{endpoint['id']}/test", headers=own)).is_success
    return str(refund["id"])


async def _find(victim: Victim, path: str) -> None:
    """Find a thing for every name in an address: the first one of the list that it stands in."""
    for found in re.finditer(r"/\{(\w+)\}", path):
        place, parent = path[: found.end()], path[: found.start()]
        if place in victim.things or "get" not in victim.document["paths"].get(parent, {}):
            continue
        personal = parent.startswith("/v1/apps")
        headers = {"Authorization": f"Bearer {victim.merchant.token if personal else victim.key}"}
        listed = _body(await victim.shop.http.get(addressed(parent, victim.things), headers=headers)).get("data")
        if listed:
            victim.things[place] = listed[0]["currency" if found[1] == "currency" else "id"]


def _body(answer: httpx.Response) -> Json:
    is_json = "json" in answer.headers.get("content-type", "")
    return answer.json() if is_json else {"text": answer.text}
