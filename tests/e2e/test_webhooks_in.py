"""What providers send us, from the raw bytes to the payment, with the test provider's page as the sender."""

import asyncio
import re
from dataclasses import replace
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec

from tests.e2e.merchant import a_merchant, done
from tests.e2e.shop import PUBLIC_URL, Shop
from zerofee.adapters.providers.test.page import HEADER
from zerofee.domain.change_set import ChangeSet, Update
from zerofee.domain.ids import ConnectionId, UserId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ports.provider import RawEvent
from zerofee.domain.ports.views import PageOf
from zerofee.domain.scope import Environment, Scope

BACK: Final = "https://shop.example/back"
ELSEWHERE: Final = "https://shop.example/no"
_INPUT: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


async def waiting(shop: Shop, **changes: object) -> dict[str, Any]:
    """Make a payment whose customer is to press a button on the test provider's page."""
    payment = await shop.paid(amount=44_444, **changes)
    assert payment["status"] == "requires_action"
    return payment


def named(payment: dict[str, Any]) -> dict[str, str]:
    """Give what the page's address names."""
    return dict(parse_qsl(urlsplit(payment["next_action"]["url"]).query))


async def shown(shop: Shop, payment: dict[str, Any]) -> httpx.Response:
    """Open the page, as the customer's browser does."""
    return await shop.http.get(payment["next_action"]["url"])


async def pressed(shop: Shop, payment: dict[str, Any], choice: str) -> httpx.Response:
    """Press a button on the page."""
    page = await shown(shop, payment)
    forms = [dict(_INPUT.findall(form)) for form in page.text.split("<form")[1:]]
    form = next(form for form in forms if form["choice"] == choice)
    return await shop.http.post("/test-provider/pay", data={name: unescape(value) for name, value in form.items()})


async def delivered(
    shop: Shop, payment: dict[str, Any], *, connection: str | None = None, choice: str = "approve", **changes: object
) -> httpx.Response:
    """Send the verdict as a provider would; `connection` is in the path, or left out if it is empty."""
    address = named(payment)
    verdict = {"payment": payment["id"], "attempt": address["attempt"], "approved": choice == "approve"} | changes
    path = f"/v1/webhooks/test/{address['connection'] if connection is None else connection}".rstrip("/")
    return await shop.http.post(path, content=msgspec.json.encode(verdict), headers={HEADER: address[choice]})


async def status(shop: Shop, payment: dict[str, Any]) -> str:
    """Read the payment's status, once everything that was heard is applied."""
    await shop.services.webhooks_in.apply.drain(10)
    return str((await shop.get(f"/v1/payments/{payment['id']}")).json()["status"])


async def events(shop: Shop) -> list[InboxEvent]:
    """List what was kept of the app's providers."""
    listed = await shop.container.store().inbox.events_of(shop.scope.app_id, None, PageOf())
    return list(listed.items)


class TestPage:
    async def test_shows_what_is_to_be_paid_and_nothing_that_runs(self, shop: Shop) -> None:
        payment = await waiting(shop, description="<script>alert(1)</script>")

        page = await shown(shop, payment)

        assert page.status_code == 200
        assert "44444 XOF" in page.text
        assert "Sandbox" in page.text
        assert "&lt;script&gt;" in page.text
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"

    async def test_approve_pays_and_sends_the_customer_back(self, shop: Shop) -> None:
        payment = await waiting(shop, return_url=BACK, cancel_url=ELSEWHERE)

        answer = await pressed(shop, payment, "approve")

        assert (answer.status_code, answer.headers["location"]) == (303, BACK)
        assert await status(shop, payment) == "succeeded"

    async def test_decline_fails_and_sends_the_customer_to_the_other_place(self, shop: Shop) -> None:
        payment = await waiting(shop, return_url=BACK, cancel_url=ELSEWHERE)

        answer = await pressed(shop, payment, "decline")

        assert (answer.status_code, answer.headers["location"]) == (303, ELSEWHERE)
        assert await status(shop, payment) == "failed"

    async def test_a_held_payment_can_be_captured_once_after_it(self, shop: Shop) -> None:
        payment = await waiting(shop, capture="manual")
        await pressed(shop, payment, "approve")

        first = await shop.post(f"/v1/payments/{payment['id']}/capture")
        second = await shop.post(f"/v1/payments/{payment['id']}/capture")

        assert done(first)["status"] == "succeeded"
        assert second.status_code == 409

    async def test_sends_nobody_where_a_stranger_wants_them(self, shop: Shop) -> None:
        """The address is read from the payment that the signature names; a forged one leads nowhere."""
        payment, other = await waiting(shop, return_url=BACK), await waiting(shop, return_url=ELSEWHERE)
        form = {**named(payment), "choice": "approve", "signature": named(payment)["approve"]}

        for forged in (
            {**form, "payment": other["id"]},
            {**form, "signature": named(payment)["decline"]},
            {**form, "attempt": named(other)["attempt"]},
            {**form, "connection": "con_1"},
            {**form, "signature": "é"},
        ):
            answer = await shop.http.post("/test-provider/pay", data=forged)
            assert answer.status_code == 401, forged
            assert "location" not in answer.headers
        assert await status(shop, payment) == "requires_action"

    async def test_refuses_an_address_that_is_not_whole(self, shop: Shop) -> None:
        assert (await shop.http.get("/test-provider/pay")).status_code == 404
        assert (await shop.http.get("/test-provider/pay?a")).status_code == 400
        assert (await shop.http.get("/test-provider/pay?payment=pay_1")).status_code == 404
        assert (await shop.http.post("/test-provider/pay", content=b"\xff")).status_code == 400
        assert (await shop.http.post("/test-provider/pay", content=b"a=" + b"b" * 5000)).status_code == 413

    async def test_says_so_when_there_is_nothing_left_to_do(self, shop: Shop) -> None:
        payment = await waiting(shop)
        await pressed(shop, payment, "approve")

        assert "<form" not in (await shown(shop, payment)).text


class TestDoor:
    async def test_takes_a_verified_event_once(self, shop: Shop) -> None:
        """WIN-3: a repeat is answered alike, and changes nothing."""
        payment = await waiting(shop)

        answers = [await delivered(shop, payment) for _ in range(3)]

        assert [done(answer) for answer in answers] == [{"received": True}] * 3
        assert await status(shop, payment) == "succeeded"
        assert len(await events(shop)) == 1

    async def test_finds_the_connection_by_what_the_body_names(self, shop: Shop) -> None:
        payment = await waiting(shop)

        answer = await delivered(shop, payment, connection="")

        assert answer.status_code == 200
        assert await status(shop, payment) == "succeeded"

    async def test_refuses_what_is_not_verified(self, shop: Shop) -> None:
        """WIN-1: forged, of another connection, or for nobody: one and the same answer, and nothing kept."""
        payment = await waiting(shop)
        other = next(
            connection.id
            for connection in await shop.container.reads().connections(shop.scope)
            if connection.id != named(payment)["connection"]
        )

        answers = [
            await delivered(shop, payment, approved=False),
            await delivered(shop, payment, connection="", approved=False),
            await delivered(shop, payment, connection=other),
            await delivered(shop, payment, connection="con_01KDVQ6R000000000000000001"),
            await delivered(shop, payment, connection="nonsense"),
            await shop.http.post("/v1/webhooks/test", content=b"{}"),
            await shop.http.post("/v1/webhooks/nobody", content=b"[" * 10_000),
            await shop.http.post("/v1/webhooks/test", content=b'{"a":"\\u0000","b":"\\ud800"}'),
        ]

        assert {answer.status_code for answer in answers} == {401}
        assert {answer.json()["code"] for answer in answers} == {"signature_invalid"}
        assert await status(shop, payment) == "requires_action"
        assert await events(shop) == []

    async def test_refuses_another_apps_event(self, shop: Shop) -> None:
        """A genuine event of one app's connection proves nothing for a connection of another app's."""
        payment = await waiting(shop)
        theirs = (await shop.container.reads().connections(Scope(await shop.another_app(), Environment.SANDBOX)))[0]

        answer = await delivered(shop, payment, connection=theirs.id)

        assert answer.status_code == 401
        assert await status(shop, payment) == "requires_action"

    async def test_refuses_a_body_that_is_too_large(self, shop: Shop) -> None:
        assert (await shop.http.post("/v1/webhooks/test", content=b"a" * (256 * 1024 + 1))).status_code == 413

    async def test_a_late_word_changes_nothing(self, shop: Shop) -> None:
        """STM-2: news of what is over is kept, and the payment stays as it is."""
        payment = await waiting(shop)
        await delivered(shop, payment)
        assert await status(shop, payment) == "succeeded"

        answer = await delivered(shop, payment, choice="decline")

        assert answer.status_code == 200
        assert await status(shop, payment) == "succeeded"
        assert len(await events(shop)) == 2

    async def test_the_worker_applies_what_was_left(self, shop: Shop) -> None:
        """Where too much is under way the event is only kept, as it is where the process dies behind its answer."""
        payment = await waiting(shop)
        apply = shop.services.webhooks_in.apply
        kept = replace(apply, underway={asyncio.create_task(asyncio.sleep(0)) for _ in range(100)})
        receive = replace(shop.services.webhooks_in.receive, apply_event=kept)
        address = named(payment)
        body = msgspec.json.encode({"payment": payment["id"], "attempt": address["attempt"], "approved": True})
        raw = RawEvent(body=body, headers={HEADER: address["approve"]}, method="POST", url=PUBLIC_URL)
        await receive("test", ConnectionId(address["connection"]), raw)
        await kept.drain(1)
        assert await status(shop, payment) == "requires_action"

        assert await apply.due() == 1

        assert await status(shop, payment) == "succeeded"


class TestReturn:
    async def test_a_visit_asks_and_shows_how_it_stands(self, shop: Shop) -> None:
        """WIN-8: the visit changes nothing; the provider's word does."""
        payment = await shop.paid(amount=77_777)
        path = f"/return/{payment['id']}"

        early = await shop.http.get(path)
        shop.clock.advance(3)
        late = await shop.http.get(path)

        assert "looked into" in early.text
        assert "is made" in late.text
        assert await status(shop, payment) == "succeeded"

    async def test_a_visit_alone_pays_nothing(self, shop: Shop) -> None:
        payment = await waiting(shop)

        for _ in range(20):
            assert (await shop.http.get(f"/return/{payment['id']}")).status_code == 200

        assert await status(shop, payment) == "requires_action"
        attempt = (await shop.get(f"/v1/payments/{payment['id']}/attempts")).json()["data"][0]
        assert attempt["asked"] < 10

    async def test_goes_on_to_the_shop_when_it_has_an_address(self, shop: Shop) -> None:
        payment = await waiting(shop, return_url=BACK)

        answer = await shop.http.get(f"/return/{payment['id']}")

        assert (answer.status_code, answer.headers["location"]) == (303, BACK)

    async def test_knows_no_payment_that_is_not_there(self, shop: Shop) -> None:
        assert (await shop.http.get("/return/pay_01KDVQ6R000000000000000002")).status_code == 404
        assert (await shop.http.get("/return/nonsense")).status_code == 404


class TestInbox:
    async def test_an_owner_reads_and_replays_what_was_told(self, shop: Shop) -> None:
        merchant = await a_merchant(shop)
        await own(shop, merchant.user_id)
        merchant.app_id = shop.scope.app_id
        payment = await waiting(shop)
        await delivered(shop, payment)
        await shop.services.webhooks_in.apply.drain(10)

        [event] = await merchant.listed("/provider-events", environment="sandbox")
        replayed = done(await merchant.ask("POST", f"/provider-events/{event['id']}/replay"))

        assert (event["object"], event["status"], event["provider"]) == ("provider_event", "applied", "test")
        assert event["attempt_id"] == named(payment)["attempt"]
        assert event["note"] == "The payment is succeeded."
        assert replayed["status"] == "applied"
        assert await status(shop, payment) == "succeeded"
        assert await merchant.listed("/provider-events", environment="live") == []
        assert (await merchant.ask("POST", "/provider-events/pev_1/replay")).status_code == 404

    async def test_a_stranger_sees_nothing_of_it(self, shop: Shop) -> None:
        stranger = await a_merchant(shop)
        await delivered(shop, await waiting(shop))

        answer = await stranger.at("GET", f"/v1/apps/{shop.scope.app_id}/provider-events")

        assert answer.status_code == 404
        assert await stranger.listed("/provider-events") == []
        keyed = await shop.get(f"/v1/apps/{shop.scope.app_id}/provider-events")
        assert keyed.status_code == 403


async def own(shop: Shop, user_id: str) -> None:
    """Give the shop's app to a person."""
    app = await shop.container.store().apps.app(shop.scope.app_id)
    theirs = replace(app, owner_id=UserId(user_id), version=app.version + 1)
    await shop.container.commit()(ChangeSet((Update(theirs),)))
