"""Which pages of other origins may call us from a browser: listed ones, and only what a publishable key may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope

from zerofee.entrypoints.http.needs import declared
from zerofee.entrypoints.http.reply import Header

_ORIGIN: Final = b"origin"
_ASKED_METHOD: Final = b"access-control-request-method"
_EVERYBODY: Final = b"*"
_HEARD: Final[Header] = (
    b"access-control-expose-headers",
    b"x-request-id, idempotency-replayed, retry-after, ratelimit, ratelimit-policy, location",
)
_SENT: Final[Header] = (b"access-control-allow-headers", b"authorization, content-type, idempotency-key, x-request-id")
_KEPT: Final[Header] = (b"access-control-max-age", b"600")
_VARIES: Final[Header] = (b"vary", b"origin")


@dataclass(frozen=True, slots=True)
class Cors:
    """
    Gives the headers that a browser asks for. Credentials, which cookies would be, are never let through.

    `openings` are the methods and addresses, as the routes are written, that a publishable key may call.

    Source: reliability rules HDR-1; the Fetch standard, "CORS protocol".
    """

    origins: frozenset[bytes]
    openings: frozenset[tuple[str, str]]

    def headers(self, scope: HTTPScope, fields: Mapping[bytes, bytes]) -> Iterator[Header]:
        """Give the headers of an answer; `scope` has been routed."""
        if not self.origins:
            return
        template: str = scope.get("path_template", "")
        asked = fields.get(_ASKED_METHOD) if scope["method"] == "OPTIONS" else None
        method = scope["method"] if asked is None else asked.decode("latin-1")
        if (method, template) not in self.openings:
            return
        yield _VARIES
        origin = fields.get(_ORIGIN)
        if origin is None or (origin not in self.origins and _EVERYBODY not in self.origins):
            return
        yield b"access-control-allow-origin", origin
        if asked is None:
            yield _HEARD
        else:
            yield b"access-control-allow-methods", asked
            yield _SENT
            yield _KEPT


def openings(app: Litestar) -> frozenset[tuple[str, str]]:
    """List what a publishable key may call."""
    return frozenset(
        (method, route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in _methods(handler)
    )


def _methods(handler: Any) -> Iterator[str]:  # noqa: ANN401  Litestar's handlers have no common type with methods
    terms = declared(handler)
    if terms is not None and terms.publishable:
        yield from handler.http_methods
