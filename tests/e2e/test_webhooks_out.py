"""From an app's request to the app's own server: what is sent, signed, logged, sent again and refused."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, Final

import pytest
from standardwebhooks import Webhook

from tests.e2e import receiver as says
from tests.e2e.receiver import Receiver, listening
from tests.e2e.shop import Shop, open_shop
from zerofee.domain.audit import Actor, ActorKind, Author
from zerofee.domain.idempotency import claim
from zerofee.domain.scope import Environment, Permission

ENDPOINTS: Final = "/v1/webhook-endpoints"


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """Yield a server that may call this machine, and waits for a second at most."""
    async with open_shop(outbound_allow=(ip_network("127.0.0.0/8"),), webhook_timeout=1) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as opened:
        yield opened


async def listens(shop: Shop, receiver: Receiver, **changes: object) -> dict[str, Any]:
    """Register the receiver, and give the answer."""
    answer = await shop.post(ENDPOINTS, {"url": receiver.url} | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def deliver(shop: Shop, after_s: int = 0) -> None:
    shop.clock.advance(after_s)
    await shop.container.deliver().all_due()


async def deliveries(shop: Shop, endpoint: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    answer = await shop.get(f"{ENDPOINTS}/{endpoint['id']}/deliveries", **query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_an_app_hears_of_its_payment_as_the_api_shows_it(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver)
    payment = await shop.paid()
    await deliver(shop)

    told = [json.loads(got.body) for got in receiver.received]
    succeeded = next(event for event in told if event["type"] == "payment.succeeded")
    assert sorted(event["sequence"] for event in told) == [1, 2]
    assert succeeded["data"] == payment
    assert (await shop.get(f"/v1/events/{succeeded['id']}")).json() == succeeded
    [first, second] = await deliveries(shop, endpoint)
    assert {first["event_id"], second["event_id"]} == {event["id"] for event in told}
    assert (first["status"], first["tries"][0]["status"], first["tries"][0]["response"]) == ("delivered", 200, "ok")


async def test_what_is_sent_verifies_with_the_librarys_own_verifier(shop: Shop, receiver: Receiver) -> None:
    """The clock is told the time, so the library's look at its own is left out."""
    endpoint = await listens(shop, receiver)
    await shop.paid()
    await deliver(shop)

    got = receiver.received[0]
    signed = Webhook(endpoint["secret"]).sign(got.headers["webhook-id"], shop.clock.now(), got.body.decode())
    assert got.headers["webhook-signature"] == signed
    assert got.headers["webhook-timestamp"] == str(int(shop.clock.now().timestamp()))
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.line == "POST /hooks?from=zerofee HTTP/1.1"
    assert "cookie" not in got.headers


async def test_two_secrets_sign_for_a_day_after_a_rotation(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver)
    rotated = (await shop.post(f"{ENDPOINTS}/{endpoint['id']}/rotate-secret")).json()
    await shop.paid()
    await deliver(shop)
    await shop.paid()
    await deliver(shop, 24 * 3600)

    during, after = receiver.received[0], receiver.received[-1]
    at = shop.clock.now() - timedelta(days=1)
    expected = [
        Webhook(secret).sign(during.headers["webhook-id"], at, during.body.decode())
        for secret in (rotated["secret"], endpoint["secret"])
    ]
    assert during.headers["webhook-signature"].split(" ") == expected
    assert " " not in after.headers["webhook-signature"]


async def test_a_secret_is_shown_once_and_again_only_to_the_same_request(shop: Shop, receiver: Receiver) -> None:
    body = {"url": receiver.url}
    first = await shop.post(ENDPOINTS, body, Idempotency_Key="order-1")
    again = await shop.post(ENDPOINTS, body, Idempotency_Key="order-1")
    other = await shop.post(ENDPOINTS, body | {"description": "other"}, Idempotency_Key="order-1")
    shown = await shop.get(f"{ENDPOINTS}/{first.json()['id']}")

    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert again.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"
    assert other.json()["code"] == "idempotency_key_reused"
    assert "secret" not in shown.json()
    assert len((await shop.get(ENDPOINTS)).json()["data"]) == 1


async def test_no_secret_can_be_read_in_the_store(shop: Shop, receiver: Receiver) -> None:
    """Neither in the endpoint's row nor in the kept answer of the request that made it."""
    made = await shop.post(ENDPOINTS, {"url": receiver.url}, Idempotency_Key="order-1")
    rotated = await shop.post(f"{ENDPOINTS}/{made.json()['id']}/rotate-secret", {}, Idempotency_Key="order-2")

    stored = repr(vars(shop.container.store())).encode()
    kept = claim(scope=shop.scope, key="order-1", operation=f"POST {ENDPOINTS}", fingerprint="", now=shop.clock.now())
    assert await shop.container.reads().claim(shop.scope, kept.id) is not None
    for answer in (made, rotated):
        assert answer.json()["secret"].encode() not in stored
        assert answer.json()["secret"].removeprefix("whsec_").encode() not in stored


@pytest.mark.parametrize(
    ("answer", "status", "next_s"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302, 5),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\nsorry", 500, 5),
        (says.BUSY, 503, 7200),
    ],
)
async def test_a_failure_is_logged_and_tried_again(
    shop: Shop, receiver: Receiver, answer: bytes, status: int, next_s: int
) -> None:
    endpoint = await listens(shop, receiver, events=["payment.succeeded"])
    receiver.answer = answer
    await shop.paid()
    began = shop.clock.now()
    await deliver(shop)

    [delivery] = await deliveries(shop, endpoint)
    assert (delivery["status"], delivery["tries"][0]["status"]) == ("pending", status)
    assert len(receiver.received) == 1
    receiver.answer = says.OK
    await deliver(shop, round(next_s * 1.2))
    assert shop.clock.now() > began
    assert [got["status"] for got in await deliveries(shop, endpoint)] == ["delivered"]
    assert receiver.received[0].body == receiver.received[1].body
    assert receiver.received[0].headers["webhook-id"] == receiver.received[1].headers["webhook-id"]


async def test_a_receiver_that_hangs_is_a_failed_try(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver, events=["payment.succeeded"])
    receiver.silent = True
    await shop.paid()
    await deliver(shop)

    [delivery] = await deliveries(shop, endpoint)
    assert (delivery["tries"][0]["status"], delivery["tries"][0]["failure"]) == (None, "timed_out")


@pytest.mark.parametrize(("answer", "failure"), [(says.GARBAGE, "broken_answer"), (b"", "timed_out")])
async def test_what_is_no_answer_is_a_failed_try(shop: Shop, receiver: Receiver, answer: bytes, failure: str) -> None:
    endpoint = await listens(shop, receiver, events=["payment.succeeded"])
    receiver.answer = answer
    await shop.paid()
    await deliver(shop)

    [delivery] = await deliveries(shop, endpoint)
    assert delivery["tries"][0]["failure"] == failure


async def test_of_a_long_answer_the_first_kib_is_kept(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver, events=["payment.succeeded"])
    receiver.answer = says.ENDLESS
    await shop.paid()
    await deliver(shop)

    [delivery] = await deliveries(shop, endpoint)
    assert (delivery["status"], len(delivery["tries"][0]["response"])) == ("delivered", 1024)


async def test_a_receiver_that_is_gone_is_disabled_and_can_be_enabled(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver, events=["payment.succeeded"])
    receiver.answer = says.GONE
    await shop.paid()
    await deliver(shop)
    path = f"{ENDPOINTS}/{endpoint['id']}"

    shown = (await shop.get(path)).json()
    assert (shown["status"], shown["disabled_because"]) == ("disabled", "gone")
    assert (await shop.post(f"{path}/test")).json()["code"] == "endpoint_disabled"
    receiver.answer = says.OK
    enabled = await shop.http.patch(path, headers=shop.keyed(), json={"status": "enabled"})
    assert enabled.json()["status"] == "enabled"
    anew = await shop.post(f"{path}/redeliver", {"since": "2026-01-01T00:00:00Z"})
    again = await shop.post(f"{path}/redeliver", {"since": "2026-01-01T00:00:00Z"})
    await deliver(shop)
    assert (anew.status_code, anew.json()["count"], again.json()["count"]) == (202, 1, 0)
    assert {got.headers["webhook-id"] for got in receiver.received} == {receiver.received[0].headers["webhook-id"]}
    assert [one["status"] for one in await deliveries(shop, endpoint)] == ["delivered", "failed"]
    assert len(await deliveries(shop, endpoint, status="failed")) == 1


async def test_one_delivery_is_sent_once_more_when_it_is_asked_for(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver, events=["payment.succeeded"])
    await shop.paid()
    await deliver(shop)
    [first] = await deliveries(shop, endpoint)

    path = f"{ENDPOINTS}/{endpoint['id']}/deliveries/{first['id']}/redeliver"
    made = await shop.post(path, {}, Idempotency_Key="again-1")
    again = await shop.post(path, {}, Idempotency_Key="again-1")
    await deliver(shop)

    assert (made.status_code, made.json()["redelivery_of"]) == (202, first["id"])
    assert again.content == made.content
    assert [got.headers["webhook-id"] for got in receiver.received] == [first["event_id"]] * 2


async def test_a_test_reaches_an_endpoint_whatever_it_listens_for(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver, events=["refund.*"])

    made = await shop.post(f"{ENDPOINTS}/{endpoint['id']}/test")
    await shop.paid()
    await deliver(shop)

    assert made.status_code == 202
    [got] = receiver.received
    event = json.loads(got.body)
    assert (event["type"], event["data"]["id"]) == ("webhook_endpoint.test", endpoint["id"])


async def test_a_deleted_endpoint_hears_nothing_more(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver)
    await shop.paid()
    path = f"{ENDPOINTS}/{endpoint['id']}"
    gone = await shop.http.delete(path, headers=shop.keyed())
    await shop.paid()
    await deliver(shop)

    assert gone.status_code == 200
    assert receiver.received == []
    assert (await shop.get(path)).status_code == 404


async def test_nothing_of_it_is_anothers(shop: Shop, receiver: Receiver) -> None:
    endpoint = await listens(shop, receiver)
    await shop.paid()
    await deliver(shop)
    [delivery, _] = await deliveries(shop, endpoint)
    live = await shop.new_key(Permission.ALL, environment=Environment.LIVE)
    other = await shop.new_key(Permission.ALL, app_id=await shop.another_app())
    narrow = await shop.new_key(Permission.PAYMENTS)

    for path in (f"{ENDPOINTS}/{endpoint['id']}", f"/v1/events/{delivery['event_id']}"):
        for key in (live, other):
            assert (await shop.http.get(path, headers=shop.keyed(key))).status_code == 404
        assert (await shop.http.get(path, headers=shop.keyed(narrow))).status_code == 403
    for key in (live, other):
        assert (await shop.http.get("/v1/events", headers=shop.keyed(key))).json()["data"] == []


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://169.254.169.254/latest", "ftp://shop.example/", "http://127.1/", "nothing"]
)
async def test_an_address_that_leads_inside_is_refused(shop: Shop, url: str) -> None:
    answer = await shop.post(ENDPOINTS, {"url": url})

    assert (answer.status_code, answer.json()["code"]) == (422, "blocked_address")
    assert answer.json()["errors"][0]["field"] == "url"


async def test_this_machine_is_not_called_unless_the_operator_says_so(receiver: Receiver) -> None:
    async with open_shop() as shop:
        answer = await shop.post(ENDPOINTS, {"url": f"http://localhost:{receiver.port}/"})

    assert answer.json()["code"] == "blocked_address"


@pytest.mark.parametrize("body", [{}, {"url": "https://a.example", "events": []}, {"url": "https://a.example", "x": 1}])
async def test_a_wrong_endpoint_is_refused(shop: Shop, body: dict[str, object]) -> None:
    assert (await shop.post(ENDPOINTS, body)).status_code == 422


async def test_events_are_found_by_type_object_and_time(shop: Shop) -> None:
    first = await shop.paid()
    shop.clock.advance(60)
    second = await shop.paid()

    async def found(**query: str) -> list[str]:
        answer = await shop.get("/v1/events", **query)
        assert answer.status_code == 200, answer.text
        return [event["data"]["id"] for event in answer.json()["data"]]

    assert await found(type="payment.succeeded") == [second["id"], first["id"]]
    assert await found(object_id=first["id"]) == [first["id"]] * 2
    assert await found(created_from=second["created_at"]) == [second["id"]] * 2
    assert await found(created_to=second["created_at"], type="payment.created") == [first["id"]]
    assert (await shop.get("/v1/events", type="payment.paid")).status_code == 422


async def test_an_apps_webhook_url_is_its_default_endpoint_in_each_environment(shop: Shop, receiver: Receiver) -> None:
    """The old way to say where to listen: changing it moves the endpoint, and taking it away deletes it."""
    listen_at, author = shop.container.listen_at(), Author(Actor(ActorKind.CLI, None))
    app = await listen_at(author, shop.scope.app_id, receiver.url)
    await shop.paid()
    await deliver(shop)

    assert app.webhook_url == receiver.url
    [endpoint] = (await shop.get(ENDPOINTS)).json()["data"]
    assert (endpoint["is_default"], endpoint["events"], len(receiver.received)) == (True, ["*"], 2)
    live = await shop.new_key(Permission.WEBHOOKS, environment=Environment.LIVE)
    assert len((await shop.http.get(ENDPOINTS, headers=shop.keyed(live))).json()["data"]) == 1
    await listen_at(author, shop.scope.app_id, f"{receiver.url}&moved")
    assert (await shop.get(ENDPOINTS)).json()["data"][0]["url"].endswith("moved")
    await listen_at(author, shop.scope.app_id, None)
    assert (await shop.get(ENDPOINTS)).json()["data"] == []
