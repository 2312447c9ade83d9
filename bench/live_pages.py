"""Five hundred open checkout pages: what they cost a server in memory, and a payment in time."""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import httpx
import psutil

PAGES: Final = 500
PAYMENTS: Final = 200
_LONGEST_S: Final = 300
_MIB: Final = 1024 * 1024
_ORDER: Final = {
    "amount": 10_000,
    "currency": "XOF",
    "payment_method": "PAYIN_ORANGE_CI",
    "customer": {"phone": "+2250700000000"},
}


async def payments(http: httpx.AsyncClient, count: int) -> float:
    """Make payments one after another, and give the median time of one in milliseconds."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        answer = await http.post("/v1/payments", json=_ORDER)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.is_success, answer.text
    return statistics.median(took)


async def wait_on(pages: httpx.AsyncClient, session: dict[str, Any], opened: asyncio.Event) -> None:
    """Wait on one page's events until cancelled."""
    async with pages.stream("GET", f"/checkout/{session['id']}/live?since=1") as answer:
        async for _ in answer.aiter_bytes():
            opened.set()


async def measure(url: str, key: str, process: psutil.Process) -> None:
    """Measure without and with the pages, in turns, and print the table."""
    many = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http,
        httpx.AsyncClient(base_url=url, timeout=_LONGEST_S, limits=many) as pages,
    ):
        while True:
            try:
                await http.get("/health/ready")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.2)
        await payments(http, PAYMENTS)
        sessions = [
            (await http.post("/v1/checkout/sessions", json={"amount": 10_000, "currency": "XOF"})).json()
            for _ in range(PAGES)
        ]
        alone, before = await payments(http, PAYMENTS), process.memory_info().rss
        opened = [asyncio.Event() for _ in sessions]
        waiting = [
            asyncio.create_task(wait_on(pages, session, event)) for session, event in zip(sessions, opened, strict=True)
        ]
        await asyncio.gather(*(event.wait() for event in opened))
        await asyncio.sleep(2)
        after = process.memory_info().rss
        beside = await payments(http, PAYMENTS)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.sleep(2)
        again = await payments(http, PAYMENTS)
    quiet = (alone + again) * 0.5
    print(f"{PAGES} pages: {(after - before) // _MIB} MiB")
    print(f"a payment: {alone:.2f} ms before, {beside:.2f} ms beside, {again:.2f} ms after: x {beside / quiet:.2f}")


def main() -> None:
    """Serve on SQLite in a folder that goes away, and measure."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        given = {
            "ZEROFEE_DATABASE_URL": f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}",
            "ZEROFEE_RATE_LIMIT": "1000000/60",
            "ZEROFEE_LOG_LEVEL": "warning",
        }
        environment = {**os.environ, **given}
        command = [sys.executable, "-m", "zerofee"]
        subprocess.run([*command, "migrate"], env=environment, cwd=folder, check=True, capture_output=True)  # noqa: S603  our own command
        made = subprocess.run(  # noqa: S603  the same
            [*command, "bootstrap", "--json"], env=environment, cwd=folder, check=True, capture_output=True
        )
        key = json.loads(made.stdout)["secret_key"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment, cwd=folder)  # noqa: S603  the same
        try:
            asyncio.run(measure(f"http://127.0.0.1:{port}", key, psutil.Process(server.pid)))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
