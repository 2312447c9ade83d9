"""The stand-ins without a network: a `Send` that calls their apps in process, for tests."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from litestar.types import ASGIApp, Message, Scope

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence

TIMEOUT_S: Final = 20


@dataclass(slots=True)
class DirectSend:
    """Sends each call to the app whose URL it begins with, and remembers it. No app is a refused connection."""

    apps: Mapping[str, ASGIApp]
    calls: list[HttpCall] = field(default_factory=list)

    async def __call__(self, call: HttpCall) -> HttpReply | Silence:
        """Keep the promise of `Send`."""
        app = self._app_for(call.url)
        if app is None:
            return Silence("nobody listens there", sent=False)
        self.calls.append(call)
        heard = _Heard()
        try:
            async with asyncio.timeout(call.timeout_s or TIMEOUT_S):
                await app(_scope(call), _Body(call.body).receive, heard.send)
        except TimeoutError:
            return Silence("no answer in time")
        return heard.reply()

    def _app_for(self, url: str) -> ASGIApp | None:
        return next((app for base, app in self.apps.items() if url.startswith(base)), None)


@dataclass(slots=True)
class _Body:
    body: bytes

    async def receive(self) -> Any:  # noqa: ANN401  # the framework's union of received events is not nameable here
        """Give the whole body at once."""
        return {"type": "http.request", "body": self.body, "more_body": False}


@dataclass(slots=True)
class _Heard:
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False

    async def send(self, message: Message) -> None:
        """Take in one part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            self.body += message["body"]
            self.whole = not message.get("more_body", False)

    def reply(self) -> HttpReply | Silence:
        """Say what came, if it came whole."""
        if self.status is None or not self.whole:
            return Silence("the connection was cut")
        return HttpReply(status=self.status, headers=self.headers, body=bytes(self.body))


def _scope(call: HttpCall) -> Scope:
    url = urlsplit(call.url)
    headers = [(name.lower().encode(), value.encode()) for name, value in call.headers.items()]
    headers += [(b"host", url.netloc.encode()), (b"content-length", str(len(call.body)).encode())]
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": url.scheme,
        "path": unquote(url.path) or "/",
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": headers,
        "server": (url.hostname, url.port),
        "client": ("127.0.0.1", 50000),
        "state": {},
        "extensions": {},
    }
    checked: Scope = scope
    return checked
