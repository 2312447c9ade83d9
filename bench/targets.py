"""The servers that are measured: each one process of its own, started as its users would start it."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
YARDSTICK: Final = Path(
    os.environ.get("ZEROFEE_YARDSTICK", ROOT.parent / "shared" / "bench" / "fastapi_sqlite_baseline.py")
)
YARDSTICK_KEY: Final = "sk_sand_baseline"
_STARTS_WITHIN_S: Final = 60


@dataclass(frozen=True, slots=True)
class Target:
    """A server that is up: where payments are posted to, under which key, and its process."""

    name: str
    url: str
    key: str
    pid: int


@contextlib.contextmanager
def zerofee(name: str, folder: Path, database_url: str, **settings: str) -> Iterator[Target]:
    """Serve zerofee on a database, migrated and bootstrapped, with its worker inside."""
    with several(name, folder, database_url, 1, 0, **settings) as (target,):
        yield target


@contextlib.contextmanager
def several(
    name: str, folder: Path, database_url: str, servers: int, workers: int, **settings: str
) -> Iterator[tuple[Target, ...]]:
    """Serve zerofee with so many servers, and workers of their own; with none, the servers have theirs inside."""
    environment = {
        "ZEROFEE_DATABASE_URL": database_url,
        "ZEROFEE_LOG_LEVEL": "error",
        "ZEROFEE_JWT_SECRET": secrets.token_urlsafe(48),
        "ZEROFEE_ENCRYPTION_KEYS": secrets.token_urlsafe(48),
        "ZEROFEE_API_KEY_PEPPER": secrets.token_urlsafe(48),
        "ZEROFEE_RATE_LIMIT": "100000000/60",
        **settings,
    }
    _zerofee(folder, environment, "migrate")
    key = json.loads(_zerofee(folder, environment, "bootstrap", "--json"))["secret_key"]
    zerofee_command = [sys.executable, "-m", "zerofee"]
    only = ["--no-worker"] if workers else []
    with contextlib.ExitStack() as stack:
        targets = []
        for _ in range(servers):
            port = _free_port()
            command = [*zerofee_command, "serve", "--host", "127.0.0.1", "--port", str(port), *only]
            process = stack.enter_context(_running(command, folder, environment))
            _wait(f"http://127.0.0.1:{port}/health", process)
            targets.append(Target(name, f"http://127.0.0.1:{port}/v1/payments", key, process.pid))
        for _ in range(workers):
            stack.enter_context(_running([*zerofee_command, "worker"], folder, environment))
        yield tuple(targets)


@contextlib.contextmanager
def bare(folder: Path) -> Iterator[Target]:
    """Serve the framework alone."""
    with _uvicorn("bench.bare:app", folder, {"PYTHONPATH": str(ROOT)}) as (port, pid):
        yield Target("framework", f"http://127.0.0.1:{port}/v1/payments", "none", pid)


@contextlib.contextmanager
def yardstick(folder: Path) -> Iterator[Target]:
    """Serve the yardstick, without its Redis steps."""
    environment = {"PYTHONPATH": str(YARDSTICK.parent), "BASELINE_DB": str(folder / "yardstick.db")}
    with _uvicorn(f"{YARDSTICK.stem}:app", folder, environment) as (port, pid):
        yield Target("yardstick", f"http://127.0.0.1:{port}/v1/payments", YARDSTICK_KEY, pid)


@contextlib.contextmanager
def _uvicorn(app: str, folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    with _running(command, folder, environment) as process:
        _wait(f"http://127.0.0.1:{port}/", process)
        yield port, process.pid


@contextlib.contextmanager
def _running(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL)  # noqa: S603  our own commands
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _zerofee(folder: Path, environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(  # noqa: S603  our own commands
        [sys.executable, "-m", "zerofee", *words],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"{url} did not come up: its process ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310  a loopback address of our own
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} did not come up within {_STARTS_WITHIN_S} s")
