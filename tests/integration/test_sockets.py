"""What uvicorn itself would let through, tried over sockets on a server in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from zerofee.entrypoints.cli.server import CalmServer, PromptConfig, listen
from zerofee.entrypoints.settings import Settings

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SOON_S = 0.05
NEVER_S = 600


@dataclass
class Answering:
    """An application that answers once its gate is open, without a look at the body."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    calls: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI
        """Answer `204`."""
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
            return
        self.calls += 1
        self.called.set()
        await self.gate.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Door:
    """A server that listens, and its bounds, which a test may narrow."""

    port: int
    config: PromptConfig
    application: Answering

    async def knock(self, data: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect, and send something."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        await writer.drain()
        return reader, writer


@asynccontextmanager
async def opened(**bounds: float) -> AsyncIterator[Door]:
    application = Answering()
    application.gate.set()
    config = PromptConfig(application, Settings())
    for name in ("header_timeout_s", "body_timeout_s"):
        setattr(config.bounds, name, NEVER_S)
    for name, value in bounds.items():
        setattr(config.bounds, name, value)
    ready = asyncio.Event()
    with listen("127.0.0.1", 0) as listening:
        server = CalmServer(config, ready.set, lambda: None)
        serving = asyncio.create_task(server._serve([listening]))
        await ready.wait()
        try:
            yield Door(listening.getsockname()[1], config, application)
        finally:
            server.should_exit = server.force_exit = True
            await serving


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """Read until the server hangs up."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n", GET + b"GET / HTTP"])
async def test_hangs_up_on_headers_that_dawdle(sent: bytes) -> None:
    async with opened(header_timeout_s=SOON_S) as door:
        reader, writer = await door.knock(sent)

        assert (await rest_of(reader)).count(b"HTTP/1.1 204") == sent.count(GET)
        writer.close()


async def test_hangs_up_on_headers_that_drip() -> None:
    """Each drop is news, and none of them gives the rest more time."""
    async with opened(header_timeout_s=SOON_S) as door:
        reader, writer = await door.knock(b"GET / HTTP/1.1\r\n")
        ended = asyncio.create_task(rest_of(reader))
        while not ended.done():
            writer.write(b"X: y\r\n")
            await asyncio.sleep(0.001)

        assert await ended == b""
        assert door.application.calls == 0
        writer.close()


@pytest.mark.parametrize("drop", [b"", b"x"])
async def test_hangs_up_on_a_body_that_dawdles_though_it_was_answered(
    drop: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The application may refuse before it has read the body, and uvicorn then waits for it: for ever, if it drips."""
    monkeypatch.setattr("zerofee.entrypoints.cli.protocol._TIME_TO_REFUSE_S", 0)
    async with opened(body_timeout_s=SOON_S) as door:
        reader, writer = await door.knock(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n")
        answer = await reader.readuntil(b"\r\n\r\n")
        ended = asyncio.create_task(rest_of(reader))
        while not ended.done():
            writer.write(drop)
            await asyncio.sleep(0.001)

        assert answer.startswith(b"HTTP/1.1 204")
        writer.close()


async def test_answers_request_after_request_on_one_connection() -> None:
    async with opened() as door:
        reader, writer = await door.knock()
        for _ in range(3):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n")
            writer.write(b"{}")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")

        assert len(door.config.bounds.quiet) == 1
        writer.close()
        await rest_of(reader)


async def test_waits_for_an_answer_as_long_as_it_takes() -> None:
    """The time is for the client to send its request, not for us to answer it; nor for the one behind it."""
    async with opened(header_timeout_s=SOON_S, body_timeout_s=SOON_S) as door:
        door.application.gate.clear()
        reader, writer = await door.knock(GET + b"GET / HT")
        await door.application.called.wait()
        await asyncio.sleep(3 * SOON_S)
        door.application.gate.set()

        assert (await rest_of(reader)).startswith(b"HTTP/1.1 204")
        writer.close()


async def test_reads_no_head_without_end() -> None:
    async with opened() as door:
        reader, writer = await door.knock(b"GET / HTTP/1.1\r\n")
        ended = asyncio.create_task(rest_of(reader))
        while not ended.done():
            writer.write(b"X: " + b"y" * 4096 + b"\r\n")
            await asyncio.sleep(0)

        assert (await ended)[:12] in {b"HTTP/1.1 431", b""}
        assert door.application.calls == 0
        writer.close()


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"Content-Length: +2\r\n\r\n{}",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_refuses_a_body_of_two_lengths_and_hangs_up(framing: bytes) -> None:
    async with opened() as door:
        reader, writer = await door.knock(b"POST / HTTP/1.1\r\nHost: x\r\n" + framing + GET)

        answers = await rest_of(reader)
        assert answers.startswith(b"HTTP/1.1 400")
        assert answers.count(b"HTTP/1.1 ") == 1
        writer.close()


async def test_the_quietest_connection_makes_way_for_a_new_one() -> None:
    """Who holds connections and sends nothing does not keep out those who do."""
    async with opened(most_connections=3) as door:
        held = [await door.knock() for _ in range(3)]
        door.application.called.clear()
        reader, writer = await door.knock(GET)

        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        assert await rest_of(held[0][0]) == b""
        for _, one in [*held, (reader, writer)]:
            one.close()


async def test_there_are_no_more_connections_than_so_many() -> None:
    async with opened(most_connections=2) as door:
        door.application.gate.clear()
        busy = []
        for calls in (1, 2):
            door.application.called.clear()
            busy.append(await door.knock(GET))
            await door.application.called.wait()
            assert door.application.calls == calls
        late, writer = await door.knock(GET)

        assert await rest_of(late) == b""
        door.application.gate.set()
        for reader, _ in busy:
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        assert door.application.calls == 2
        for _, one in [*busy, (late, writer)]:
            one.close()
