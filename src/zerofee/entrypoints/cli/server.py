"""Uvicorn as we need it: connections in bounds, a stop that is calm, and a second one that is not."""

import os
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.protocol import Bounds, PromptProtocol
from zerofee.entrypoints.settings import Settings

_BACKLOG: Final = 2048
_PROTOCOL: Final = f"{PromptProtocol.__module__}:{PromptProtocol.__name__}"
_LOOP: Final = "asyncio" if sys.platform == "win32" else "uvloop"


class PromptConfig(uvicorn.Config):
    """Uvicorn's configuration, with the bounds that it does not know."""

    def __init__(self, app: Any, settings: Settings, workers: int = 1) -> None:  # noqa: ANN401  ASGI, or where it is
        """Configure one process for `app`, or several for the name of what makes it."""
        self.bounds = Bounds(
            header_timeout_s=settings.header_timeout,
            body_timeout_s=settings.body_timeout,
            most_connections=settings.max_connections,
        )
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
            # The application has as long as this itself, after the connections have had it.
            timeout_graceful_shutdown=settings.drain_time,
        )


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
