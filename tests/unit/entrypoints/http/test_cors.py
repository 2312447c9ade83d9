from typing import Any

import pytest
from litestar import Litestar, get, post

from zerofee.domain.scope import Permission
from zerofee.entrypoints.http.cors import Cors, openings
from zerofee.entrypoints.http.needs import needs, public

SHOP = b"https://shop.example.com"
CHECKOUT = "/v1/checkout/sessions/{session_id}/pay"
CORS = Cors(frozenset({SHOP}), frozenset({("POST", CHECKOUT)}))


def answered(cors: Cors, method: str, template: str, **fields: bytes) -> dict[bytes, bytes]:
    """Give the headers of an answer to a request with these fields."""
    scope: Any = {"method": method, "path_template": template}
    return dict(cors.headers(scope, {name.replace("_", "-").encode(): value for name, value in fields.items()}))


def test_lets_a_listed_page_read_an_answer() -> None:
    headers = answered(CORS, "POST", CHECKOUT, origin=SHOP)

    assert headers[b"access-control-allow-origin"] == SHOP
    assert headers[b"vary"] == b"origin"
    assert b"access-control-allow-credentials" not in headers


def test_lets_a_listed_page_ask_first() -> None:
    headers = answered(CORS, "OPTIONS", CHECKOUT, origin=SHOP, access_control_request_method=b"POST")

    assert headers[b"access-control-allow-origin"] == SHOP
    assert headers[b"access-control-allow-methods"] == b"POST"
    assert b"authorization" in headers[b"access-control-allow-headers"]


@pytest.mark.parametrize(
    ("method", "template", "fields"),
    [
        ("POST", CHECKOUT, {"origin": b"https://evil.example.com"}),
        ("POST", CHECKOUT, {"origin": b"https://shop.example.com.evil.example"}),
        ("POST", CHECKOUT, {"origin": b"http://shop.example.com"}),
        ("POST", CHECKOUT, {"origin": b"null"}),
        ("POST", CHECKOUT, {}),
        ("GET", CHECKOUT, {"origin": SHOP}),
        ("POST", "/v1/payments", {"origin": SHOP}),
        ("OPTIONS", CHECKOUT, {"origin": SHOP}),
        ("OPTIONS", CHECKOUT, {"origin": SHOP, "access_control_request_method": b"DELETE"}),
        ("OPTIONS", "/v1/payments", {"origin": SHOP, "access_control_request_method": b"POST"}),
    ],
)
def test_lets_nobody_else_read_anything(method: str, template: str, fields: dict[str, bytes]) -> None:
    assert b"access-control-allow-origin" not in answered(CORS, method, template, **fields)


def test_is_shut_until_an_origin_is_listed() -> None:
    assert answered(Cors(frozenset(), CORS.openings), "POST", CHECKOUT, origin=SHOP) == {}


def test_may_be_open_to_every_page_while_one_develops() -> None:
    headers = answered(Cors(frozenset({b"*"}), CORS.openings), "POST", CHECKOUT, origin=b"http://localhost:3000")

    assert headers[b"access-control-allow-origin"] == b"http://localhost:3000"


def test_opens_what_a_publishable_key_may_call_and_nothing_else() -> None:
    @get("/open/{session_id:str}", opt=needs(Permission.CHECKOUT, gives={}, publishable=True))
    async def read() -> None: ...

    @post("/open/{session_id:str}", opt=needs(Permission.CHECKOUT, gives={}))
    async def change() -> None: ...

    @get("/known", opt=public(gives={}))
    async def known() -> None: ...

    @get("/undeclared")
    async def undeclared() -> None: ...

    app = Litestar([read, change, known, undeclared], logging_config=None)

    assert openings(app) == {("GET", "/open/{session_id}")}
