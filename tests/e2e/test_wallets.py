import csv
import io

import pytest

from tests.e2e.shop import Shop
from zerofee.domain.scope import Permission

TO = {"phone": "+2250700000000"}


async def withdrawn(shop: Shop, amount: int, **changes: object) -> dict[str, object]:
    answer = await shop.post("/v1/withdrawals", {"amount": amount, "currency": "XOF", "destination": TO} | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


async def balances(shop: Shop) -> tuple[int, int, int, int]:
    (wallet,) = (await shop.get("/v1/wallets")).json()["data"]
    return wallet["available"], wallet["pending"], wallet["reserved"], wallet["debt"]


async def test_a_payment_fills_the_wallet_of_its_currency(shop: Shop) -> None:
    await shop.paid(amount=10_000)
    await shop.paid(amount=2_500, currency="EUR", payment_method="card")

    wallets = (await shop.get("/v1/wallets")).json()["data"]

    assert [(wallet["currency"], wallet["available"]) for wallet in wallets] == [("EUR", 2_500), ("XOF", 10_000)]
    assert {wallet["object"] for wallet in wallets} == {"wallet"}
    assert all(wallet["id"].startswith("wal_") and wallet["created_at"].endswith("Z") for wallet in wallets)
    assert wallets == (await shop.get("/v1/wallets")).json()["data"]


async def test_a_failed_payment_leaves_no_trace_in_it(shop: Shop) -> None:
    await shop.paid(amount=99_999)

    assert (await shop.get("/v1/wallets")).json()["data"] == []


async def test_lists_entries_newest_first_and_each_group_sums_to_zero(shop: Shop) -> None:
    payment = await shop.paid(amount=10_000)
    await shop.post(f"/v1/payments/{payment['id']}/refunds", {"amount": 4_000})

    page = (await shop.get("/v1/wallets/XOF/entries", limit="3")).json()
    rest = (await shop.get("/v1/wallets/XOF/entries", cursor=page["next_cursor"])).json()
    entries = [*page["data"], *rest["data"]]

    assert [entry["kind"] for entry in entries] == ["sent", "sent", "reserved", "reserved", "paid", "paid"]
    assert entries[-1]["source"] == {"type": "payment", "id": payment["id"]}
    for kind in ("sent", "reserved", "paid"):
        assert sum(entry["amount"] for entry in entries if entry["kind"] == kind) == 0
    assert await balances(shop) == (6_000, 0, 0, 0)


async def test_refuses_a_refund_that_the_wallet_does_not_hold(shop: Shop) -> None:
    payment = await shop.paid(amount=10_000)
    await withdrawn(shop, 8_000)

    answer = await shop.post(f"/v1/payments/{payment['id']}/refunds", {"amount": 4_000})

    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_balance")
    assert (await shop.get(f"/v1/payments/{payment['id']}/refunds")).json()["data"] == []


async def test_sends_money_out(shop: Shop) -> None:
    await shop.paid(amount=10_000)

    made = await withdrawn(shop, 4_000, reference="rent", metadata={"month": "1"})

    assert made["object"] == "withdrawal"
    assert made["status"] == "succeeded"
    assert made["destination"] == {"phone": "+2250700000000", "country": "CI", "operator": "orange", "name": None}
    assert (made["provider"], made["reference"], made["metadata"]) == ("test", "rent", {"month": "1"})
    assert await balances(shop) == (6_000, 0, 0, 0)
    assert (await shop.get(f"/v1/withdrawals/{made['id']}")).json() == made
    assert (await shop.get("/v1/withdrawals")).json()["data"] == [made]


async def test_gives_back_what_was_declined(shop: Shop) -> None:
    await shop.paid(amount=100_000)

    made = await withdrawn(shop, 99_999)

    assert made["status"] == "failed"
    assert made["failure"] is not None
    assert await balances(shop) == (100_000, 0, 0, 0)


@pytest.mark.parametrize(
    ("amount", "status", "left"),
    [(50_000, "succeeded", 50_000), (50_001, "failed", 100_000), (55_555, "processing", 44_445)],
)
async def test_finds_out_what_became_of_a_lost_answer(shop: Shop, amount: int, status: str, left: int) -> None:
    await shop.paid(amount=100_000)
    made = await withdrawn(shop, amount)
    assert made["status"] == "processing"
    assert await balances(shop) == (100_000 - amount, 0, amount, 0)

    for _ in range(4):
        shop.clock.advance(30)
        await shop.container.worker().run_due()

    found = (await shop.get(f"/v1/withdrawals/{made['id']}")).json()
    assert found["status"] == status
    assert await balances(shop) == (left, 0, 55_555 if status == "processing" else 0, 0)


async def test_tries_again_what_could_not_be_sent_until_it_is_cancelled(shop: Shop) -> None:
    await shop.paid(amount=100_000)
    made = await withdrawn(shop, 60_000)
    assert (made["status"], made["send_at"] is not None) == ("pending", True)
    shop.clock.advance(61)
    await shop.container.worker().run_due()
    assert (await shop.get(f"/v1/withdrawals/{made['id']}")).json()["status"] == "pending"

    answer = await shop.post(f"/v1/withdrawals/{made['id']}/cancel")
    tries = (await shop.get(f"/v1/withdrawals/{made['id']}/attempts")).json()["data"]

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert await balances(shop) == (100_000, 0, 0, 0)
    assert [(one["number"], one["kind"], one["status"]) for one in tries] == [
        (2, "payout", "not_sent"),
        (1, "payout", "not_sent"),
    ]
    assert {(one["payment_id"], one["withdrawal_id"]) for one in tries} == {(None, made["id"])}


async def test_what_was_sent_cannot_be_cancelled(shop: Shop) -> None:
    await shop.paid(amount=10_000)
    made = await withdrawn(shop, 4_000)

    answer = await shop.post(f"/v1/withdrawals/{made['id']}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "withdrawal_status_conflict")


async def test_the_same_key_withdraws_once(shop: Shop) -> None:
    await shop.paid(amount=10_000)
    body = {"amount": 4_000, "currency": "XOF", "destination": TO}

    first = await shop.post("/v1/withdrawals", body, Idempotency_Key="rent-1")
    second = await shop.post("/v1/withdrawals", body, Idempotency_Key="rent-1")

    assert second.headers["idempotency-replayed"] == "true"
    assert second.content == first.content
    assert first.headers["location"] == f"/v1/withdrawals/{first.json()['id']}"
    assert await balances(shop) == (6_000, 0, 0, 0)


async def test_the_refusal_under_a_key_is_the_answer_from_then_on(shop: Shop) -> None:
    body = {"amount": 4_000, "currency": "XOF", "destination": TO}
    first = await shop.post("/v1/withdrawals", body, Idempotency_Key="rent-1")
    await shop.paid(amount=10_000)

    second = await shop.post("/v1/withdrawals", body, Idempotency_Key="rent-1")

    assert (first.status_code, first.json()["code"]) == (409, "insufficient_balance")
    assert second.content == first.content


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"destination": {"phone": "0700"}}, "destination.phone"),
        ({"destination": {"phone": "+12025550100"}}, "destination.country"),
        ({"destination": {"phone": "+2250700000000", "country": "XX"}}, "country"),
        ({"provider": "nobody"}, "provider"),
        ({"status": "succeeded"}, "status"),
    ],
)
async def test_names_the_field_that_is_wrong(shop: Shop, changes: dict[str, object], field: str) -> None:
    answer = await shop.post("/v1/withdrawals", {"amount": 1, "currency": "XOF", "destination": TO} | changes)

    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_each_key_does_what_its_scopes_say(shop: Shop) -> None:
    wallets = await shop.new_key(Permission.WALLETS)
    withdrawals = await shop.new_key(Permission.WITHDRAWALS)

    assert (await shop.http.get("/v1/wallets", headers=shop.keyed(wallets))).status_code == 200
    assert (await shop.http.get("/v1/wallets", headers=shop.keyed(withdrawals))).status_code == 403
    assert (await shop.http.get("/v1/withdrawals", headers=shop.keyed(wallets))).status_code == 403


async def test_nothing_of_another_app_is_found(shop: Shop) -> None:
    await shop.paid(amount=10_000)
    made = await withdrawn(shop, 4_000)
    stranger = shop.keyed(await shop.new_key(Permission.ALL, app_id=await shop.another_app()))

    assert (await shop.http.get("/v1/wallets", headers=stranger)).json()["data"] == []
    assert (await shop.http.get("/v1/wallets/XOF/entries", headers=stranger)).json()["data"] == []
    assert (await shop.http.get(f"/v1/withdrawals/{made['id']}", headers=stranger)).status_code == 404
    assert (await shop.http.get(f"/v1/withdrawals/{made['id']}/attempts", headers=stranger)).status_code == 404
    assert (await shop.http.post(f"/v1/withdrawals/{made['id']}/cancel", headers=stranger)).status_code == 404


async def test_a_statement_adds_up(shop: Shop) -> None:
    await shop.paid(amount=10_000)
    opened = shop.clock.advance(3600)
    payment = await shop.paid(amount=5_000)
    await shop.post(f"/v1/payments/{payment['id']}/refunds", {"amount": 1_000})
    await withdrawn(shop, 3_000)
    closed = shop.clock.advance(3600)
    await shop.paid(amount=7_000)

    span = {"from": opened.isoformat(), "to": closed.isoformat()}
    stated = (await shop.get("/v1/wallets/XOF/statement", **span)).json()
    lines = list(csv.DictReader(io.StringIO((await shop.get("/v1/wallets/XOF/statement", format="csv", **span)).text)))

    assert stated["opening"] == {"balance": 10_000, "available": 10_000, "pending": 0, "reserved": 0, "debt": 0}
    assert stated["closing"] == {"balance": 11_000, "available": 11_000, "pending": 0, "reserved": 0, "debt": 0}
    assert 10_000 + sum(entry["amount"] for entry in stated["entries"]) == 11_000
    assert stated["entries"][-1]["balance"] == 11_000
    assert [line["id"] for line in lines] == ["opening", *(entry["id"] for entry in stated["entries"]), "closing"]
    assert (lines[0]["balance"], lines[-1]["balance"]) == ("10000", "11000")


async def test_a_statement_of_a_currency_that_never_was_is_empty(shop: Shop) -> None:
    stated = (await shop.get("/v1/wallets/USD/statement")).json()

    assert (stated["entries"], stated["opening"]["balance"], stated["closing"]["balance"]) == ([], 0, 0)
    assert (await shop.get("/v1/wallets/XXX/statement")).status_code == 404


async def test_tells_of_a_withdrawal_by_events_without_a_gap(shop: Shop) -> None:
    await shop.paid(amount=100_000)
    made = await withdrawn(shop, 50_000)
    shop.clock.advance(30)
    await shop.container.worker().run_due()

    events = (await shop.get("/v1/events", object_id=str(made["id"]))).json()["data"]

    told = [(event["sequence"], event["type"]) for event in reversed(events)]
    assert told == [(1, "withdrawal.created"), (2, "withdrawal.processing"), (3, "withdrawal.succeeded")]
