import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from tests.e2e.shop import ORDER, Shop, issue, open_shop
from zerofee.domain.app import KeyKind
from zerofee.domain.budget import Budget
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.scope import Permission
from zerofee.entrypoints.http.cors import openings
from zerofee.entrypoints.http.needs import declared

PAYMENTS = "/v1/payments"
COUNTRIES = "/v1/checkout/countries"
LOGIN = "/v1/auth/login"
NOBODY = {"email": "nobody@example.com", "password": "a password of nobody"}


@pytest.fixture
async def small() -> AsyncIterator[Shop]:
    """Yield a server on which everybody may ask three times a minute."""
    async with open_shop(rate_limit=Budget(3, 60), auth_rate_limit=Budget(2, 60)) as shop:
        yield shop


def told(answer: httpx.Response) -> tuple[str, int, int]:
    """Give what an answer tells of the quota: its policy, what remains, and when there is more."""
    found = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert found is not None
    policy, remaining, more_in_s = found.groups()
    assert answer.headers["ratelimit-policy"].startswith(f'"{policy}";q=')
    return policy, int(remaining), int(more_in_s)


async def test_every_answer_to_a_key_tells_what_is_left(small: Shop) -> None:
    """Also one that refuses what was asked: it has been counted."""
    made = await small.post(PAYMENTS, ORDER)
    absent = await small.get(f"{PAYMENTS}/pay_{'0' * 26}")
    wrong = await small.post(PAYMENTS, {})

    assert [answer.status_code for answer in (made, absent, wrong)] == [201, 404, 422]
    assert [told(answer)[:2] for answer in (made, absent, wrong)] == [("api", 2), ("api", 1), ("api", 0)]
    assert made.headers["ratelimit-policy"] == '"api";q=3;w=60'
    assert 1 <= told(made)[2] <= 60


async def test_refuses_what_is_over_the_budget_and_says_when_there_is_more(small: Shop) -> None:
    for _ in range(3):
        await small.get(PAYMENTS)

    refused = await small.post(PAYMENTS, ORDER)

    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["content-type"] == "application/problem+json"
    assert told(refused)[1] == 0
    assert int(refused.headers["retry-after"]) >= told(refused)[2] > 0
    assert small.directory.charges == 0


async def test_a_refused_request_may_use_its_idempotency_key_again(small: Shop) -> None:
    for _ in range(3):
        await small.get(PAYMENTS)
    await small.post(PAYMENTS, ORDER, Idempotency_Key="order-7")
    other = small.keyed(await small.new_key(Permission.ALL), **{"Idempotency-Key": "order-7"})

    paid = await small.http.post(PAYMENTS, headers=other, json=ORDER)

    assert paid.status_code == 201
    assert "idempotency-replayed" not in paid.headers


async def test_each_key_has_a_quota_of_its_own(small: Shop) -> None:
    for _ in range(4):
        await small.get(PAYMENTS)
    other = small.keyed(await small.new_key(Permission.ALL))

    assert told(await small.http.get(PAYMENTS, headers=other))[1] == 2


async def test_a_key_may_have_a_budget_of_its_own(small: Shop) -> None:
    issued = issue(small.container, small.scope, KeyKind.SECRET, frozenset({Permission.ALL}))
    await small.container.commit()(ChangeSet((Insert(replace(issued.row, rate_limit=Budget(50, 7))),)))

    answer = await small.http.get(PAYMENTS, headers=small.keyed(issued.text.reveal()))

    assert answer.headers["ratelimit-policy"] == '"api";q=50;w=7'
    assert told(answer)[1] == 49


async def test_what_a_key_may_not_do_still_counts(small: Shop) -> None:
    answers = [await small.http.get(PAYMENTS, headers=small.keyed(small.publishable_key)) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [403, 403, 403, 429]


async def test_whoever_is_nobody_has_no_quota(small: Shop) -> None:
    answers = [await small.http.get(PAYMENTS, headers={"Authorization": "Bearer sk_sand_x"}) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {401}
    assert not any("ratelimit" in answer.headers for answer in answers)
    assert told(await small.get(PAYMENTS))[1] == 2


async def test_what_is_open_to_all_is_not_counted(small: Shop) -> None:
    answers = [await small.http.get(path) for path in ("/", "/health", "/health/ready", "/v1/providers") * 2]

    assert {answer.status_code for answer in answers} == {200}
    assert not any("ratelimit" in answer.headers for answer in answers)


async def test_logging_in_is_limited_for_each_address(small: Shop) -> None:
    answers = [await small.http.post(LOGIN, json=NOBODY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert [told(answer)[:2] for answer in answers] == [("login", 1), ("login", 0), ("login", 0)]


async def test_every_address_where_one_logs_in_is_limited(shop: Shop) -> None:
    handlers = [
        (route.path, handler)
        for route in shop.app.routes
        if route.path.startswith("/v1/auth")
        for handler in getattr(route, "route_handlers", ())
        if declared(handler) is not None
    ]

    assert handlers
    assert [path for path, handler in handlers if not (found := declared(handler)) or not found.counted] == []


async def test_nobody_claims_an_address_through_a_proxy_that_is_not_trusted(small: Shop) -> None:
    answers = [await small.http.post(LOGIN, json=NOBODY, headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]


async def test_pages_of_other_origins_may_call_only_what_a_publishable_key_may() -> None:
    async with open_shop(cors_origins=("https://shop.example.com",)) as shop:
        page = {"Origin": "https://shop.example.com"}
        asked = {**page, "Access-Control-Request-Method": "POST"}
        read = await shop.http.get(PAYMENTS, headers=shop.keyed(**page))
        asking = await shop.http.options(PAYMENTS, headers=asked)
        countries = await shop.http.get(COUNTRIES, headers=shop.keyed(shop.publishable_key, **page))
        asking_for_countries = await shop.http.options(
            COUNTRIES, headers=asked | {"Access-Control-Request-Method": "GET"}
        )
        opened = openings(shop.app)

    assert countries.status_code == 200
    for answer in (countries, asking_for_countries):
        assert answer.headers["access-control-allow-origin"] == page["Origin"]
        assert "access-control-allow-credentials" not in answer.headers
    assert "access-control-allow-origin" not in read.headers
    assert "access-control-allow-origin" not in asking.headers
    assert all(template.startswith("/v1/checkout/") for _, template in opened)
