import pytest

from tests.e2e.shop import ORDER, Shop
from zerofee.domain.scope import Environment, Permission

HELD = {"capture": "manual"}


async def test_takes_a_payment_from_request_to_succeeded(shop: Shop) -> None:
    answer = await shop.post("/v1/payments", ORDER | {"reference": "order-7", "metadata": {"cart": "1"}})

    payment = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/payments/{payment['id']}"
    assert payment["object"] == "payment"
    assert payment["status"] == "succeeded"
    assert (payment["amount"], payment["currency"], payment["amount_captured"]) == (10_000, "XOF", 10_000)
    assert (payment["payment_method"], payment["operator"], payment["country"]) == ("mobile_money", "orange", "CI")
    assert (payment["reference"], payment["metadata"]) == ("order-7", {"cart": "1"})
    assert payment["environment"] == "sandbox"
    assert payment["routing"]["candidates"][0]["provider"] == payment["provider"] == "test"
    assert payment["created_at"].endswith("Z")


async def test_shows_each_field_of_a_payment_also_when_there_is_nothing_to_say(shop: Shop) -> None:
    payment = await shop.paid()

    nothing = {"next_action", "failure", "reference", "description", "return_url", "cancel_url", "attention"}
    assert {name for name, value in payment.items() if value is None} == nothing


async def test_answers_201_with_a_payment_that_the_provider_declined(shop: Shop) -> None:
    payment = await shop.paid(amount=99_999)

    assert payment["status"] == "failed"
    assert payment["failure"]["code"] == "declined"


async def test_tries_the_next_provider_when_one_is_down_and_says_so_when_all_are(shop: Shop) -> None:
    payment = await shop.paid(amount=60_000)

    attempts = (await shop.get(f"/v1/payments/{payment['id']}/attempts")).json()["data"]
    assert payment["status"] == "failed"
    assert payment["failure"]["code"] == "provider_unavailable"
    assert [attempt["status"] for attempt in attempts] == ["not_sent", "not_sent"]


async def test_answers_201_with_a_payment_that_no_route_takes(shop: Shop) -> None:
    """The demo's connections are of the sandbox, so a live key finds none."""
    live = await shop.new_key(Permission.ALL, environment=Environment.LIVE)

    answer = await shop.http.post("/v1/payments", headers=shop.keyed(live), json=ORDER)

    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["failure"]["code"]) == ("failed", "no_route")
    assert answer.json()["environment"] == "live"


async def test_reads_back_what_it_answered_byte_for_byte(shop: Shop) -> None:
    made = await shop.post("/v1/payments", ORDER)

    read = await shop.get(f"/v1/payments/{made.json()['id']}")

    assert read.status_code == 200
    assert read.content == made.content


@pytest.mark.parametrize(("body", "captured"), [(None, 10_000), ({}, 10_000), ({"amount": 4_000}, 4_000)])
async def test_captures_what_is_held_whole_or_in_part(shop: Shop, body: object, captured: int) -> None:
    held = await shop.paid(**HELD)

    answer = await shop.post(f"/v1/payments/{held['id']}/capture", body)

    assert held["status"] == "authorized"
    assert answer.status_code == 200
    assert answer.json()["status"] == "succeeded"
    assert answer.json()["amount_captured"] == captured


async def test_refuses_to_capture_more_than_is_held(shop: Shop) -> None:
    held = await shop.paid(**HELD)

    answer = await shop.post(f"/v1/payments/{held['id']}/capture", {"amount": 10_001})

    assert answer.status_code == 422
    assert answer.json()["code"] == "amount_too_large"
    assert answer.json()["errors"][0]["field"] == "amount"


async def test_cancels_what_is_held(shop: Shop) -> None:
    held = await shop.paid(**HELD)

    answer = await shop.post(f"/v1/payments/{held['id']}/cancel")

    assert answer.status_code == 200
    assert answer.json()["status"] == "cancelled"


async def test_refuses_to_cancel_what_is_paid(shop: Shop) -> None:
    payment = await shop.paid()

    answer = await shop.post(f"/v1/payments/{payment['id']}/cancel")

    assert answer.status_code == 409
    assert answer.json()["code"] == "payment_status_conflict"


async def test_authenticates_with_the_right_code_after_a_wrong_one(shop: Shop) -> None:
    payment = await shop.paid(amount=88_888)
    path = f"/v1/payments/{payment['id']}/authenticate"

    wrong = await shop.post(path, {"code": "000000"})
    right = await shop.post(path, {"code": "123456"})

    assert payment["next_action"]["type"] == "otp"
    assert wrong.json()["status"] == "requires_action"
    assert right.json()["status"] == "succeeded"


async def test_refunds_in_part_and_then_the_rest(shop: Shop) -> None:
    payment = await shop.paid()
    path = f"/v1/payments/{payment['id']}/refunds"

    part = await shop.post(path, {"amount": 4_000, "reason": "one of two"})
    rest = await shop.post(path)

    assert part.status_code == rest.status_code == 201
    assert part.headers["location"] == f"/v1/refunds/{part.json()['id']}"
    assert (part.json()["amount"], part.json()["status"], part.json()["reason"]) == (4_000, "succeeded", "one of two")
    assert rest.json()["amount"] == 6_000
    assert (await shop.get(f"/v1/payments/{payment['id']}")).json()["amount_refunded"] == 10_000
    assert (await shop.get(f"/v1/refunds/{part.json()['id']}")).content == part.content


async def test_refuses_to_refund_more_than_was_taken(shop: Shop) -> None:
    payment = await shop.paid()

    answer = await shop.post(f"/v1/payments/{payment['id']}/refunds", {"amount": 10_001})

    assert (answer.status_code, answer.json()["code"]) == (422, "amount_too_large")


async def test_tells_what_was_asked_of_providers_the_latest_first(shop: Shop) -> None:
    held = await shop.paid(**HELD)
    await shop.post(f"/v1/payments/{held['id']}/capture")

    attempts = (await shop.get(f"/v1/payments/{held['id']}/attempts")).json()

    assert [(one["kind"], one["number"]) for one in attempts["data"]] == [("capture", 2), ("charge", 1)]
    assert attempts["has_more"] is False


async def test_tells_what_happened_the_latest_first_with_the_payment_as_it_stood(shop: Shop) -> None:
    payment = await shop.paid()

    events = (await shop.get(f"/v1/payments/{payment['id']}/events")).json()["data"]

    assert [one["type"] for one in events] == ["payment.succeeded", "payment.created"]
    assert events[0]["data"] == payment
    assert [one["sequence"] for one in events] == [2, 1]


async def test_lists_what_each_provider_can_do_to_anybody(shop: Shop) -> None:
    answer = await shop.http.get("/v1/providers")

    test = next(one for one in answer.json()["data"] if one["id"] == "test")
    assert answer.status_code == 200
    assert "mobile_money" in test["payment_methods"]
    assert "refund" in test["operations"]


async def test_looking_at_a_payment_that_is_overdue_has_it_asked_about(shop: Shop) -> None:
    """No worker runs here: the look itself is what finds out, behind its own answer."""
    payment = await shop.paid(amount=50_000)
    shop.clock.advance(5)

    first = (await shop.get(f"/v1/payments/{payment['id']}")).json()
    await shop.services.repair.drain(5)
    second = (await shop.get(f"/v1/payments/{payment['id']}")).json()

    assert [payment["status"], first["status"], second["status"]] == ["processing", "processing", "succeeded"]


async def test_lists_what_a_person_must_look_at(shop: Shop) -> None:
    """ASK-2: after a week without an answer; the list and the payment say so."""
    await shop.paid()
    lost = await shop.paid(amount=55_555, expires_in=604_800)
    for _ in range(60):
        shop.clock.advance(4 * 3600)
        await shop.container.worker().recover.due()

    listed = (await shop.get("/v1/payments", needs_attention="true")).json()["data"]
    others = (await shop.get("/v1/payments", needs_attention="false")).json()["data"]

    assert [(payment["id"], payment["attention"]) for payment in listed] == [(lost["id"], "no_answer")]
    assert len(others) == 1
