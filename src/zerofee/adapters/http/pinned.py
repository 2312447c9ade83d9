"""A way out to addresses that somebody else has named: each try goes where the name was checked to lead."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

import httpcore

Address = IPv4Address | IPv6Address
Check = Callable[[str, int, Sequence[Address], bool], None]
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

_LARGEST_READ: Final = 64 * 1024
_KEPT_BYTES: Final = 1024


class Blocked(Exception):
    """The name leads where it must not."""


class NotConnected(Exception):
    """Nothing was sent: the name leads nowhere, or nobody is there."""


class Broken(Exception):
    """The connection ended in the middle, or what came is no HTTP."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The status of an answer, its headers by lower-case name, and the first KiB of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


# Threads of their own: names whose servers hang must not hold up whatever else needs a thread.
_LOOKUPS: Final = ThreadPoolExecutor(max_workers=32, thread_name_prefix="zerofee-lookup")


async def resolve(host: str, port: int) -> Sequence[Address]:
    """Look a name up once; none when it leads nowhere."""
    try:
        return (ip_address(host),)
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, _look_up, host, port)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(ip_address(address.partition("%")[0]) for address in found))


def _look_up(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class PinnedClient:
    """
    Sends POSTs to names that are resolved once a try and checked before a byte is sent.

    Each try has a connection of its own: so none goes where a name led a while ago, and none waits for another's. No
    redirect is followed, no proxy used, no cookie kept, no answer decompressed.
    """

    def __init__(self, check: Check, connect_s: float, lookup: Resolve = resolve) -> None:
        """
        Connect within `connect_s`, and resolve by `lookup`.

        `check` raises `Blocked` for a host, a port and all the addresses that the host has; it is asked again, with
        true, when the address has turned out to be this machine's own.
        """
        self._connect_s = connect_s
        self._network = _PinnedBackend(check, lookup)
        self._tls = httpcore.default_ssl_context()

    async def post(self, scheme: str, host: str, port: int, path: str, headers: Mapping[str, str], body: bytes) -> Seen:
        """
        Send once and read the beginning of the answer; `headers` must hold `Host`.

        Raises `Blocked`, `NotConnected` and `Broken`.
        """
        url = httpcore.URL(scheme=scheme, host=host, port=port, target=path)
        limits: dict[str, Any] = {"timeout": {"connect": self._connect_s}}
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        line = httpcore.AsyncHTTPConnection(url.origin, ssl_context=self._tls, network_backend=self._network)
        try:
            async with line, line.stream("POST", url, headers=sent, content=body, extensions=limits) as answer:
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
                return Seen(answer.status, found, await _beginning(answer))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
            raise NotConnected(type(fault).__name__) from fault
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as fault:
            raise Broken(type(fault).__name__) from fault


async def _beginning(answer: httpcore.Response) -> bytes:
    """Keep the first KiB, and read no more than is allowed."""
    kept, read = bytearray(), 0
    try:
        async for part in answer.aiter_stream():
            read += len(part)
            kept += part[: _KEPT_BYTES - len(kept)]
            if read >= _LARGEST_READ:
                break
    except (httpcore.NetworkError, httpcore.ProtocolError):
        # The status was seen, and says whether the message was taken.
        return bytes(kept)
    return bytes(kept)


class _PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to what a name was checked to be, and to nothing else."""

    def __init__(self, check: Check, lookup: Resolve) -> None:
        self._check = check
        self._lookup = lookup
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(  # type: ignore[explicit-override]
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check, connect to the first address that answers."""
        found = await self._lookup(host, port)
        if not found:
            raise httpcore.ConnectError("the name leads nowhere")
        self._check(host, port, found, False)  # noqa: FBT003  nobody is connected yet
        fault: Exception = httpcore.ConnectError("nobody answers")
        for address in found:
            try:
                stream = await self._inner.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                fault = refused
                continue
            return await self._elsewhere(stream, host, port, address)
        raise fault

    async def _elsewhere(
        self, stream: httpcore.AsyncNetworkStream, host: str, port: int, address: Address
    ) -> httpcore.AsyncNetworkStream:
        """Give a connection to another machine; one to ourselves comes from the very address that it goes to."""
        if _ip(stream.get_extra_info("client_addr")) == _ip(stream.get_extra_info("server_addr")):
            try:
                self._check(host, port, (address,), True)  # noqa: FBT003  it is ourselves
            except Blocked:
                await stream.aclose()
                raise
        return stream

    async def connect_unix_socket(  # type: ignore[explicit-override]
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  the library's own signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no URL of ours names a socket."""
        raise httpcore.ConnectError("no socket is called")

    async def sleep(self, seconds: float) -> None:  # type: ignore[explicit-override]
        """Wait between two tries to connect."""
        await self._inner.sleep(seconds)


def _ip(socket_address: Any) -> str:  # noqa: ANN401  the library says no more
    return str(socket_address[0])
