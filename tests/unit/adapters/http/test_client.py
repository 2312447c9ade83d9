"""OUT-1: of all that can go wrong with a call, only what happens before the first byte proves that nothing was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from zerofee.adapters.http.client import Deadlines, HttpClient
from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence, silent_outcome
from zerofee.domain.outcome import NotSent, Unknown
from zerofee.domain.scope import Environment

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

SHORT = Deadlines(connect=1, pool=1, read=1, whole=1)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(deadlines=SHORT, slots=1)
    yield client
    await client.aclose()


async def called(client: HttpClient, serve: Serve) -> HttpReply | Silence:
    """Call a server that answers as `serve` does, and see its connection closed."""
    over = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError):
            await serve(reader, writer)
            writer.close()
            await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        call = HttpCall(method="POST", url=f"http://127.0.0.1:{port}/charges", body=b"{}")
        try:
            return await client.sender("test", Environment.SANDBOX)(call)
        finally:
            await over.wait()


def answering(answer: bytes) -> Serve:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return serve


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing until the caller hangs up."""
    await reader.read()


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def test_gives_a_whole_reply_of_any_status(client: HttpClient) -> None:
    reply = await called(client, answering(b"HTTP/1.1 503 Away\r\nX-Word: Busy\r\nContent-Length: 2\r\n\r\n{}"))

    assert reply == HttpReply(status=503, headers={"x-word": "Busy", "content-length": "2"}, body=b"{}")


@pytest.mark.parametrize(
    "serve",
    [
        reset,
        answering(b""),
        answering(HEAD + b"Content-Length: 100\r\n\r\n{"),
        answering(b"no HTTP at all\r\n\r\n"),
        answering(HEAD + b"Content-Length: 2097152\r\n\r\n" + b"x" * 2_097_152),
    ],
    ids=["reset", "empty", "cut", "garbage", "too large"],
)
async def test_knows_nothing_when_the_answer_is_lost(client: HttpClient, serve: Serve) -> None:
    reply = await called(client, serve)

    assert isinstance(reply, Silence)
    assert isinstance(silent_outcome(reply), Unknown)


async def test_knows_nothing_when_the_deadline_passes(client: HttpClient) -> None:
    reply = await called(client, silent)

    assert isinstance(reply, Silence)
    assert reply.sent


async def test_follows_no_redirect(client: HttpClient) -> None:
    """A redirect could resend an order to anywhere."""
    reply = await called(client, answering(b"HTTP/1.1 307 Gone\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"))

    assert isinstance(reply, HttpReply)
    assert reply.status == 307


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://nowhere.invalid/", "http://["])
async def test_proves_that_nothing_was_sent(client: HttpClient, url: str) -> None:
    reply = await client.sender("test", Environment.SANDBOX)(HttpCall(method="POST", url=url))

    assert isinstance(reply, Silence)
    assert isinstance(silent_outcome(reply), NotSent)


async def test_a_provider_that_hangs_holds_its_own_slots_only() -> None:
    """CAL-2: the one slot is taken, so nothing more is sent there; another provider does not notice."""
    client = HttpClient(deadlines=Deadlines(pool=1, whole=60), slots=1)
    asked = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await silent(reader, writer)

    hanging = asyncio.create_task(called(client, hang))
    await asked.wait()
    late = await client.sender("test", Environment.SANDBOX)(HttpCall(method="GET", url="http://127.0.0.1:1/"))

    other = HttpCall(method="GET", url="http://127.0.0.1:1/")
    beside = await client.sender("other", Environment.SANDBOX)(other)

    assert late == Silence("every slot for this provider is taken", sent=False)
    assert beside == Silence("ConnectError", sent=False)
    hanging.cancel()
    await asyncio.wait([hanging])
    await client.aclose()
