"""zerofee as it is run: processes on a database, with the crash bank installed beside them; each can be killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from tests.crash_real.balancer import Balancer
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.cli.opening import opened
from zerofee.entrypoints.settings import read_settings

PATIENCE_S: Final = 60.0
_PACKAGE: Final = Path(__file__).parent / "package"


class DidNotStart(Exception):
    """A process ended, or said nothing, instead of serving."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class House:
    """
    A database, its settings, and the processes on it.

    On SQLite one process serves and works. On PostgreSQL there may be more servers, and workers of their own;
    processes are numbered, servers first.
    """

    folder: Path
    database_url: str
    bank_url: str
    servers: int = 1
    workers: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    ports: list[int] = field(default_factory=list)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Choose a port for each server."""
        self.ports = [_free_port() for _ in range(self.servers)]

    @property
    def urls(self) -> tuple[str, ...]:
        """Say where each server is."""
        return tuple(f"http://127.0.0.1:{port}" for port in self.ports)

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """Say how each process is started."""
        only = ("--no-worker",) if self.workers else ()
        servers = (("serve", "--host", "127.0.0.1", "--port", str(port), *only) for port in self.ports)
        return (*servers, *(("worker",) for _ in range(self.workers)))

    async def furnish(self) -> None:
        """Install the bank, migrate, and make an app that is connected to it."""
        shutil.copy(_PACKAGE / "crashbank.py", self.folder)
        info = self.folder / "crashbank-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crashbank\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[zerofee.providers]\ncrashbank = crashbank:PROVIDER\n")
        self._told("migrate")
        made = json.loads(self._told("bootstrap", "--json"))
        self.key = made["secret_key"]
        scope = Scope(AppId(made["app_id"]), Environment.SANDBOX)
        async with opened(read_settings(self._settings)) as container:
            now, connection_id = container.clock().now(), container.ids().new(ConnectionId)
            connection = Connection(
                id=connection_id, scope=scope, provider_id="crashbank", created_at=now, updated_at=now
            )
            await container.commit()(ChangeSet((Insert(connection),)))

    def start(self, turn: int) -> None:
        """Start one of the processes; a server is waited for until it is ready."""
        with (self.folder / f"said-{turn}").open("ab") as said:
            command = (sys.executable, "-m", "zerofee", *self.words[turn])
            process = subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=said, stderr=said)
        self._running[turn : turn + 1] = [process]
        if turn < self.servers:
            self._wait(process, turn)

    def start_all(self) -> None:
        """Start every process."""
        for turn in range(len(self.words)):
            self.start(turn)

    def kill(self, turn: int) -> None:
        """Kill one process as a power cut would, and see it gone."""
        self._running[turn].send_signal(signal.SIGKILL)
        self._running[turn].wait()

    def stop(self, turn: int, sign: signal.Signals = signal.SIGTERM) -> int:
        """Stop one process calmly, and give its exit code."""
        self._running[turn].send_signal(sign)
        return self._running[turn].wait(PATIENCE_S)

    def close(self) -> None:
        """Kill whatever runs."""
        for process in self._running:
            process.kill()
            process.wait()

    def said(self, turn: int) -> str:
        """Give what the processes in one turn have said."""
        return (self.folder / f"said-{turn}").read_text()

    def client(self) -> httpx.AsyncClient:
        """Make a client with the app's key, which goes from server to server."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.AsyncClient(base_url=self.urls[0], headers=headers, transport=Balancer(self.urls), timeout=20)

    def wrong_in_ledger(self) -> list[str]:
        """Prove the books as an operator does, and give what is wrong with them."""
        done = self._ask("ledger", "verify")
        return [f"P4: {said}" for said in done.stderr.splitlines()] if done.returncode else []

    def _told(self, *arguments: str) -> str:
        done = self._ask(*arguments)
        if done.returncode:
            raise DidNotStart(done.stderr)
        return done.stdout

    def _ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-m", "zerofee", *arguments)
        return subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )

    def _wait(self, process: subprocess.Popen[bytes], turn: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not _answers(self.ports[turn]):
            if process.poll() is not None or time.monotonic() > deadline:
                raise DidNotStart(self.said(turn))
            time.sleep(0.02)

    @property
    def _settings(self) -> dict[str, str]:
        return {
            "ZEROFEE_DATABASE_URL": self.database_url,
            "ZEROFEE_CRASHBANK_BASE_URL": self.bank_url,
            "ZEROFEE_ASK_DELAYS": "1,1,1,2,2,2,3,3,3,3,3,3,3,3,3,3,3,3,3",
            "ZEROFEE_RATE_LIMIT": "1000000/60",
            "ZEROFEE_LOG_LEVEL": "warning",
            **self.extra,
        }

    @property
    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ZEROFEE_")}
        path = os.pathsep.join(filter(None, (str(self.folder), os.environ.get("PYTHONPATH"))))
        return {**ours, **self._settings, "PYTHONPATH": path}


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)):
            return False
    try:
        return (
            httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False, timeout=2).status_code == httpx.codes.OK
        )
    except httpx.HTTPError:
        return False
