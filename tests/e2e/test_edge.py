import asyncio
import logging
import re

import pytest

from tests.e2e.shop import ORDER, PUBLIC_URL, Shop, open_shop
from zerofee.entrypoints.settings import Stage

PROBLEM = {"type", "title", "status", "detail", "instance", "code", "request_id"}


async def test_every_problem_has_the_same_members(shop: Shop) -> None:
    answers = [
        await shop.http.get("/nowhere"),
        await shop.http.get("/v1/payments"),
        await shop.http.delete("/v1/payments"),
        await shop.get("/v1/payments/pay_1"),
        await shop.send(b"{"),
        await shop.send(b"{}"),
        await shop.send(b"{}", Content_Type="text/plain"),
    ]

    assert [answer.status_code for answer in answers] == [404, 401, 405, 404, 400, 422, 415]
    for answer in answers:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(problem) - {"errors"} == PROBLEM
        assert ("errors" in problem) is (answer.status_code == 422)
        assert problem["status"] == answer.status_code
        assert problem["type"] == f"{PUBLIC_URL}/docs/errors/{problem['code']}"
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert (await shop.http.get(problem["type"])).status_code == 200


async def test_says_which_methods_an_address_takes(shop: Shop) -> None:
    answer = await shop.http.put("/v1/payments")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


async def test_a_bug_tells_nothing_but_the_requests_id(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(type(shop.services.reading), "payments", broken)
    answer = await shop.get("/v1/payments")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "swordfish" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "swordfish" in caplog.text


@pytest.mark.parametrize("given", ["a", "Order.7_x-Y", "z" * 64])
async def test_takes_a_request_id_in_good_form(shop: Shop, given: str) -> None:
    answer = await shop.http.get("/", headers={"X-Request-Id": given})

    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "z" * 65, "a b", "a\tb", "é", "<script>"])
async def test_makes_a_request_id_in_place_of_another(shop: Shop, given: str) -> None:
    answer = await shop.http.get("/", headers=[(b"X-Request-Id", given.encode())])

    assert re.fullmatch(r"req_[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_logs_the_route_and_never_the_address(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "zerofee.access"):
        await shop.get("/v1/payments/pay_1", key=shop.secret_key)

    assert "GET /v1/payments/{payment_id} 404" in caplog.text
    assert shop.secret_key not in caplog.text
    assert "pay_1" not in caplog.text


async def test_every_answer_has_the_protecting_headers(shop: Shop) -> None:
    for answer in (await shop.http.get("/"), await shop.http.get("/nowhere"), await shop.send(b" " * 300_000)):
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" not in headers
        assert "server" not in headers


async def test_production_asks_for_https_from_then_on() -> None:
    async with open_shop(environment=Stage.PRODUCTION) as shop:
        answer = await shop.http.get("/health")

    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_refuses_a_long_address(shop: Shop) -> None:
    assert (await shop.http.get("/" + "x" * 4096)).status_code == 414
    assert (await shop.http.get("/health?" + "x" * 4090)).status_code == 414
    assert (await shop.http.get("/health?" + "x" * 4000)).status_code == 200


@pytest.mark.parametrize("headers", [{"X-Long": "x" * 16_400}, {f"X-{n}": "1" for n in range(100)}])
async def test_refuses_large_headers(shop: Shop, headers: dict[str, str]) -> None:
    answer = await shop.http.get("/health", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")


@pytest.mark.parametrize(
    "framing",
    [[("Content-Length", "2"), ("Content-Length", "2")], [("Content-Length", "-1")], [("Content-Length", "x")]],
)
async def test_refuses_a_length_that_says_two_things(shop: Shop, framing: list[tuple[str, str]]) -> None:
    answer = await shop.http.post("/v1/payments", headers=[*shop.keyed().items(), *framing], content=b"{}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_gives_a_body_that_never_ends_its_time_and_no_more() -> None:
    """A limit of no seconds is over at once, so nobody has to wait for this."""
    async with open_shop(body_timeout=0) as shop:
        sent: list[dict[str, object]] = []

        async def silence() -> dict[str, object]:
            await asyncio.Event().wait()
            return {}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {shop.secret_key}".encode())]
        scope = {"type": "http", "method": "POST", "path": "/v1/payments", "query_string": b"", "headers": headers}
        await shop.app(scope, silence, send)  # type: ignore[arg-type]

    assert sent[0]["status"] == 408


async def test_a_client_that_goes_away_in_its_body_makes_nothing(shop: Shop) -> None:
    messages: list[dict[str, object]] = [
        {"type": "http.request", "body": b'{"amount"', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {shop.secret_key}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/payments", "query_string": b"", "headers": headers}
    await shop.app(scope, receive, send)  # type: ignore[arg-type]

    assert sent[0]["status"] == 400
    assert (await shop.get("/v1/payments")).json()["data"] == []


@pytest.mark.parametrize("path", ["/health", "/health/live"])
async def test_is_alive_whatever_else_is_gone(shop: Shop, path: str) -> None:
    assert (await shop.http.get(path)).json() == {"status": "ok"}


async def test_is_ready_while_the_database_answers(shop: Shop) -> None:
    answer = await shop.http.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "cache": "ok"}


async def test_is_not_ready_without_its_database(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(_: object) -> None:
        raise OSError("no such host")

    monkeypatch.setattr(type(shop.container.store()), "ping", gone)
    async with open_shop() as without:
        answer = await without.http.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json() == {"status": "not_ready", "database": "unavailable", "cache": "ok"}


async def test_is_ready_without_its_cache(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(_: object) -> bool:
        return False

    monkeypatch.setattr(type(shop.services.cache), "healthy", gone)
    answer = await shop.http.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["cache"] == "degraded"


async def test_stopping_wants_no_more_and_sees_begun_work_through() -> None:
    async with open_shop() as shop:
        shop.directory.gate.clear()
        async with shop.app.lifespan():
            begun = asyncio.create_task(shop.post("/v1/payments", ORDER, Idempotency_Key="k"))
            await shop.directory.called.wait()
            shop.services.readiness.draining = True
            ready = await shop.http.get("/health/ready")
            shop.directory.gate.set()
        answer = await begun

    assert (ready.status_code, ready.json()["status"]) == (503, "stopping")
    assert answer.json()["status"] == "succeeded"
    assert not shop.services.send_attempt.underway


async def test_says_what_it_is(shop: Shop) -> None:
    answer = await shop.http.get("/")

    assert answer.json()["name"] == "zerofee"
    assert answer.json()["docs"] == f"{PUBLIC_URL}/docs"
