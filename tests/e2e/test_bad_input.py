"""Nothing that a client sends makes a payment by mistake, or an answer of ours that is not its fault."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.e2e.shop import ORDER, Shop

RAW = json.dumps(ORDER)


def with_amount(literal: str) -> bytes:
    """Write the order with a literal of JSON for its amount."""
    return RAW.replace("10000", literal).encode()


async def nothing_was_made(shop: Shop) -> bool:
    """Say whether there is still no payment."""
    payments: list[Any] = (await shop.get("/v1/payments")).json()["data"]
    return payments == [] and shop.directory.charges == 0


@pytest.mark.parametrize(
    "literal",
    ["0", "-1", "1.0", "1e2", "1.5", '"1"', '"ten"', "true", "null", "1000000000000", "9" * 400, "[1]", "{}", "-0"],
)
async def test_refuses_an_amount_that_is_none(shop: Shop, literal: str) -> None:
    answer = await shop.send(with_amount(literal))

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["amount"]
    assert await nothing_was_made(shop)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"currency": "xof"}, "currency"),
        ({"currency": None}, "currency"),
        ({"country": "UK"}, "country"),
        ({"country": "FR"}, "country"),
        ({"payment_method": "barter"}, "payment_method"),
        ({"payment_method": 1}, "payment_method"),
        ({"operator": "o"}, "operator"),
        ({"customer": {"phone": "0700000000"}}, "customer.phone"),
        ({"customer": {"phone": "+٢٢٥٠٧٠٠٠٠٠٠٠٠"}}, "customer.phone"),
        ({"customer": {"phone": 1}}, "customer.phone"),
        ({"customer": {"pone": "+2250700000000"}}, "customer.pone"),
        ({"customer": None}, "customer.phone"),
        ({"customer": {"phone": "+2250700000000", "email": "nobody"}}, "customer.email"),
        ({"metadata": {"a": 1}}, "metadata"),
        ({"metadata": {"a" * 41: "1"}}, "metadata." + "a" * 40),
        ({"metadata": {str(n): "1" for n in range(51)}}, "metadata"),
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 101}, "reference"),
        ({"reference": "a\u0000b"}, "reference"),
        ({"customer": {"phone": "+2250700000000", "name": "a\u0000b"}}, "customer.name"),
        ({"description": "half of a pair: \ud800"}, "description"),
        ({"return_url": "http://shop.example"}, "return_url"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"capture": "sometimes"}, "capture"),
        ({"provider": "nobody"}, "provider"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": 1.0}, "expires_in"),
        ({"status": "succeeded"}, "status"),
        ({"amount_refunded": 1}, "amount_refunded"),
        ({"app_id": "app_1"}, "app_id"),
        ({"environment": "live"}, "environment"),
    ],
)
async def test_refuses_a_wrong_field_by_its_name(shop: Shop, change: dict[str, Any], field: str) -> None:
    answer = await shop.send(json.dumps(ORDER | change).encode())

    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert await nothing_was_made(shop)


@pytest.mark.parametrize("missing", ["amount", "currency"])
async def test_refuses_a_missing_field_by_its_name(shop: Shop, missing: str) -> None:
    answer = await shop.post("/v1/payments", {name: value for name, value in ORDER.items() if name != missing})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == missing
    assert await nothing_was_made(shop)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (RAW.replace("{", '{"amount": 1, ', 1), "amount"),
        (RAW.replace("{", '{"\\u0061mount": 1, ', 1), "amount"),
        (RAW.replace('{"phone"', '{"phone": "+1", "phone"'), "customer.phone"),
    ],
)
async def test_refuses_a_member_that_comes_twice(shop: Shop, content: str, field: str) -> None:
    answer = await shop.send(content.encode())

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert await nothing_was_made(shop)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"{",
        b"[]",
        b"null",
        b"7",
        RAW.encode() + b"x",
        RAW.encode("utf-16"),
        b"\xef\xbb\xbf" + RAW.encode(),
        RAW.replace("XOF", "X\udcffF").encode("utf-8", "surrogateescape"),
        b'{"amount":' + b"[" * 33 + b"]" * 33 + b"}",
        b"[" * 100_000,
        b'{"a":' * 40_000,
        RAW.replace("10000", "NaN").encode(),
        RAW.replace("10000", "010000").encode(),
        RAW.replace('"', "'").encode(),
    ],
)
async def test_refuses_what_is_no_json(shop: Shop, content: bytes) -> None:
    answer = await shop.send(content)

    assert answer.status_code == 400
    assert answer.json()["code"] == "json_invalid"
    assert await nothing_was_made(shop)


@pytest.mark.parametrize("given", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "json"])
async def test_refuses_another_media_type(shop: Shop, given: str) -> None:
    answer = await shop.send(RAW.encode(), Content_Type=given)

    assert answer.status_code == 415
    assert await nothing_was_made(shop)


@pytest.mark.parametrize(
    "given", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"]
)
async def test_takes_each_spelling_of_the_media_type(shop: Shop, given: str) -> None:
    assert (await shop.send(RAW.encode(), Content_Type=given)).status_code == 201


async def test_refuses_a_compressed_body(shop: Shop) -> None:
    assert (await shop.send(RAW.encode(), Content_Encoding="gzip")).status_code == 415
    assert await nothing_was_made(shop)


async def test_refuses_a_huge_body_by_its_announced_length(shop: Shop) -> None:
    answer = await shop.send(b" " * (256 * 1024 + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_refuses_a_huge_body_while_it_comes(shop: Shop) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    answer = await shop.http.post(
        "/v1/payments", headers=shop.keyed(**{"Content-Type": "application/json"}), content=endless()
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_takes_a_body_of_exactly_the_bound(shop: Shop) -> None:
    answer = await shop.send(RAW.encode().ljust(256 * 1024))

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "payment_id", ["pay_1", "x", "ref_01KDVQ6R000000000000000004", "pay_%00", "%FF", "pay_" + "0" * 26]
)
@pytest.mark.parametrize("operation", ["", "/attempts", "/events", "/refunds"])
async def test_does_not_find_what_is_not_there(shop: Shop, payment_id: str, operation: str) -> None:
    answer = await shop.get(f"/v1/payments/{payment_id}{operation}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("operation", ["capture", "cancel", "refunds"])
async def test_does_nothing_to_what_is_not_there(shop: Shop, operation: str) -> None:
    answer = await shop.post(f"/v1/payments/pay_{'0' * 26}/{operation}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("body", [{"amount": 0}, {"amount": "1"}, {"amount": 1.0}, {"amount": True}, {"amont": 1}])
@pytest.mark.parametrize("operation", ["capture", "refunds"])
async def test_refuses_a_part_that_is_none(shop: Shop, operation: str, body: dict[str, Any]) -> None:
    payment = await shop.paid(capture="manual" if operation == "capture" else "automatic")

    answer = await shop.post(f"/v1/payments/{payment['id']}/{operation}", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in body
