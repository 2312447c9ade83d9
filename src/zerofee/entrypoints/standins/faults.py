"""Switches for what goes wrong between a provider and us, set per stand-in over HTTP."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

import msgspec
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

# Paths of the stand-ins' own, which no fault may touch: how else would it be taken back?
OWN_PREFIX: Final = "/_"
_GARBAGE: Final = b"<html><body>Bad gateway</body></html"


class Failing(StrEnum):
    """How a call fails: before anything is done, or after the provider has done all of it."""

    NONE = "none"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    GARBAGE_AFTER = "garbage_after"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"


_BEFORE: Final = frozenset({Failing.ERROR_BEFORE, Failing.CUT_BEFORE})


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    What goes wrong at one stand-in; the default is nothing.

    `slow_ms` is waited before a call is handled. `failing` strikes the calls whose path begins with `path` and
    whose method is `method`, `times` times (`None` is always). `rate_limits` turns the provider's documented
    limits on. Webhooks go out twice (`duplicate_webhooks`), or the later of two first (`reorder_webhooks`).
    """

    slow_ms: int = 0
    failing: Failing = Failing.NONE
    path: str = "/"
    method: str | None = None
    times: int | None = None
    rate_limits: bool = False
    duplicate_webhooks: bool = False
    reorder_webhooks: bool = False


@dataclass(slots=True)
class FaultSwitch:
    """Holds the faults of one stand-in, and counts how often they struck."""

    faults: Faults = field(default_factory=Faults)
    struck: int = 0

    def set(self, faults: Faults) -> None:
        """Put other faults in place, counted from nought."""
        self.faults = faults
        self.struck = 0

    def strike(self, method: str, path: str) -> Failing:
        """Say how this call fails; each that does is counted."""
        faults = self.faults
        meant = path.startswith(faults.path) and faults.method in {None, method}
        spent = faults.times is not None and self.struck >= faults.times
        if faults.failing is Failing.NONE or not meant or spent:
            return Failing.NONE
        self.struck += 1
        return faults.failing


@dataclass(frozen=True, slots=True)
class FaultyApp:
    """A stand-in behind a bad line: the same app, with the faults of its switch."""

    app: ASGIApp
    switch: FaultSwitch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one call, badly if the switch says so."""
        # The framework types `scope` as a call's, and sends those of the lifespan through here too.
        if str(scope["type"]) != "http" or scope["path"].startswith(OWN_PREFIX):
            await self.app(scope, receive, send)
            return
        await asyncio.sleep(timedelta(milliseconds=self.switch.faults.slow_ms).total_seconds())
        failing = self.switch.strike(str(scope.get("method")), scope["path"])
        if failing is Failing.NONE:
            await self.app(scope, receive, send)
            return
        if failing not in _BEFORE:
            await self.app(scope, receive, _swallow)
        await _answer_badly(failing, send)


async def _swallow(message: Message) -> None:
    """Drop a good answer: the other side shall not see it."""


async def _answer_badly(failing: Failing, send: Send) -> None:
    if failing in {Failing.ERROR_BEFORE, Failing.ERROR_AFTER}:
        await send(_start(500))
        await send({"type": "http.response.body", "body": _GARBAGE, "more_body": False})
    elif failing is Failing.GARBAGE_AFTER:
        await send(_start(200))
        await send({"type": "http.response.body", "body": _GARBAGE, "more_body": False})
    else:
        # Half an answer, and then nothing: whoever serves us hangs up when we return in the middle of it.
        await send(_start(200))
        await send({"type": "http.response.body", "body": _GARBAGE[:9], "more_body": True})


def _start(status: int) -> HTTPResponseStartEvent:
    headers = [(b"content-type", b"text/html"), (b"content-length", str(len(_GARBAGE)).encode())]
    return {"type": "http.response.start", "status": status, "headers": headers}
