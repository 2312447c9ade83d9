"""A closed loop: each client sends its next payment when the one before is answered. Prints one line of JSON."""

import argparse
import asyncio
import json
import statistics
import time
import uuid
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import urlsplit

from typing_extensions import override

BODY: Final = json.dumps(
    {
        "amount": 10000,
        "currency": "XOF",
        "payment_method": "mobile_money",
        "country": "CI",
        "customer": {"phone": "+2250700000000"},
        "metadata": {"order": "42"},
    }
).encode()


@dataclass(slots=True)
class Tally:
    """What the clients saw: seconds of each answer, and how many were not a 201."""

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0
    first_wrong: str = ""


@dataclass(slots=True)
class Client(asyncio.Protocol):
    """One connection that is kept alive, speaking as little HTTP as it takes: the load must not be the bottleneck."""

    head: bytes
    tally: Tally
    stop_at: float
    done: asyncio.Future[None]
    transport: asyncio.Transport | None = None
    heard: bytes = b""
    sent_at: float = 0.0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = cast("asyncio.Transport", transport)
        self._send()

    @override
    def data_received(self, data: bytes) -> None:
        """Count a whole answer, and send the next request."""
        self.heard += data
        head_ends = self.heard.find(b"\r\n\r\n")
        if head_ends < 0:
            return
        head = self.heard[:head_ends].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(self.heard) < head_ends + 4 + length:
            return
        self._count()
        self.heard = b""
        if time.perf_counter() < self.stop_at:
            self._send()
        elif self.transport is not None:
            self.transport.close()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """End, even when the server hung up."""
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self.sent_at = time.perf_counter()
        if self.transport is not None:
            self.transport.write(self.head % uuid.uuid4().hex.encode() + BODY)

    def _count(self) -> None:
        if self.heard.startswith(b"HTTP/1.1 201"):
            self.tally.seconds.append(time.perf_counter() - self.sent_at)
            return
        self.tally.wrong += 1
        self.tally.first_wrong = self.tally.first_wrong or self.heard[:400].decode(errors="replace")


async def load(url: str, key: str, clients: int, seconds: float) -> Tally:
    """Run `clients` closed loops against `url` for `seconds`."""
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\nIdempotency-Key: %s\r\n\r\n"
    ).encode()
    tally = Tally()
    loop = asyncio.get_running_loop()
    stop_at = time.perf_counter() + seconds
    ends: list[asyncio.Future[None]] = []
    for _ in range(clients):
        end: asyncio.Future[None] = loop.create_future()
        ends.append(end)
        await loop.create_connection(
            lambda end=end: Client(head, tally, stop_at, end),  # type: ignore[misc]
            parts.hostname or "127.0.0.1",
            parts.port or 80,
        )
    await asyncio.wait(ends, timeout=seconds + 30)
    return tally


def main() -> None:
    """Load one server, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    wanted = parser.parse_args()
    began = time.perf_counter()
    tally = asyncio.run(load(wanted.url, wanted.key, wanted.clients, wanted.seconds))
    took = time.perf_counter() - began
    hundredths = statistics.quantiles(tally.seconds, n=100) if len(tally.seconds) > 1 else [0.0] * 99
    seen = {
        "per_second": len(tally.seconds) / took,
        "p50_ms": hundredths[49] * 1000,
        "p99_ms": hundredths[98] * 1000,
        "wrong": tally.wrong,
        "first_wrong": tally.first_wrong,
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
