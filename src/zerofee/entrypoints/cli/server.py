"""Uvicorn as we need it: headers that must come in time, a stop that is calm, and a second one that is not."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.settings import Settings

_BACKLOG: Final = 2048
_PROTOCOL: Final = f"{__name__}:PromptProtocol"
_LOOP: Final = "asyncio" if sys.platform == "win32" else "uvloop"


class PromptConfig(uvicorn.Config):
    """Uvicorn's configuration, with the seconds in which a request's headers must be complete."""

    def __init__(self, app: Any, settings: Settings, workers: int = 1) -> None:  # noqa: ANN401  ASGI, or where it is
        """Configure one process for `app`, or several for the name of what makes it."""
        self.header_timeout_s = settings.header_timeout
        super().__init__(
            app,
            factory=isinstance(app, str),
            workers=workers,
            loop=_LOOP,
            http=_PROTOCOL,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=settings.max_connections,
            # The application has as long as this itself, after the connections have had it.
            timeout_graceful_shutdown=settings.drain_time,
        )


class PromptProtocol(HttpToolsProtocol):
    """
    HTTP/1.1 on one connection, which is closed when headers dawdle: uvicorn itself would wait for ever.

    Source: reliability rules INP-5.
    """

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[explicit-override, override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:  # type: ignore[explicit-override]
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:  # type: ignore[explicit-override]
        """Begin to wait for the rest of a request's headers; the first one is being waited for already."""
        super().on_message_begin()
        if self._timer is None:
            self._wait()

    def on_headers_complete(self) -> None:  # type: ignore[explicit-override]
        """Wait no more: from here on the application counts the time."""
        self._wait_no_more()
        super().on_headers_complete()

    def _wait(self) -> None:
        seconds: int = getattr(self.config, "header_timeout_s")  # noqa: B009  uvicorn's type does not know ours
        self._timer = self.loop.call_later(seconds, self._close)

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        self._timer = None
        self.transport.close()


class CalmServer(uvicorn.Server):
    """A server that ends with exit code 0 after the first signal, and at once after the second."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], on_stop: Callable[[], None]) -> None:
        """Call `on_ready` once it listens, and `on_stop` as soon as it is told to stop."""
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # type: ignore[explicit-override]
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(  # type: ignore[explicit-override]
        self,
        sig: int,  # noqa: ARG002  whichever it is
        frame: FrameType | None,  # noqa: ARG002  wherever it was
    ) -> None:
        """Stop calmly; asked twice, go as a crash would, which loses nothing."""
        if self.should_exit:
            os._exit(1)
        self.should_exit = True
        self._on_stop()


def listen(host: str, port: int) -> socket.socket:
    """Take the address, before anything else is begun; raise `CommandFailed` when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise CommandFailed(f"cannot listen on {host}:{port}: {why}. Stop who does, or choose another port.") from fault


def serve_many(application: str, settings: Settings, listening: socket.socket, workers: int) -> None:
    """Serve with several processes, each of which makes the application by its name, until a signal comes."""
    Multiprocess(PromptConfig(application, settings, workers), sockets=[listening]).run()
