"""
Payments while the cache is well, paused, dead and back: nothing is answered wrongly, and nobody waits long.

    python -m bench.cache_away [--seconds 10] [--clients 32]
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import redis

from bench.targets import ROOT, Target, zerofee
from tests.servers import start_redis, stop_redis

MUST_BE: Final = 3.0
"""How many times its usual p99 a payment may take while the cache is paused."""


def main() -> None:
    """Measure once, and print the table; exit with 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=32)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = start_redis(home / "redis")
        try:
            broken = _measure(home, url, wanted.clients, wanted.seconds)
        finally:
            stop_redis(home / "redis")
    if broken:
        raise SystemExit(f"broken: {', '.join(broken)}")


def _measure(home: Path, url: str, clients: int, seconds: float) -> list[str]:
    port = int(url.rpartition(":")[2])
    with redis.Redis.from_url(url) as server:
        pid: int = server.info("server")["process_id"]

    def start_again() -> None:
        start_redis(home / "again", port=port)

    stages: dict[str, Callable[[], None]] = {
        "well": lambda: None,
        "paused": lambda: os.kill(pid, signal.SIGSTOP),
        "on again": lambda: os.kill(pid, signal.SIGCONT),
        "killed": lambda: os.kill(pid, signal.SIGKILL),
        "started anew": start_again,
    }
    database = f"sqlite+aiosqlite:///{home}/zerofee.db"
    broken, usual = [], 0.0
    print("| the cache | payments/s | p50 ms | p99 ms | p99 ÷ well | wrong |\n| --- | --- | --- | --- | --- | --- |")
    try:
        with zerofee("cached", home, database, ZEROFEE_CACHE_URL=url) as target:
            _load(target, clients, 2)
            for name, happen in stages.items():
                happen()
                seen = _load(target, clients, seconds)
                usual = usual or seen["p99_ms"]
                ratio = seen["p99_ms"] / usual
                figures = f"{seen['per_second']:.0f} | {seen['p50_ms']:.1f} | {seen['p99_ms']:.1f}"
                print(f"| {name} | {figures} | {ratio:.2f} | {seen['wrong']} |", flush=True)
                if seen["wrong"] or (name == "paused" and ratio >= MUST_BE):
                    broken.append(name)
    finally:
        stop_redis(home / "again")
    return broken


def _load(target: Target, clients: int, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.load", "--url", target.url, "--key", target.key]
    command += ["--clients", str(clients), "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  our own
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    main()
