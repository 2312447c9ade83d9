"""The OpenAPI document, drawn from what the routes declare, so that it cannot say anything else."""

import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from zerofee.domain.errors import DomainError
from zerofee.domain.idempotency import InFlight, InvalidKey, KeyReused
from zerofee.domain.ports.store import NotFound, StorageUnavailable
from zerofee.domain.session import ReauthenticationRequired
from zerofee.entrypoints.http import refusals
from zerofee.entrypoints.http.needs import Declared, declared
from zerofee.entrypoints.http.problems import KINDS, PROBLEM_JSON, ProblemBody

Json = dict[str, Any]

_REF: Final = "#/components/schemas/{name}"
_INTRODUCTION: Final = """\
Amounts are integers in the minor unit of their currency. Times are RFC 3339 in UTC. Lists are newest first.

Send `Authorization: Bearer sk_…`. Send an `Idempotency-Key` with each POST: the same key with the same request gives
the same answer again, and nothing is done twice. Errors are problem details (RFC 9457); match on their `code`.
"""

# What can come of each request, by what its route declares.
_ALWAYS: Final = (refusals.BadRequest, refusals.BodyTooLarge, refusals.TargetTooLong, refusals.HeadersTooLarge)
_KEYED: Final = (
    refusals.NotAuthenticated,
    refusals.KeyNotAllowed,
    refusals.InsufficientScope,
    refusals.AppNotNamed,
    NotFound,
    StorageUnavailable,
)
_PERSONAL: Final = (refusals.NotAuthenticated, refusals.PersonNeeded, StorageUnavailable)
_FRESH: Final = (ReauthenticationRequired,)
_WITH_BODY: Final = (
    refusals.BadJson,
    refusals.InvalidRequest,
    refusals.UnsupportedMediaType,
    refusals.BodyTooSlow,
)
_ONCE: Final = (InvalidKey, KeyReused, InFlight)
_COUNTED: Final = (refusals.TooManyRequests,)
_WITH_QUERY: Final = (refusals.InvalidRequest,)

_TEXT: Final = {"schema": {"type": "string"}}
_HEADERS: Final[Mapping[str, Json]] = {
    "X-Request-Id": {"description": "The id of this request: yours, or made here.", **_TEXT},
    "Location": {"description": "Where the new object is read.", **_TEXT},
    "Idempotency-Replayed": {"description": "`true` when this answer was given before.", **_TEXT},
    "Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}},
    "RateLimit-Policy": {"description": "The budget: `q` requests in any `w` seconds.", **_TEXT},
    "RateLimit": {"description": "What is left: `r` requests now, and more in `t` seconds.", **_TEXT},
    "WWW-Authenticate": {"description": "`Bearer`", **_TEXT},
}
_IDEMPOTENCY_KEY: Final[Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 255 printable ASCII characters, your own for each request; kept for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def openapi_document(app: Litestar, version: str, public_url: str) -> Json:
    """Draw the whole document: OpenAPI 3.1, every declared route with every status that it can answer."""
    routes = list(_routes(app))
    shapes = _Shapes.of(shape for route in routes for shape in _types(route.terms))
    paths: dict[str, Json] = defaultdict(dict)
    for route in routes:
        paths[route.path][route.method.lower()] = _operation(route, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "zerofee", "version": version, "description": _INTRODUCTION},
        "servers": [{"url": public_url}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": shapes.components,
            "headers": _HEADERS,
            "securitySchemes": {
                "secretKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A secret key: `sk_live_…`, `sk_sand_…`",
                },
                "publishableKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A publishable key, which may stand in a page: `pk_live_…`, `pk_sand_…`",
                },
                "accessToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The access token of a login. For an app's data, send `X-App-Id` and "
                    "`X-Environment` (`sandbox` or `live`) beside it.",
                },
            },
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    method: str
    path: str
    parameters: tuple[str, ...]
    handler: HTTPRouteHandler
    terms: Declared


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Every wire shape as JSON Schema: by type, and the components that they refer to."""

    by_type: Mapping[Any, Json]
    components: Json

    @classmethod
    def of(cls, types: Iterable[Any]) -> "_Shapes":
        unique = list(dict.fromkeys([*types, ProblemBody]))
        drawn, components = msgspec.json.schema_components(unique, ref_template=_REF)
        return cls(dict(zip(unique, drawn, strict=True)), components)

    def of_struct(self, struct: type[msgspec.Struct]) -> Json:
        found: Json = self.components[self.by_type[struct]["$ref"].rpartition("/")[2]]
        return found


def _routes(app: Litestar) -> Iterator[_Route]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            terms = declared(handler)
            if terms is None or not handler.resolve_include_in_schema():
                continue
            names = tuple(route.path_parameters)
            for method in sorted(handler.http_methods):
                yield _Route(method=method, path=route.path_format, parameters=names, handler=handler, terms=terms)


def _types(terms: Declared) -> Iterator[Any]:
    yield from (shape for shape in (terms.takes, terms.asks) if shape is not None)
    yield from (shape for shape in terms.gives.values() if shape is not None and not isinstance(shape, str))


def _operation(route: _Route, shapes: _Shapes) -> Json:
    terms = route.terms
    summary, _, more = (inspect.getdoc(route.handler.fn) or "").partition("\n\n")
    tag = route.path.split("/")[2] if route.path.startswith("/v1/") else "system"
    operation: Json = {
        "operationId": f"{tag}_{route.handler.handler_name}",
        "tags": [tag],
        "summary": summary.rstrip("."),
        "description": _description(more, terms),
        "parameters": list(_parameters(route, shapes)),
        "responses": _responses(terms, shapes),
        "security": _security(terms),
    }
    if terms.takes is not None:
        required = any(field.required for field in msgspec.structs.fields(terms.takes))
        content = {"application/json": {"schema": shapes.by_type[terms.takes]}}
        operation["requestBody"] = {"required": required, "content": content}
    return operation


def _security(terms: Declared) -> list[Json]:
    if terms.personal:
        return [{"accessToken": []}]
    if terms.permission is None:
        return []
    return [{"secretKey": []}, {"accessToken": []}, *([{"publishableKey": []}] if terms.publishable else [])]


def _description(more: str, terms: Declared) -> str:
    needed = f"Needs the scope `{terms.permission}`." if terms.permission else ""
    fresh = "Needs a login of the last five minutes, unless it is an API key that asks." if terms.fresh_login else ""
    return "\n\n".join(part for part in (more, needed, fresh) if part)


def _parameters(route: _Route, shapes: _Shapes) -> Iterator[Json]:
    for name in route.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if route.terms.asks is not None:
        schema = shapes.of_struct(route.terms.asks)
        for name, drawn in schema["properties"].items():
            yield {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": drawn}
    if _is_once(route.terms):
        yield _IDEMPOTENCY_KEY


def _is_once(terms: Declared) -> bool:
    """Say whether a request may come under an Idempotency-Key: it changes something of an app's."""
    return terms.takes is not None and terms.permission is not None


def _responses(terms: Declared, shapes: _Shapes) -> Json:
    responses = {str(status): _good(status, shape, terms, shapes) for status, shape in terms.gives.items()}
    by_status: dict[int, list[type[DomainError]]] = defaultdict(list)
    for refusal in dict.fromkeys(_refusals(terms)):
        by_status[KINDS[refusal].status].append(refusal)
    for status, refused in by_status.items():
        responses[str(status)] = _refused(refused, shapes)
    responses["500"] = _problem("`internal_error`: a fault of ours; it is logged.", ["X-Request-Id"], shapes)
    return dict(sorted(responses.items()))


def _refusals(terms: Declared) -> Iterator[type[DomainError]]:
    yield from _ALWAYS
    if terms.personal:
        yield from _PERSONAL
    if terms.fresh_login:
        yield from _FRESH
    if terms.permission is not None:
        yield from _KEYED
    if terms.counted:
        yield from _COUNTED
    if terms.takes is not None:
        yield from _WITH_BODY
    if _is_once(terms):
        yield from _ONCE
    if terms.asks is not None:
        yield from _WITH_QUERY
    yield from terms.refuses


def _good(status: int, shape: Any, terms: Declared, shapes: _Shapes) -> Json:  # noqa: ANN401  any wire shape
    names = ["X-Request-Id", *(["RateLimit-Policy", "RateLimit"] if terms.counted else [])]
    if _is_once(terms):
        names += ["Idempotency-Replayed", *(["Location"] if status == 201 else [])]  # noqa: PLR2004  Created
    if shape is None:
        return {"description": "Done; there is nothing to say.", "headers": _refs(names)}
    content = {shape: _TEXT} if isinstance(shape, str) else {"application/json": {"schema": shapes.by_type[shape]}}
    if terms.also is not None:
        content[terms.also] = _TEXT
    return {"description": "Done." if status < 300 else "Not ready.", "headers": _refs(names), "content": content}  # noqa: PLR2004  2xx


def _refused(refused: list[type[DomainError]], shapes: _Shapes) -> Json:
    said = (f"`{refusal.code}`: {(inspect.getdoc(refusal) or '').partition(chr(10))[0]}" for refusal in refused)
    names = ["X-Request-Id"]
    if any(KINDS[refusal].retry_after_s for refusal in refused):
        names.append("Retry-After")
    if refusals.NotAuthenticated in refused:
        names.append("WWW-Authenticate")
    return _problem("\n\n".join(said), names, shapes)


def _problem(description: str, headers: list[str], shapes: _Shapes) -> Json:
    content = {PROBLEM_JSON: {"schema": shapes.by_type[ProblemBody]}}
    return {"description": description, "headers": _refs(headers), "content": content}


def _refs(names: list[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
