"""The reference: the document itself, a page of it that needs no network and no script, and a page for each error."""

import inspect
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.document import openapi_document
from zerofee.entrypoints.http.html import HTML, page, text
from zerofee.entrypoints.http.needs import public
from zerofee.entrypoints.http.problems import INTERNAL, KINDS
from zerofee.entrypoints.http.refusals import NoSuchRoute
from zerofee.entrypoints.http.reply import json_reply

_CSS: Final = "text/css; charset=utf-8"


@get("/openapi.json", opt=public(gives={200: "application/json"}), include_in_schema=False)
async def read_document(request: Call) -> ASGIApp:
    """Give the OpenAPI document."""
    settings = request.services.settings
    return json_reply(msgspec.json.encode(_document(request.app, settings.version, settings.public_url)))


@get("/docs", opt=public(gives={200: HTML}), include_in_schema=False)
async def read_docs(request: Call) -> ASGIApp:
    """Show the document as a page."""
    settings = request.services.settings
    document = _document(request.app, settings.version, settings.public_url)
    return page("docs.html", document=document, errors=sorted(_errors().items()))


@get("/docs/style.css", opt=public(gives={200: _CSS}), include_in_schema=False)
async def read_style() -> ASGIApp:
    """Give the style of the pages."""
    return text("docs.css", _CSS)


@get("/docs/errors/{code:str}", opt=public(gives={200: HTML}), include_in_schema=False)
async def read_error(code: FromPath[str]) -> ASGIApp:
    """Show what an error means: this is where a problem's `type` leads."""
    found = _errors().get(code)
    if found is None:
        raise NoSuchRoute
    return page("error.html", code=code, error=found)


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
