"""Holds calls and answers against what PayPal has published of its API."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from openapi_schema_validator import OAS30Validator

from zerofee.adapters.http.exchange import HttpCall, HttpReply

DATA: Final = Path(__file__).parents[2] / "contracts" / "data" / "paypal"
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
FILES: Final = ("orders", "payments", "webhooks")
Json = dict[str, Any]


@cache
def description(name: str) -> Json:
    """Read one of the three descriptions."""
    read: Json = json.loads((DATA / f"{name}.openapi.json").read_text())
    return read


def faults_of_call(call: HttpCall) -> list[str]:
    """List what a call has that PayPal's description does not allow."""
    name, operation = _operation(call)
    faults = list(_faults_of_headers(name, operation, call))
    if call.method == "GET":
        return faults + ["a body with GET"] * bool(call.body)
    if "requestBody" not in operation:
        return faults + ["a body where there is none"] * (call.body not in {b"", b"{}"})
    content = _resolved(name, operation["requestBody"])["content"]
    kind = call.headers["Content-Type"]
    if kind not in content:
        return [*faults, f"no {kind} here"]
    body = dict(parse_qsl(call.body.decode())) if kind == FORM else json.loads(call.body)
    return faults + _faults(body, content[kind]["schema"], name)


def faults_of_reply(call: HttpCall, reply: HttpReply) -> list[str]:
    """List what an answer to a call has that PayPal's description does not allow."""
    name, operation = _operation(call)
    responses = operation["responses"]
    # A repeat under the same request id is answered 200, which the files say for orders only.
    status = "201" if reply.status == 200 and "200" not in responses else str(reply.status)
    if status not in responses and "default" not in responses:
        return [f"no {reply.status} here"]
    response = _resolved(name, responses.get(status) or responses["default"])
    if "content" not in response:
        return ["a body that is not described"] * bool(reply.body)
    return _faults(json.loads(reply.body), response["content"][JSON]["schema"], name)


def issues() -> set[str]:
    """Collect every issue that PayPal documents for the calls we make and their neighbours, `PATCH` apart."""
    found: set[str] = set()
    for name in ("orders", "payments"):
        for operations in description(name)["paths"].values():
            for method in ("get", "post"):
                for response in operations.get(method, {}).get("responses", {}).values():
                    found |= set(_issues(name, response, frozenset()))
    return found


def _issues(name: str, part: object, seen: frozenset[str]) -> Iterator[str]:
    match part:
        case {"$ref": str(ref)}:
            if ref not in seen:
                yield from _issues(name, _at(name, ref), seen | {ref})
        case dict():
            properties = part.get("properties")
            issue = properties.get("issue") if isinstance(properties, dict) else None
            if isinstance(issue, dict):
                yield from issue.get("enum", [])
            for key, inner in part.items():
                if key not in {"example", "examples"}:
                    yield from _issues(name, inner, seen)
        case list():
            for inner in part:
                yield from _issues(name, inner, seen)
        case _:
            pass


def _operation(call: HttpCall) -> tuple[str, Json]:
    given = urlsplit(call.url).path
    for name in FILES:
        for path, operations in description(name)["paths"].items():
            pattern = re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(path))
            if re.fullmatch(pattern, given) and call.method.lower() in operations:
                return name, operations[call.method.lower()]
    raise AssertionError(f"PayPal has no {call.method} {given}")


def _faults_of_headers(name: str, operation: Json, call: HttpCall) -> Iterator[str]:
    known = [_resolved(name, part) for part in operation.get("parameters", [])]
    schemas = {part["name"].lower(): part["schema"] for part in known if part["in"] == "header"}
    always = {"authorization", "content-type", "accept"}
    for header, value in call.headers.items():
        if header.lower() in schemas:
            yield from _faults(value, schemas[header.lower()], name)
        elif header.lower() not in always:
            yield f"no header {header} here"
    wanted = "Basic " if call.url.endswith("/v1/oauth2/token") else "Bearer "
    if not call.headers.get("Authorization", "").startswith(wanted):
        yield f"no {wanted}authorization"


def _resolved(name: str, part: Json) -> Json:
    while "$ref" in part:
        part = _at(name, part["$ref"])
    return part


def _at(name: str, ref: str) -> Json:
    at: Any = description(name)
    for step in ref.removeprefix("#/").split("/"):
        at = at[step.replace("~1", "/").replace("~0", "~")]
    found: Json = at
    return found


def _faults(value: object, schema: Json, name: str) -> list[str]:
    # References point into the whole description, so its components travel with each part of it.
    validator = OAS30Validator({**schema, "components": description(name)["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]
