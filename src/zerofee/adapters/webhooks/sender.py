"""Sends one signed message to what an app has named: resolved once, checked, followed nowhere."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Final

from zerofee.adapters.http.pinned import Blocked, Broken, Check, NotConnected, PinnedClient, Resolve, Seen, resolve
from zerofee.adapters.webhooks.addresses import Address, AddressRules, Target
from zerofee.domain.delivery import Heard, Silent
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.sender import BlockedAddress, Message

_CONNECT_S: Final = 5
_NS_PER_MS: Final = 1_000_000
# A look-up that takes longer tells nothing at the time of saving; it is made again at each try.
_LOOKUP_S: Final = 3


class HttpSender:
    """
    The `Sender` port.

    A try takes `timeout_s` in all. What is refused for its address is refused in the same words, whatever is there.

    Source: reliability rules OUTB-5, SSRF-2, SSRF-4.
    """

    def __init__(
        self,
        rules: AddressRules,
        timeout_s: int,
        clock: Clock,
        lookup: Resolve = resolve,
        stopwatch_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Call what `rules` let pass, and resolve by `lookup`."""
        self._rules = rules
        self._timeout_s = timeout_s
        self._clock = clock
        self._lookup = lookup
        self._stopwatch_ns = stopwatch_ns
        # By scheme, since a port is open or not by its scheme.
        self._clients = {
            scheme: PinnedClient(self._checking(scheme), _CONNECT_S, lookup) for scheme in ("https", "http")
        }

    async def refuse(self, url: str) -> None:
        target = self._rules.target(url)
        try:
            async with asyncio.timeout(_LOOKUP_S):
                found = await self._addresses(target)
        except TimeoutError:
            return
        if found:
            self._rules.refuse(target, found)

    async def send(self, message: Message) -> Heard:
        began = self._stopwatch_ns()
        try:
            target = self._rules.target(message.url)
            async with asyncio.timeout(self._timeout_s):
                seen = await self._clients[target.scheme].post(
                    target.scheme, target.host, target.port, target.path, _headers(target, message), message.body
                )
        except (Blocked, BlockedAddress):
            # Without a duration, which could tell one forbidden address from another.
            return Heard(silent=Silent.BLOCKED_ADDRESS)
        except TimeoutError:
            return Heard(silent=Silent.TIMED_OUT, duration_ms=self._since(began))
        except NotConnected:
            return Heard(silent=Silent.NOT_CONNECTED, duration_ms=self._since(began))
        except Broken:
            return Heard(silent=Silent.BROKEN, duration_ms=self._since(began))
        return Heard(
            status=seen.status,
            response=seen.body.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}"),
            retry_after_s=self._retry_after_s(seen),
            duration_ms=self._since(began),
        )

    async def _addresses(self, target: Target) -> Sequence[Address]:
        if target.literal is not None:
            return (target.literal,)
        return await self._lookup(target.host, target.port)

    def _checking(self, scheme: str) -> Check:
        def check(host: str, port: int, found: Sequence[Address], own: bool) -> None:  # noqa: FBT001  as it is called
            try:
                self._rules.refuse(Target(scheme, host, port, "/"), found, own=own)
            except BlockedAddress as fault:
                raise Blocked from fault

        return check

    def _since(self, began_ns: int) -> int:
        return (self._stopwatch_ns() - began_ns) // _NS_PER_MS

    def _retry_after_s(self, seen: Seen) -> int | None:
        """Read how long the receiver wants to be left alone: seconds, or a date. Source: RFC 9110, 10.2.3."""
        said = seen.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            # More digits than a wait can have are a wait of the longest kind.
            return int(said[:9])
        try:
            until = parsedate_to_datetime(said)
            return max(0, int((until - self._clock.now()).total_seconds()))
        except (ValueError, TypeError):
            return None


def _headers(target: Target, message: Message) -> Mapping[str, str]:
    return {
        "Host": target.host_header,
        "User-Agent": "zerofee",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "Content-Length": str(len(message.body)),
        **message.headers,
    }
