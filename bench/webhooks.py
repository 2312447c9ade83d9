"""
Webhooks to many receivers, some of them dead: how long the living ones wait for an event.

    python -m bench.webhooks [--events-per-second 1000] [--seconds 10] [--endpoints 50] [--dead 5]

Each endpoint is another app's, and each event is one endpoint's; dead receivers take the connection and never answer.
An event's time is from its commit's beginning to the last byte at its receiver, which is another process.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from zerofee.adapters.sql.migrating import migrate
from zerofee.domain.app import App
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event, EventType
from zerofee.domain.ids import AppId, EndpointId, EventId, UserId
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.running import running
from zerofee.entrypoints.settings import Settings

TICK_S: Final = 0.02
PATIENCE_S: Final = 60
ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
P99_MUST_BE_S: Final = 2.0


class Told(msgspec.Struct):
    """What the receiver reads of an event."""

    id: str
    created_at: datetime


def receive(pipe: Connection, wanted: int) -> None:
    """Listen in a process of its own, and give back each living event's delay in seconds."""
    uvloop.run(_receive(pipe, wanted))


async def _receive(pipe: Connection, wanted: int) -> None:
    delays: dict[str, float] = {}
    done = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
                if head.startswith(b"POST /dead"):
                    await reader.read()
                    return
                told = msgspec.json.decode(body, type=Told)
                delays.setdefault(told.id, (datetime.now(UTC) - told.created_at).total_seconds())
                if len(delays) >= wanted:
                    done.set()
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    try:
        async with asyncio.timeout(PATIENCE_S):
            await done.wait()
    except TimeoutError:
        print(f"only {len(delays)} of {wanted} events came within {PATIENCE_S} s")
    pipe.send(list(delays.values()))


def an_endpoint(container: Container, scope: Scope, url: str) -> WebhookEndpoint:
    """Make an endpoint with a secret of its own."""
    now, signing = container.clock().now(), container.signing()
    blank = WebhookEndpoint(id=container.ids().new(EndpointId), scope=scope, url=url, created_at=now, updated_at=now)
    return replace(blank, sealed=signing.seal(blank, signing.make()))


async def tell(container: Container, scopes: list[Scope], rate: int, seconds: int) -> None:
    """Commit `rate` events a second, in turn for each scope, whatever the commits take."""
    commit, ids, clock = container.commit(), container.ids(), container.clock()
    pending: set[asyncio.Task[None]] = set()
    began, told, wanted = time.monotonic(), 0, rate * seconds
    while told < wanted:
        due = min(wanted, int((time.monotonic() - began) * rate))
        for number in range(told, due):
            event = Event(
                id=ids.new(EventId),
                scope=scopes[number % len(scopes)],
                type=EventType.PAYMENT_SUCCEEDED,
                subject_id=f"pay_{number}",
                sequence=1,
                data=b'{"object":"payment"}',
                created_at=clock.now(),
            )
            task = asyncio.create_task(commit(ChangeSet((Insert(event),))))
            pending.add(task)
            task.add_done_callback(pending.discard)
        told = due
        await asyncio.sleep(TICK_S)
    await asyncio.gather(*pending)


async def run(folder: Path, pipe: Connection, options: argparse.Namespace) -> list[float]:
    """Tell all the events to as many apps as there are endpoints, and wait until they were heard."""
    port = await asyncio.to_thread(pipe.recv)
    url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    await migrate(url)
    settings = Settings(database_url=url, outbound_allow=(ip_network("127.0.0.0/8"),))
    container = Container(settings=settings)
    async with running(container, working=True):
        ids, now, scopes = container.ids(), container.clock().now(), []
        for number in range(options.endpoints):
            scope = Scope(ids.new(AppId), Environment.SANDBOX)
            app = App(id=scope.app_id, owner_id=ids.new(UserId), name="bench", created_at=now, updated_at=now)
            kind = "dead" if number < options.dead else "living"
            endpoint = an_endpoint(container, scope, f"http://127.0.0.1:{port}/{kind}/{number}")
            await container.commit()(ChangeSet((Insert(app), Insert(endpoint))))
            scopes.append(scope)
        await tell(container, scopes, options.events_per_second, options.seconds)
        return list(await asyncio.to_thread(pipe.recv))


def main() -> None:
    """Measure once, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events-per-second", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--endpoints", type=int, default=50)
    parser.add_argument("--dead", type=int, default=5)
    options = parser.parse_args()
    all_events = options.events_per_second * options.seconds
    living = sum(number % options.endpoints >= options.dead for number in range(all_events))
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=receive, args=(theirs, living), daemon=True)
    receiver.start()
    with tempfile.TemporaryDirectory() as folder:
        # The server's own loop.
        delays = uvloop.run(run(Path(folder), ours, options))
    receiver.join()
    _print(delays, living, options)


def _print(delays: list[float], living: int, options: argparse.Namespace) -> None:
    p99 = statistics.quantiles(delays, n=100)[98]
    table = Table("events/s", "endpoints", "dead", "received", "p50", "p99", "must be")
    table.add_row(
        str(options.events_per_second),
        str(options.endpoints),
        str(options.dead),
        f"{len(delays)} of {living}",
        f"{statistics.median(delays):.3f} s",
        f"{p99:.3f} s",
        f"< {P99_MUST_BE_S:.0f} s",
    )
    Console().print(table)


if __name__ == "__main__":
    main()
