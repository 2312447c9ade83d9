"""The OpenAPI document is true: of its own form, of what is answered, and of every route there is."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from litestar.routes import HTTPRoute
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.e2e.shop import ORDER, Shop
from zerofee.entrypoints.http.needs import declared
from zerofee.entrypoints.http.problems import KINDS

HIDDEN = {
    "/openapi.json",
    "/docs",
    "/docs/style.css",
    "/docs/errors/{code}",
    "/return/{payment_id}",
    "/test-provider/pay",
    "/checkout.js",
    "/checkout/assets/{name}",
    "/checkout/icons/{name}",
    "/checkout/{session_id}",
    "/checkout/{session_id}/code",
    "/checkout/{session_id}/guess",
    "/checkout/{session_id}/live",
    "/checkout/{session_id}/pay",
    "/checkout/{session_id}/status",
}


@pytest.fixture
async def document(shop: Shop) -> dict[str, Any]:
    """Give the document."""
    answer = await shop.http.get("/openapi.json")
    drawn: dict[str, Any] = answer.json()
    return drawn


async def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()


async def test_every_route_declares_who_may_call_it(shop: Shop) -> None:
    """A route that declares nothing lets nobody in, so this finds it before its users do."""
    handlers = [
        handler for route in shop.app.routes if isinstance(route, HTTPRoute) for handler in route.route_handlers
    ]
    undeclared = [str(handler) for handler in handlers if declared(handler) is None]

    assert handlers
    assert [name for name in undeclared if "options_handler" not in name] == []


async def test_every_route_is_in_the_document(shop: Shop, document: dict[str, Any]) -> None:
    routes = {
        (route.path_format or "/", method.lower())
        for route in shop.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    }
    drawn = {(path, method) for path, operations in document["paths"].items() for method in operations}

    assert {route for route in routes if route[0] not in HIDDEN} == drawn


async def test_every_operation_has_its_own_name_and_says_what_it_does(document: dict[str, Any]) -> None:
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] for operation in operations)


async def test_what_is_answered_is_what_is_drawn(shop: Shop, document: dict[str, Any]) -> None:
    held = await shop.paid(capture="manual", metadata={"a": "b"}, return_url="https://shop.example/back")
    path = f"/v1/payments/{held['id']}"
    await shop.paid(amount=44_444)
    await shop.paid(amount=77_777)
    captured = await shop.post(f"{path}/capture")
    refund = await shop.post(f"{path}/refunds", {"amount": 1})

    templates = {held["id"]: "{payment_id}", refund.json()["id"]: "{refund_id}"}
    for method, target, body in (
        ("get", "/v1/payments", None),
        ("get", path, None),
        ("get", f"{path}/attempts", None),
        ("get", f"{path}/events", None),
        ("get", f"{path}/refunds", None),
        ("get", f"/v1/refunds/{refund.json()['id']}", None),
        ("get", "/v1/providers", None),
        ("get", "/", None),
        ("get", "/health", None),
        ("get", "/health/ready", None),
        ("get", "/v1/payments?limit=0", None),
        ("get", "/v1/payments/x", None),
        ("post", "/v1/payments", ORDER),
        ("post", "/v1/payments", {}),
        ("post", f"{path}/cancel", {}),
        ("post", f"{path}/capture", {}),
        ("post", f"{path}/authenticate", {"code": "1"}),
        ("post", f"{path}/refunds", {"amount": 1}),
    ):
        answer = await shop.http.request(method, target, headers=shop.keyed(), json=body)
        drawn_path = target.partition("?")[0].replace("/v1/payments/x", "/v1/payments/{payment_id}")
        for thing_id, name in templates.items():
            drawn_path = drawn_path.replace(thing_id, name)
        media = answer.headers["content-type"]
        schema = document["paths"][drawn_path][method]["responses"][str(answer.status_code)]["content"][media]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())
    assert captured.json()["status"] == "succeeded"


async def test_every_operation_names_each_of_its_errors(document: dict[str, Any]) -> None:
    """What every keyed operation can be refused with is drawn, and each body's and each key's too."""
    for path, methods in document["paths"].items():
        for operation in methods.values():
            statuses = set(operation["responses"])
            assert {"400", "413", "414", "431", "500"} <= statuses
            if operation["security"]:
                assert {"401", "403", "503"} <= statuses, path
            if "requestBody" in operation:
                assert {"408", "415", "422"} <= statuses, path
            if {"secretKey": []} in operation["security"] and "requestBody" in operation:
                assert "409" in statuses, path
                assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}


async def test_the_body_of_a_payment_is_drawn_with_its_bounds(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["NewPaymentBody"]

    assert schema["required"] == ["amount", "currency"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["amount"]["minimum"] == 1
    assert schema["properties"]["amount"]["maximum"] == 999_999_999_999


@pytest.mark.parametrize("path", ["/docs", "/docs/errors/not_found"])
async def test_the_pages_need_no_script_and_no_network(shop: Shop, path: str) -> None:
    answer = await shop.http.get(path)

    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "//" not in answer.text.replace("http://zerofee.test", "").replace("https;", "")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (await shop.http.get("/docs/style.css")).headers["content-type"].startswith("text/css")


async def test_the_page_tells_every_operation_and_every_error(shop: Shop, document: dict[str, Any]) -> None:
    page = (await shop.http.get("/docs")).text

    assert all(path in page for path in document["paths"])
    assert all(f"/docs/errors/{refusal.code}" in page for refusal in KINDS)


async def test_there_is_no_page_for_an_error_that_does_not_exist(shop: Shop) -> None:
    answer = await shop.http.get("/docs/errors/nope")

    assert (answer.status_code, answer.json()["code"]) == (404, "route_not_found")
