from datetime import timedelta

import httpx
import pytest

from tests.e2e.shop import ORDER, Shop
from zerofee.adapters.crypto.api_keys import make
from zerofee.domain.app import KeyKind
from zerofee.domain.scope import Environment, Permission

PAYMENTS = "/v1/payments"


async def with_authorization(shop: Shop, *values: str) -> httpx.Response:
    """Ask for the payments with these `Authorization` headers."""
    return await shop.http.get(PAYMENTS, headers=[("Authorization", value) for value in values])


async def test_gives_one_answer_for_every_key_that_is_not_good(shop: Shop) -> None:
    """A key that never was, is revoked, is expired or has a slip of the pen in it: nobody can tell which."""
    good = shop.secret_key
    revoked = await shop.new_key(Permission.ALL, revoked_at=shop.clock.now())
    expired = await shop.new_key(Permission.ALL, expires_at=shop.clock.now())
    unknown = make(KeyKind.SECRET, Environment.SANDBOX)
    slip = good[:-1] + ("A" if good[-1] != "A" else "B")
    values = [f"Bearer {key}" for key in (revoked, expired, unknown, slip, "", "x", good + " ", f" {good}")]
    headers = [(), (good,), (f"Basic {good}",), (f"Bearer {good}", f"Bearer {good}"), *((value,) for value in values)]

    answers = [await with_authorization(shop, *given) for given in headers]

    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert {answer.status_code for answer in answers} == {401}
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "unauthorized"
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


async def test_takes_the_scheme_in_any_case(shop: Shop) -> None:
    assert (await with_authorization(shop, f"bearer {shop.secret_key}")).status_code == 200


async def test_takes_no_key_from_the_query_or_the_body(shop: Shop) -> None:
    in_query = await shop.http.get(PAYMENTS, params={"api_key": shop.secret_key})
    in_body = await shop.http.post(PAYMENTS, json=ORDER | {"api_key": shop.secret_key})

    assert in_query.status_code == in_body.status_code == 401
    assert shop.secret_key not in in_query.text + in_body.text


async def test_takes_a_key_until_its_time_is_up(shop: Shop) -> None:
    key = await shop.new_key(Permission.ALL, expires_at=shop.clock.now() + timedelta(seconds=10))

    before = await with_authorization(shop, f"Bearer {key}")
    shop.clock.advance(10)
    after = await with_authorization(shop, f"Bearer {key}")

    assert (before.status_code, after.status_code) == (200, 401)


@pytest.mark.parametrize("content", [b"", b"{", b" " * 300_000])
async def test_refuses_a_publishable_key_before_it_looks_at_the_body(shop: Shop, content: bytes) -> None:
    headers = shop.keyed(shop.publishable_key)

    answer = await shop.http.post(PAYMENTS, headers=headers, content=content[:200_000])

    assert (answer.status_code, answer.json()["code"]) == (403, "secret_key_required")


async def test_lets_a_publishable_key_read_nothing(shop: Shop) -> None:
    payment = await shop.paid()

    for path in (PAYMENTS, f"{PAYMENTS}/{payment['id']}", f"{PAYMENTS}/{payment['id']}/events"):
        answer = await shop.http.get(path, headers=shop.keyed(shop.publishable_key))
        assert answer.status_code == 403
        assert payment["id"] not in answer.text.replace(path, "")


async def test_lets_a_key_do_what_its_scopes_hold_and_no_more(shop: Shop) -> None:
    payment = await shop.paid()
    refunds = f"{PAYMENTS}/{payment['id']}/refunds"
    payments_only = shop.keyed(await shop.new_key(Permission.PAYMENTS))
    refunds_only = shop.keyed(await shop.new_key(Permission.REFUNDS))

    assert (await shop.http.get(PAYMENTS, headers=payments_only)).status_code == 200
    assert (await shop.http.post(refunds, headers=refunds_only)).status_code == 201
    for refused in (
        await shop.http.post(refunds, headers=payments_only),
        await shop.http.get(refunds, headers=payments_only),
        await shop.http.get(PAYMENTS, headers=refunds_only),
        await shop.http.post(PAYMENTS, headers=refunds_only, json=ORDER),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


async def test_another_apps_payment_looks_as_if_it_did_not_exist(shop: Shop) -> None:
    payment = await shop.paid()
    theirs = shop.keyed(await shop.new_key(Permission.ALL, app_id=await shop.another_app()))
    live = shop.keyed(await shop.new_key(Permission.ALL, environment=Environment.LIVE))
    absent = await shop.get(f"{PAYMENTS}/pay_{'0' * 26}")

    for headers in (theirs, live):
        for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/capture"), ("GET", "/attempts")):
            answer = await shop.http.request(method, f"{PAYMENTS}/{payment['id']}{path}", headers=headers)
            own = {"request_id": "", "instance": ""}
            assert answer.status_code == 404
            assert answer.json() | own == absent.json() | own
        assert (await shop.http.get(PAYMENTS, headers=headers)).json()["data"] == []
