"""What providers send us: raw bytes in, and an answer as soon as they are verified and kept."""

from typing import Literal

import msgspec
from litestar import Controller, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.application.webhooks_in.receive_event import EventRefused, VerificationUnavailable
from zerofee.domain.ids import ConnectionId, is_id
from zerofee.domain.ports.provider import RawEvent
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.limits import read_body
from zerofee.entrypoints.http.needs import public
from zerofee.entrypoints.http.reply import Reply, json_reply
from zerofee.entrypoints.http.wire.showing import ENCODER


class ReceivedBody(msgspec.Struct, frozen=True):
    """The event is kept; what becomes of it is found out behind this answer."""

    received: Literal[True] = True


_RECEIVED = ENCODER.encode(ReceivedBody())
_TERMS = public(gives={200: ReceivedBody}, refuses=(EventRefused, VerificationUnavailable))


class WebhooksController(Controller):
    """`/v1/webhooks`."""

    path = "/v1/webhooks"

    @post("/{provider_id:str}", opt=_TERMS)
    async def receive(self, request: Call, provider_id: FromPath[str]) -> ASGIApp:
        """
        Take a provider's webhook; the connection is found by the references in its body.

        For providers only: the signature must be one of the connection's. Repeats are answered alike and change
        nothing.
        """
        return await _kept(request, provider_id, None)

    @post("/{provider_id:str}/{connection_id:str}", opt=_TERMS)
    async def receive_for_connection(
        self, request: Call, provider_id: FromPath[str], connection_id: FromPath[str]
    ) -> ASGIApp:
        """
        Take a provider's webhook for one connection.

        For providers only: the signature must be the connection's. Repeats are answered alike and change nothing.
        """
        if not is_id(ConnectionId, connection_id):
            raise EventRefused
        return await _kept(request, provider_id, ConnectionId(connection_id))


async def _kept(request: Call, provider_id: str, connection_id: ConnectionId | None) -> Reply:
    services, settings = request.services, request.services.settings
    raw = RawEvent(
        body=await read_body(request.receive, settings.max_body, settings.body_timeout_s),
        headers=_headers(request),
        method=request.method,
        # As the sender was told it: signatures may cover the address, and `Host` may say anything.
        url=settings.public_url + _target(request),
    )
    await services.webhooks_in.receive(provider_id, connection_id, raw)
    return json_reply(_RECEIVED)


def _headers(request: Call) -> dict[str, str]:
    """Give the headers by lower-case name; one that came more than once as one line, in its order (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for name, value in request.scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _target(request: Call) -> str:
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    target = path.partition(b"?")[0]
    return (target + b"?" + query if query else target).decode("latin-1")
