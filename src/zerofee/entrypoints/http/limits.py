"""The outermost ring: request ids, sizes, times and headers, in one wrapper round the framework."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from zerofee.domain.errors import DomainError
from zerofee.entrypoints.http.cors import Cors
from zerofee.entrypoints.http.quotas import quota_headers
from zerofee.entrypoints.http.refusals import (
    BadRequest,
    BodyTooLarge,
    BodyTooSlow,
    HeadersTooLarge,
    TargetTooLong,
)
from zerofee.entrypoints.http.reply import Header, Reply
from zerofee.entrypoints.logs import REQUEST_ID

_LOG: Final = logging.getLogger("zerofee.access")

MOST_HEADERS: Final = 100
MOST_HEADER_BYTES: Final = 16 * 1024
LONGEST_TARGET: Final = 4 * 1024
_OURS: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_POLICY: Final = b"content-security-policy"

_ALWAYS: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)
_CLOSED: Final[Header] = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")
_HSTS: Final[Header] = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


@dataclass(frozen=True, slots=True)
class Edge:
    """
    Names each request, refuses what is too large before anybody looks at it, and adds the headers of every answer.

    `refused` writes the answer to a refusal of its own.

    Source: reliability rules INP-1, INP-4, INP-6, HDR-1.
    """

    app: ASGIApp
    refused: Callable[[Scope, DomainError], Reply]
    cors: Cors
    max_body: int
    production: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        fields = dict(scope["headers"])
        request_id = _request_id(fields.get(b"x-request-id"))
        scope["request_id"] = request_id  # type: ignore[typeddict-unknown-key]
        REQUEST_ID.set(request_id)
        status = 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headers(message["headers"], scope, fields)
            await send(message)

        try:
            self._refuse(scope, fields)
        except DomainError as refusal:
            await self.refused(scope, refusal)(scope, receive, with_headers)
        else:
            await self.app(scope, receive, with_headers)
        if _LOG.isEnabledFor(logging.INFO):
            # The template and never the target: a key or a name in an address must not reach the log.
            took_ms = round((time.perf_counter() - began) * 1000)
            template = scope.get("path_template", "-")
            _LOG.info("%s %s %d in %d ms", scope["method"], template, status, took_ms)

    def _headers(self, given: Any, scope: HTTPScope, fields: Mapping[bytes, bytes]) -> Sequence[Header]:  # noqa: ANN401  any iterable of pairs
        request_id: str = scope["request_id"]  # type: ignore[typeddict-item]
        headers: list[Header] = [*given, *_ALWAYS, (b"x-request-id", request_id.encode()), *quota_headers(scope)]
        headers += self.cors.headers(scope, fields)
        if all(name != _POLICY for name, _ in headers):
            headers.append(_CLOSED)
        if self.production:
            headers.append(_HSTS)
        return headers

    def _refuse(self, scope: HTTPScope, fields: dict[bytes, bytes]) -> None:
        headers = list(scope["headers"])
        size = sum(map(len, chain.from_iterable(headers)))
        if len(headers) > MOST_HEADERS or size > MOST_HEADER_BYTES:
            raise HeadersTooLarge(MOST_HEADERS, MOST_HEADER_BYTES)
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > LONGEST_TARGET:
            raise TargetTooLong(LONGEST_TARGET)
        length = fields.get(b"content-length")
        if length is not None:
            _refuse_framing(fields, [value for name, value in headers if name == b"content-length"])
            if int(length) > self.max_body:
                raise BodyTooLarge(self.max_body)


def _refuse_framing(fields: dict[bytes, bytes], lengths: Sequence[bytes]) -> None:
    if b"transfer-encoding" in fields or len(lengths) > 1 or not lengths[0].isdigit():
        raise BadRequest("Say the body's length once: one Content-Length, or Transfer-Encoding without it.")


async def read_body(receive: Receive, most: int, seconds: int) -> bytes:
    """
    Read a whole body, counted while it comes.

    Raises `BodyTooLarge` beyond `most` bytes, `BodyTooSlow` when it is not whole in time, `BadRequest` when the
    client went away.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise BadRequest("The body ended before it was whole.")
                size += len(message["body"])
                if size > most:
                    raise BodyTooLarge(most)
                chunks.append(message["body"])
                if not message.get("more_body", False):
                    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
    except TimeoutError as fault:
        raise BodyTooSlow(seconds) from fault


def _request_id(given: bytes | None) -> str:
    if given is not None and _OURS.fullmatch(given):
        return given.decode()
    return f"req_{secrets.token_hex(16)}"
