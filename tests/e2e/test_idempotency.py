import asyncio
from collections import Counter
from dataclasses import replace

import httpx
import pytest

from tests.e2e.shop import ORDER, Shop
from zerofee.domain.ids import AttemptId
from zerofee.domain.outcome import Accepted, Outcome, Paid
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.domain.scope import Permission

PAYMENTS = "/v1/payments"


async def test_gives_the_first_answer_again_byte_for_byte(shop: Shop) -> None:
    first = await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")

    again = await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")

    assert again.status_code == first.status_code == 201
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert shop.directory.charges == 1


async def test_replays_the_answer_of_then_and_not_the_payment_of_now(shop: Shop) -> None:
    first = await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")
    await shop.post(f"{PAYMENTS}/{first.json()['id']}/refunds")

    again = await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")

    assert again.content == first.content


async def test_a_hundred_at_once_make_one_payment_and_one_call(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7") for _ in range(100)))

    counted = Counter(answer.status_code for answer in answers)
    assert set(counted) <= {201, 409}
    assert counted[201] >= 1
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_flight"}
    assert shop.directory.charges == 1
    assert len((await shop.get(PAYMENTS)).json()["data"]) == 1


async def test_says_that_the_first_is_still_running(shop: Shop) -> None:
    shop.directory.gate.clear()
    first = asyncio.create_task(shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7"))
    await shop.directory.called.wait()

    same = await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")
    other = await shop.post(PAYMENTS, ORDER | {"amount": 1}, Idempotency_Key="order-7")
    shop.directory.gate.set()

    assert (same.status_code, same.json()["code"]) == (409, "idempotency_in_flight")
    assert same.headers["retry-after"] == "1"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await first).json()["status"] == "succeeded"


@pytest.mark.parametrize("change", [{"amount": 10_001}, {"reference": "x"}, {"customer": {"phone": "+2250700000001"}}])
async def test_refuses_a_key_for_another_request(shop: Shop, change: dict[str, object]) -> None:
    await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")

    answer = await shop.post(PAYMENTS, ORDER | change, Idempotency_Key="order-7")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert shop.directory.charges == 1


@pytest.mark.parametrize(
    "content",
    [
        b'{"currency": "XOF", "amount": 10000 ,"payment_method": "card"}',
        b'{"amount":10000,"currency":"XOF","payment_method":"card","capture":"automatic","reference":null}',
    ],
)
async def test_space_and_order_and_defaults_make_no_other_request(shop: Shop, content: bytes) -> None:
    await shop.send(b'{"amount":10000,"currency":"XOF","payment_method":"card"}', Idempotency_Key="order-7")

    answer = await shop.send(content, Idempotency_Key="order-7")

    assert answer.headers["idempotency-replayed"] == "true"


async def test_a_query_makes_another_request(shop: Shop) -> None:
    await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")

    assert (await shop.post(f"{PAYMENTS}?x=1", ORDER, Idempotency_Key="order-7")).status_code == 422


@pytest.mark.parametrize("path", ["/v1/payments/", "//v1/payments", "/v1/%70ayments"])
async def test_another_spelling_of_the_path_is_the_same_operation(shop: Shop, path: str) -> None:
    await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")

    answer = await shop.http.post(
        httpx.URL(f"http://zerofee.test{path}"), headers=shop.keyed(**{"Idempotency-Key": "order-7"}), json=ORDER
    )

    assert answer.headers["idempotency-replayed"] == "true"


async def test_a_quoted_key_is_the_same_key(shop: Shop) -> None:
    await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")

    answer = await shop.post(PAYMENTS, ORDER, Idempotency_Key='"order-7"')

    assert answer.headers["idempotency-replayed"] == "true"


async def test_keys_of_two_routes_and_of_two_payments_never_meet(shop: Shop) -> None:
    first = await shop.post(PAYMENTS, ORDER, Idempotency_Key="k")
    second = await shop.paid()

    one = await shop.post(f"{PAYMENTS}/{first.json()['id']}/refunds", Idempotency_Key="k")
    two = await shop.post(f"{PAYMENTS}/{second['id']}/refunds", Idempotency_Key="k")

    assert one.status_code == two.status_code == 201
    assert one.json()["id"] != two.json()["id"]


async def test_keys_of_two_apps_never_meet(shop: Shop) -> None:
    mine = await shop.post(PAYMENTS, ORDER, Idempotency_Key="k")
    other = await shop.new_key(Permission.ALL, app_id=await shop.another_app())

    theirs = await shop.http.post(PAYMENTS, headers=shop.keyed(other, **{"Idempotency-Key": "k"}), json=ORDER)

    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]


async def test_a_rotated_key_goes_on_where_the_old_one_stopped(shop: Shop) -> None:
    first = await shop.post(PAYMENTS, ORDER, Idempotency_Key="k")
    new = await shop.new_key(Permission.ALL)

    again = await shop.http.post(PAYMENTS, headers=shop.keyed(new, **{"Idempotency-Key": "k"}), json=ORDER)

    assert again.content == first.content


async def test_each_operation_is_done_once(shop: Shop) -> None:
    held = await shop.paid(capture="manual")
    path = f"{PAYMENTS}/{held['id']}/capture"

    first = await shop.post(path, {"amount": 4_000}, Idempotency_Key="take")
    again = await shop.post(path, {"amount": 4_000}, Idempotency_Key="take")

    assert first.json()["amount_captured"] == 4_000
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_refund_under_one_key_goes_back_once(shop: Shop) -> None:
    payment = await shop.paid()
    path = f"{PAYMENTS}/{payment['id']}/refunds"

    first = await shop.post(path, {"amount": 4_000}, Idempotency_Key="back")
    again = await shop.post(path, {"amount": 4_000}, Idempotency_Key="back")

    assert again.content == first.content
    assert (await shop.get(f"{PAYMENTS}/{payment['id']}")).json()["amount_refunded"] == 4_000


async def test_keeps_a_refusal_that_tells_of_the_state_of_things(shop: Shop) -> None:
    payment = await shop.paid()
    path = f"{PAYMENTS}/{payment['id']}/refunds"
    missing = f"{PAYMENTS}/pay_{'0' * 26}/cancel"

    too_much = [await shop.post(path, {"amount": 10_001}, Idempotency_Key="k") for _ in range(2)]
    not_found = [await shop.post(missing, Idempotency_Key="k") for _ in range(2)]
    conflict = [await shop.post(f"{PAYMENTS}/{payment['id']}/cancel", Idempotency_Key="k") for _ in range(2)]

    for status, (first, again) in ((422, too_much), (404, not_found), (409, conflict)):
        assert first.status_code == again.status_code == status
        assert again.content == first.content
        assert again.headers["content-type"] == "application/problem+json"
        assert again.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers


async def test_does_not_keep_what_a_corrected_request_mends(shop: Shop) -> None:
    wrong: list[dict[str, object]] = [{"amount": 0}, {"currency": "XXX"}, {"nope": 1}, {"provider": "nobody"}]

    refused = [await shop.post(PAYMENTS, ORDER | change, Idempotency_Key="k") for change in wrong]
    right = await shop.post(PAYMENTS, ORDER, Idempotency_Key="k")

    assert {answer.status_code for answer in refused} == {422}
    assert right.status_code == 201


async def test_does_not_keep_that_the_storage_was_away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(type(shop.container.commit()), "__call__", away)
        refused = await shop.post(PAYMENTS, ORDER, Idempotency_Key="k")
    right = await shop.post(PAYMENTS, ORDER, Idempotency_Key="k")

    assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
    assert refused.headers["retry-after"] == "1"
    assert right.status_code == 201


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "caf\u00e9", "a\tb"])
async def test_refuses_a_key_out_of_form(shop: Shop, key: str) -> None:
    headers = [(b"authorization", f"Bearer {shop.secret_key}".encode()), (b"idempotency-key", key.encode())]

    answer = await shop.http.post(PAYMENTS, headers=headers, json=ORDER)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert shop.directory.charges == 0


async def test_refuses_a_key_that_comes_twice(shop: Shop) -> None:
    headers = [("Authorization", f"Bearer {shop.secret_key}"), ("Idempotency-Key", "a"), ("Idempotency-Key", "a")]

    answer = await shop.http.post(PAYMENTS, headers=headers, json=ORDER)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")


async def test_takes_the_longest_key(shop: Shop) -> None:
    assert (await shop.post(PAYMENTS, ORDER, Idempotency_Key="~" * 255)).status_code == 201


async def test_gives_the_kept_answer_when_another_witness_was_first(shop: Shop) -> None:
    """A webhook said `processing`, then `paid`, while the call was still out; the first of these is what is kept."""
    shop.directory.gate.clear()
    first = asyncio.create_task(shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7"))
    await shop.directory.called.wait()
    attempt_id = await only_attempt(shop)
    for outcome in (Accepted("theirs"), None):
        await witness(shop, attempt_id, outcome)

    shop.directory.gate.set()
    answer = await first
    again = await shop.post(PAYMENTS, ORDER, Idempotency_Key="order-7")

    assert answer.json()["status"] == "processing"
    assert again.content == answer.content
    assert (await shop.get(f"{PAYMENTS}/{answer.json()['id']}")).json()["status"] == "succeeded"


async def only_attempt(shop: Shop) -> AttemptId:
    """Give the id of the attempt that is under way."""
    payment = (await shop.get(PAYMENTS)).json()["data"][0]
    attempts = (await shop.get(f"{PAYMENTS}/{payment['id']}/attempts")).json()["data"]
    return AttemptId(attempts[0]["id"])


async def witness(shop: Shop, attempt_id: AttemptId, outcome: Outcome | None) -> None:
    """Record what a webhook told: an outcome, or that all of it was paid."""
    record_outcome = shop.container.record_outcome()
    known = await record_outcome.read(shop.scope, attempt_id)
    await record_outcome(replace(known), outcome or Paid(known.attempt.money, "theirs"), asked=True, until=None)


async def test_does_not_keep_what_asks_the_caller_to_try_again(shop: Shop) -> None:
    """An outcome that is not known yet, or an operation under way, passes by itself: the same key asks again."""
    payment = (await shop.post(PAYMENTS, ORDER | {"amount": 50_000})).json()
    cancel = f"{PAYMENTS}/{payment['id']}/cancel"

    early = await shop.post(cancel, Idempotency_Key="k")
    shop.clock.advance(10)
    await shop.container.worker().run_due()
    late = await shop.post(cancel, Idempotency_Key="k")

    assert (early.status_code, early.json()["code"]) == (409, "outcome_unknown")
    assert early.headers["retry-after"] == "1"
    assert (late.status_code, late.json()["code"]) == (409, "payment_status_conflict")
    assert "idempotency-replayed" not in late.headers
