"""Holds calls and answers against what Stripe has published of its API."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from openapi_schema_validator import OAS30Validator, OAS31Validator

from zerofee.adapters.http.exchange import HttpCall, HttpReply

DATA: Final = Path(__file__).parents[2] / "contracts" / "data" / "stripe"
FORM: Final = "application/x-www-form-urlencoded"
Json = dict[str, Any]


@cache
def description(name: str = "stripe") -> Json:
    """Read one of the two descriptions."""
    read: Json = json.loads((DATA / f"{name}.openapi.json").read_text())
    return read


def faults_of_call(call: HttpCall) -> list[str]:
    """List what a call has that Stripe's description does not allow, nested and as flat form keys."""
    path, operation = _operation(call)
    faults = [f"{call.method} without {name}" for name in ("authorization", "stripe-version") if not call.headers[name]]
    given = parse_qsl(urlsplit(call.url).query, keep_blank_values=True, strict_parsing=bool(urlsplit(call.url).query))
    faults += _faults_of_query(operation, given)
    if call.method == "POST":
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True, strict_parsing=True)
        schema = operation["requestBody"]["content"][FORM]["schema"]
        faults += _faults(_typed(nested(pairs), schema), schema, "stripe")
        wire = description("stripe-wire")["paths"][path]["post"]["requestBody"]["content"][FORM]["schema"]
        faults += _faults(dict(pairs), wire, "stripe-wire")
        faults += [f"{name} twice" for name in {n for n, _ in pairs} if sum(n == name for n, _ in pairs) > 1]
        if call.headers.get("content-type") != FORM:
            faults.append("not a form")
    return faults


def faults_of_reply(call: HttpCall, reply: HttpReply) -> list[str]:
    """List what an answer to a call has that Stripe's description does not allow."""
    _, operation = _operation(call)
    responses = operation["responses"]
    response = _resolved(responses.get(str(reply.status), responses["default"]))
    schema = response["content"]["application/json"]["schema"]
    return _faults(json.loads(reply.body), schema, "stripe")


def faults_of_object(value: object, name: str) -> list[str]:
    """List what is wrong with one object by its schema's name, such as `event`."""
    return _faults(value, {"$ref": f"#/components/schemas/{name}"}, "stripe")


def nested(pairs: list[tuple[str, str]]) -> Json:
    """Read `a[b][0][c]=v` as Stripe does."""
    tree: Json = {}
    for name, value in pairs:
        *outer, last = re.findall(r"[^\[\]]+", name)
        at = tree
        for part in outer:
            at = at.setdefault(part, {})
        at[last] = value
    listed: Json = _lists(tree)
    return listed


def _operation(call: HttpCall) -> tuple[str, Json]:
    given = urlsplit(call.url).path
    for path, operations in description()["paths"].items():
        pattern = re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(path))
        if re.fullmatch(pattern, given) and call.method.lower() in operations:
            return path, operations[call.method.lower()]
    raise AssertionError(f"Stripe has no {call.method} {given}")


def _faults_of_query(operation: Json, pairs: list[tuple[str, str]]) -> Iterator[str]:
    known = {p["name"]: p["schema"] for p in map(_resolved, operation.get("parameters", [])) if p["in"] == "query"}
    for name, value in nested(pairs).items():
        if name not in known:
            yield f"no query parameter {name}"
        else:
            yield from _faults(_typed(value, known[name]), known[name], "stripe")


def _lists(value: Any) -> Any:  # noqa: ANN401  # JSON is anything
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(item) for name, item in value.items()}
    if inner and all(name.isdigit() for name in inner):
        assert list(inner) == [str(index) for index in range(len(inner))], "list items out of order"
        return list(inner.values())
    return inner


def _typed(value: Any, schema: Json) -> Any:  # noqa: ANN401  # as above
    """Give the texts of a form the types that the schema wants, where they have that form."""
    schema = _resolved(schema)
    for one in schema.get("anyOf", ()):
        typed = _typed(value, one)
        if typed is not value:
            return typed
    match value, schema.get("type"):
        case dict(), "object":
            known, rest = schema.get("properties", {}), schema.get("additionalProperties")
            other = rest if isinstance(rest, dict) else {}
            return {name: _typed(item, known.get(name, other)) for name, item in value.items()}
        case list(), "array":
            return [_typed(item, schema["items"]) for item in value]
        case str(), "integer" if re.fullmatch(r"-?\d+", value):
            return int(value)
        case "true" | "false", "boolean":
            return value == "true"
        case _:
            return value


def _resolved(part: Json) -> Json:
    while "$ref" in part:
        at: Any = description()
        for step in part["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        part = at
    return part


def _faults(value: object, schema: Json, name: str) -> list[str]:
    kind = OAS30Validator if name == "stripe" else OAS31Validator
    # References point into the whole description, so its components travel with each part of it.
    validator = kind({**schema, "components": description(name)["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]
