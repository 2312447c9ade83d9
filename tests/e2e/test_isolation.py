"""Every operation of the document, asked by whoever has no business there: nothing leaks, and nothing changes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import httpx
import pytest
from schemathesis import GenerationMode

from tests.e2e.forging import forged
from tests.e2e.merchant import a_merchant
from tests.e2e.shop import Shop
from tests.e2e.test_fuzz import AnyCase, ascii_headers, made_up
from tests.e2e.victim import ABSENT, Victim, furnished, places

# The operations matter here, and not the variety of what may be sent to each.
EACH: Final = 1
NOBODYS_TO_LIST: Final = frozenset({"/v1/checkout/sessions/{session_id}"})
"""Things that are in no list, so that the walk has none at hand."""
Headers = Mapping[str, str]
Json = dict[str, Any]


@pytest.fixture
async def victim(shop: Shop) -> Victim:
    return await furnished(shop)


def operations(victim: Victim, *, guarded: bool = True) -> Iterator[AnyCase]:
    """Make up some good requests for each operation, of those that are guarded or of those that are open to all."""
    yield from (case for case in drawn(json.dumps(victim.document)) if bool(security(case)) is guarded)


@cache
def drawn(document: str) -> Sequence[AnyCase]:
    """Make them up once: the document is the same for every test."""
    return made_up(json.loads(document), GenerationMode.POSITIVE, EACH)


def security(case: AnyCase) -> list[Json]:
    """Give what the document says of who may ask."""
    found: list[Json] = case.operation.definition.raw["security"]
    return found


async def ask(victim: Victim, case: AnyCase, headers: Headers, **own: str) -> httpx.Response:
    """
    Ask about the victim's things, wherever the address or the body may name one, but for what is one's `own`.

    Whatever comes of it, nothing of the victim's may be in the answer which the question did not say itself.
    """
    case.path_parameters = {name: own.get(name, victim.things.get(place, ABSENT)) for name, place in places(case.path)}
    asked = case.as_transport_kwargs(base_url=str(victim.shop.http.base_url))
    content: Json = {"content": asked.get("data")}
    if "json" in asked:
        named = {place.rpartition("{")[2].rstrip("}"): thing for place, thing in victim.things.items()}
        body = asked["json"]
        content = {"json": body | {name: named[name] for name in body if name in named}}
    given = [
        (name, value) for name, value in ascii_headers(dict(asked.get("headers") or {})) if name[:2].lower() != b"x-"
    ]
    answer = await victim.shop.http.request(
        asked["method"],
        asked["url"],
        headers=[*given, *((name.encode(), value.encode()) for name, value in headers.items())],
        params=asked.get("params"),
        **content,
    )
    said, told = f"{asked['url']} {content} {headers}", f"{answer.text} {answer.headers}"
    assert {secret for secret in victim.secrets if secret in told and secret not in said} == set(), answer.text
    assert answer.status_code < 500, (case.method, asked["url"], answer.text)
    return answer


def names_the_victims(victim: Victim, case: AnyCase) -> bool:
    """Say whether an address names something that is the victim's alone; a currency is everybody's."""
    own = {thing for thing in victim.things.values() if "_" in thing}
    return bool(own & set((case.path_parameters or {}).values()))


def strangers(victim: Victim) -> Iterator[tuple[str, Headers]]:
    """Give everybody who is nobody, each naming the victim's app beside."""
    named = {"X-App-Id": victim.merchant.app_id, "X-Environment": "sandbox"}
    slip = victim.key[:-1] + ("A" if victim.key[-1] != "A" else "B")
    secret = victim.shop.container.settings().jwt_secret[0]
    yield "nobody", {}
    yield "nobody by name", named
    yield "basic", {"Authorization": f"Basic {victim.key}", **named}
    for who, text in {"revoked": victim.revoked, "slip": slip, **forged(victim.merchant.token, secret)}.items():
        yield who, {"Authorization": f"Bearer {text}", **named}


async def test_the_walk_has_a_thing_for_every_name_in_an_address(victim: Victim) -> None:
    """Who adds a route about a new kind of thing gives the victim one: the walk would miss it otherwise."""
    known = victim.things.keys() | NOBODYS_TO_LIST

    assert {place for path in victim.document["paths"] for _, place in places(path)} <= known


async def test_nobody_gets_in_anywhere(victim: Victim) -> None:
    before = await victim.everything()
    cases = list(operations(victim))

    for who, headers in strangers(victim):
        for case in cases:
            answer = await ask(victim, case, headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), (who, case.method, case.path)

    assert await victim.everything() == before


async def test_a_publishable_key_may_do_what_checkout_needs_and_no_more(victim: Victim) -> None:
    before = await victim.everything()

    for case in operations(victim):
        answer = await ask(victim, case, {"Authorization": f"Bearer {victim.publishable}"})
        if not any("publishableKey" in one for one in security(case)):
            assert answer.status_code == 403, (case.method, case.path, answer.text)

    assert await victim.everything() == before


async def test_another_tenant_finds_nothing_and_changes_nothing(victim: Victim) -> None:
    """By its keys, by its people, by naming the victim's app, and by putting the victim's things below its own app."""
    other = await a_merchant(victim.shop, "other@example.com")
    await other.connected()
    key = await other.made("/keys", {"kind": "secret", "environment": "sandbox", "name": "k", "scopes": ["*"]})
    person = {"Authorization": f"Bearer {other.token}"}
    askers: list[tuple[Headers, dict[str, str]]] = [
        ({"Authorization": f"Bearer {key['key']}"}, {}),
        (person, {}),
        (person, {"app_id": other.app_id}),
        (person | {"X-App-Id": victim.merchant.app_id, "X-Environment": "sandbox"}, {}),
        (person | {"X-App-Id": other.app_id, "X-Environment": "sandbox"}, {}),
    ]
    before = await victim.everything()
    # Logging out ends the walk, and is the asker's own business.
    cases = [case for case in operations(victim) if not case.path.endswith("/logout")]

    for headers, own in askers:
        for case in cases:
            answer = await ask(victim, case, headers, **own)
            assert not (names_the_victims(victim, case) and answer.is_success), (case.method, case.path, answer.text)

    assert await victim.everything() == before


async def test_the_other_environments_key_finds_nothing_and_changes_nothing(victim: Victim) -> None:
    before = await victim.everything()

    for case in operations(victim):
        answer = await ask(victim, case, {"Authorization": f"Bearer {victim.live}"})
        assert not (names_the_victims(victim, case) and answer.is_success), (case.method, case.path, answer.text)

    assert await victim.everything() == before


async def test_what_is_open_to_all_tells_nothing_of_anybody(victim: Victim) -> None:
    before = await victim.everything()

    for case in operations(victim, guarded=False):
        await ask(victim, case, {})

    assert await victim.everything() == before
