"""One connection as we serve it: headers and bodies that must come in time and in bounds, and a number of them."""

import asyncio
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

# Beyond what the application refuses with a reason of its own, which it cannot do before it has all of it.
_LONGEST_HEAD: Final = 64 * 1024
_TOO_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
# The application refuses a slow body with a reason; only then is the connection closed.
_TIME_TO_REFUSE_S: Final = 1


@dataclass(slots=True, kw_only=True)
class Bounds:
    """
    What the connections of one process may take, in seconds and in number.

    `quiet` holds those on which no request is under way, the one that has been quiet for longest first.
    """

    header_timeout_s: int
    body_timeout_s: int
    most_connections: int
    quiet: dict["PromptProtocol", None] = field(default_factory=dict)


class _Part(Enum):
    NONE = auto()
    HEAD = auto()
    BODY = auto()


class PromptProtocol(HttpToolsProtocol):
    """
    HTTP/1.1 on one connection, which is closed when a request dawdles: uvicorn itself would wait for ever.

    When there are too many connections, the one that has been quiet for longest makes way for the newest: whoever
    holds connections and sends nothing must not keep out those who do.

    Source: reliability rules INP-1, INP-5.
    """

    _part: _Part = _Part.HEAD
    _moved: bool = False
    _head_bytes: int = 0
    _timer: asyncio.TimerHandle | None = None

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  whatever uvicorn gives
        """Take the bounds from the configuration, which is one of ours."""
        super().__init__(*given, **named)
        self._bounds: Bounds = getattr(self.config, "bounds")  # noqa: B009  uvicorn's type does not know ours

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[explicit-override, override]
        """Begin to wait for the first request, if there is room."""
        super().connection_made(transport)
        if len(self.connections) > self._bounds.most_connections and not self._make_room():
            transport.abort()
            return
        self._bounds.quiet[self] = None
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:  # type: ignore[explicit-override]
        """Wait no more."""
        self._bounds.quiet.pop(self, None)
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:  # type: ignore[explicit-override]
        """Read on, and wait for what is still missing, if anything is."""
        super().data_received(data)
        if self._moved:
            # Most requests come whole, and then there is nothing to wait for.
            self._moved = False
            self._wait_no_more()
            if self._part is not _Part.NONE:
                self._wait()
        elif self._part is _Part.HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > _LONGEST_HEAD and not self._is_busy():
                self.transport.write(_TOO_LONG)
                self.transport.close()

    def on_message_begin(self) -> None:  # type: ignore[explicit-override]
        """Note that a request's head begins."""
        self._move(_Part.HEAD)
        super().on_message_begin()

    def on_headers_complete(self) -> None:  # type: ignore[explicit-override]
        """Note that its body begins, and that there is something to be answered."""
        self._move(_Part.BODY)
        self._bounds.quiet.pop(self, None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:  # type: ignore[explicit-override]
        """Note that it is whole."""
        self._move(_Part.NONE)
        super().on_message_complete()

    def on_response_complete(self) -> None:  # type: ignore[explicit-override]
        """Be quiet until the next request."""
        super().on_response_complete()
        if not self._is_busy() and not self.transport.is_closing():
            self._bounds.quiet[self] = None

    def _move(self, part: _Part) -> None:
        self._part = part
        self._moved = True
        self._head_bytes = 0

    def _wait(self) -> None:
        bounds = self._bounds
        in_body = self._part is _Part.BODY
        seconds = bounds.body_timeout_s + _TIME_TO_REFUSE_S if in_body else bounds.header_timeout_s
        self._timer = self.loop.call_later(seconds, self._late)

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        # An earlier request of this connection is still being answered; it is not to blame for the one behind it.
        if self.pipeline or (self._part is _Part.HEAD and self._is_busy()):
            self._wait()
            return
        self._timer = None
        self.transport.close()

    def _is_busy(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return bool(self.pipeline) or not (cycle is None or cycle.response_complete)

    def _make_room(self) -> bool:
        for quiet in self._bounds.quiet:
            del self._bounds.quiet[quiet]
            quiet.transport.abort()
            return True
        return False
