"""Requests made up from the document: nothing breaks the server, and it answers nothing that is not drawn."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from tests.e2e.merchant import Merchant, a_merchant
from tests.e2e.shop import Shop

EXAMPLES = 15
AnyCase = Case[Any]


def made_up(document: dict[str, Any], mode: GenerationMode, examples: int = EXAMPLES) -> list[AnyCase]:
    """Make up requests for each operation, of the drawn shape or of another; the same ones in each run."""
    cases: list[AnyCase] = []
    for operation in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(operation, Ok)

        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.ok().as_strategy(generation_mode=mode))
        def collect(case: AnyCase) -> None:
            cases.append(case)

        try:
            collect()
        except Unsatisfiable:
            # What takes nothing can be asked in no wrong way.
            assert mode is GenerationMode.NEGATIVE
    return cases


def ascii_headers(headers: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """Write made-up headers as bytes, but for the key, which is the shop's."""
    for name, value in headers.items():
        if name.lower() not in {"authorization", "content-length"}:
            yield name.encode("latin-1", "replace"), str(value).encode("latin-1", "replace")


async def things_of(shop: Shop, merchant: Merchant) -> dict[str, str]:
    """Give, by the names of path parameters, what a made-up request may be about."""
    connection = await merchant.connected()
    return {
        "payment_id": (await shop.paid(amount=88_888))["id"],
        "app_id": merchant.app_id,
        "provider_id": connection,
        "key_id": (await merchant.made("/keys", {"environment": "sandbox", "name": "k"}))["id"],
        "route_id": (await merchant.made("/routes", {"environment": "sandbox", "provider_id": connection}))["id"],
    }


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_answers_made_up_requests_as_the_document_says(shop: Shop, mode: GenerationMode) -> None:
    document = (await shop.http.get("/openapi.json")).json()
    merchant = await a_merchant(shop)
    known = await things_of(shop, merchant)
    statuses: set[int] = set()

    for place, case in enumerate(made_up(document, mode)):
        if place % 2:
            case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
        asked = case.as_transport_kwargs(base_url=str(shop.http.base_url))
        credential = merchant.token if case.path.startswith("/v1/apps") else shop.secret_key
        key = (b"authorization", f"Bearer {credential}".encode())
        answer = await shop.http.request(
            asked["method"],
            asked["url"],
            headers=[key, *ascii_headers(dict(asked.get("headers") or {}))],
            params=asked.get("params"),
            **({"json": asked["json"]} if "json" in asked else {"content": asked.get("data")}),
        )
        drawn = document["paths"][case.path][case.method.lower()]["responses"]
        assert str(answer.status_code) in drawn, (case.method, asked["url"], answer.text)
        assert answer.status_code < 500, (case.method, asked["url"], answer.text)
        statuses.add(answer.status_code)

    assert {200, 404} <= statuses if mode is GenerationMode.POSITIVE else {400, 422} & statuses
