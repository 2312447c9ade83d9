"""The reference: the document itself, a page of it that needs no network and no script, and a page for each error."""

import inspect
from functools import cache
from typing import Any, Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.domain.idempotency import Answer
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.document import openapi_document
from zerofee.entrypoints.http.needs import public
from zerofee.entrypoints.http.problems import INTERNAL, KINDS
from zerofee.entrypoints.http.refusals import NoSuchRoute
from zerofee.entrypoints.http.reply import Header, Reply, json_reply

_HTML: Final = "text/html; charset=utf-8"
_CSS: Final = "text/css; charset=utf-8"
_POLICY: Final[Header] = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
_PAGES: Final = Environment(
    loader=PackageLoader("zerofee.entrypoints.http"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


@get("/openapi.json", opt=public(gives={200: "application/json"}), include_in_schema=False)
async def read_document(request: Call) -> ASGIApp:
    """Give the OpenAPI document."""
    settings = request.services.settings
    return json_reply(msgspec.json.encode(_document(request.app, settings.version, settings.public_url)))


@get("/docs", opt=public(gives={200: _HTML}), include_in_schema=False)
async def read_docs(request: Call) -> ASGIApp:
    """Show the document as a page."""
    settings = request.services.settings
    document = _document(request.app, settings.version, settings.public_url)
    return _page("docs.html", document=document, errors=sorted(_errors().items()))


@get("/docs/style.css", opt=public(gives={200: _CSS}), include_in_schema=False)
async def read_style() -> ASGIApp:
    """Give the style of the pages."""
    return Reply(Answer(status=200, body=_PAGES.get_template("docs.css").render().encode(), content_type=_CSS))


@get("/docs/errors/{code:str}", opt=public(gives={200: _HTML}), include_in_schema=False)
async def read_error(code: FromPath[str]) -> ASGIApp:
    """Show what an error means: this is where a problem's `type` leads."""
    found = _errors().get(code)
    if found is None:
        raise NoSuchRoute
    return _page("error.html", code=code, error=found)


def _page(name: str, **values: object) -> Reply:
    body = _PAGES.get_template(name).render(**values).encode()
    return Reply(Answer(status=200, body=body, content_type=_HTML), (_POLICY,))


@cache
def _document(app: Litestar, version: str, public_url: str) -> dict[str, Any]:
    return openapi_document(app, version, public_url)


@cache
def _errors() -> dict[str, dict[str, object]]:
    """Tell of every error by its code: its status, its title and what it means."""
    told: dict[str, dict[str, object]] = {
        refusal.code: {
            "status": kind.status,
            "title": kind.title,
            "meaning": inspect.getdoc(refusal),
            "kept": kind.kept,
        }
        for refusal, kind in KINDS.items()
    }
    meaning = "A fault of ours. It is logged under the request's id, which is all that the answer tells."
    told[INTERNAL] = {"status": 500, "title": "Internal error", "meaning": meaning, "kept": False}
    return told
