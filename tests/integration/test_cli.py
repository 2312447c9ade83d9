"""Servers as their operator meets them: real processes, real signals, a real port."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

PATIENCE_S = 30.0
ORDER = {
    "amount": 10_000,
    "currency": "XOF",
    "payment_method": "PAYIN_ORANGE_CI",
    "customer": {"phone": "+2250700000000"},
}


class Shop:
    """A folder in which somebody uses the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: dict[str, str] = {}

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self._words(arguments),
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def told(self, *arguments: str) -> str:
        """Run a command that succeeds, and give what it printed."""
        done = self.ask(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def server(self, *arguments: str) -> Iterator["Server"]:
        """Run a server until the block ends; it is killed if it has not stopped by then."""
        said = self.folder / "said"
        with said.open("w") as output:
            process = subprocess.Popen(
                self._words(arguments), cwd=self.folder, env=self._environment(), stdout=output, stderr=output
            )
        try:
            yield Server(process, said)
        finally:
            process.kill()
            process.wait()

    def _words(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return (sys.executable, "-m", "zerofee", *arguments)

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ZEROFEE_")}
        return {**ours, **self.settings}


class Server:
    """A running server, and what it has said so far."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
        self.process = process
        self._said = said

    @property
    def said(self) -> str:
        return self._said.read_text()

    def wait_for(self, pattern: str) -> str:
        """Wait until a line is said that matches, and give its group."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.said)):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)
        return found[1]

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        """Send a signal, and give the exit code."""
        self.process.send_signal(sign)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def greeted(server: Server) -> httpx.Client:
    """Give a client that does what the printed `curl` does."""
    key = server.wait_for(r"(?s)-H 'Authorization: (Bearer sk_sand_\w+)'.*-d '")
    url = server.wait_for(r"curl -sS (http://\S+)/v1/payments")
    return httpx.Client(base_url=url, headers={"Authorization": key}, trust_env=False)


def pay(client: httpx.Client, key: str) -> httpx.Response:
    return client.post("/v1/payments", json=ORDER, headers={"Idempotency-Key": key})


def test_a_payment_is_replayed_and_survives_a_restart(shop: Shop) -> None:
    with shop.server("run", "--port", "0") as server, greeted(server) as client:
        first, again = pay(client, "order-7"), pay(client, "order-7")
        bearer = client.headers["Authorization"]

        assert (first.status_code, first.json()["status"]) == (201, "succeeded")
        assert "Idempotency-Replayed" not in first.headers
        assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
        assert server.stop(signal.SIGINT) == 0

    made = (shop.folder / ".env").read_text()
    with shop.server("run", "--port", "0") as server, greeted(server) as client:
        assert client.headers["Authorization"] == bearer
        assert client.get(f"/v1/payments/{first.json()['id']}").json() == first.json()
        assert pay(client, "order-7").content == first.content
        assert server.stop(signal.SIGTERM) == 0

    assert (shop.folder / ".env").read_text() == made
    for name in (".env", ".zerofee-demo.json", "zerofee.db"):
        assert (shop.folder / name).stat().st_mode & 0o777 == 0o600, name
    logged = [line for line in server.said.splitlines() if re.match(r"\d{4}-\d\d-\d\dT", line)]
    assert any("POST /v1/payments 201" in line for line in logged)
    assert not any(re.search(r"sk_sand_\w", line) for line in logged)


def test_a_server_that_runs_stands_what_is_done_beside_it(shop: Shop) -> None:
    """One server for all of it, since each costs seconds to start."""
    shop.settings = {"ZEROFEE_ASK_DELAYS": "1", "ZEROFEE_HEADER_TIMEOUT": "1"}
    with shop.server("run", "--port", "0") as server, greeted(server) as client:
        app = server.wait_for(r"app +(app_\w+)")
        lost = client.post("/v1/payments", json={**ORDER, "amount": 50_000}).json()
        assert lost["status"] == "processing"
        loses_dawdlers(client)
        refuses_a_second_server(shop)
        is_backed_up(shop, payments=1)
        learns_of_keys(shop, app, client)
        # Its worker has asked by now, or is about to.
        wait_until(lambda: client.get(f"/v1/payments/{lost['id']}").json()["status"] == "succeeded", server)
        assert pay(client, "order-7").status_code == 201

        # A request whose body does not come keeps it from stopping: the second signal does not wait.
        with begun_request(client):
            client.get("/health")
            server.process.send_signal(signal.SIGTERM)
            server.wait_for(r"(stopping)")
            assert server.stop(signal.SIGTERM) == 1


def loses_dawdlers(client: httpx.Client) -> None:
    with connected(client) as silent, connected(client) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for line in (silent, slow):
            assert line.recv(1) == b""


def refuses_a_second_server(shop: Shop) -> None:
    second = shop.ask("serve", "--port", "0")

    assert second.returncode == 1
    assert "PostgreSQL" in second.stderr
    assert "Traceback" not in second.stderr


def is_backed_up(shop: Shop, payments: int) -> None:
    shop.told("backup", "copy.db")

    with closing(sqlite3.connect(shop.folder / "copy.db")) as connection:
        assert connection.execute("SELECT count(*) FROM payments").fetchone() == (payments,)


def learns_of_keys(shop: Shop, app: str, client: httpx.Client) -> None:
    key = shop.told("keys", "create", "--app", app, "--scope", "payments").strip()
    bearer = {"Authorization": f"Bearer {key}"}
    assert client.get("/v1/payments", headers=bearer).status_code == 200

    found = re.search(rf"(key_\w+)  good  sk_sand_…{key[-4:]}", shop.told("keys", "list", "--app", app))
    assert found is not None
    shop.told("keys", "revoke", "--app", app, found[1])
    wait_until(lambda: client.get("/v1/payments", headers=bearer).status_code == 401)
    assert client.get("/v1/payments").status_code == 200


def begun_request(client: httpx.Client) -> socket.socket:
    line = connected(client)
    authorization = f"Authorization: {client.headers['Authorization']}\r\n"
    head = "POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
    line.sendall(f"{head}{authorization}\r\n".encode())
    return line


def connected(client: httpx.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=PATIENCE_S)


def test_a_taken_port_is_refused_before_anything_is_made(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = shop.ask("run", "--port", str(taken.getsockname()[1]))

    assert refused.returncode == 1
    assert "another port" in refused.stderr
    assert list(shop.folder.iterdir()) == []


def test_two_processes_serve_postgres(shop: Shop, empty_postgres_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    shop.settings = {"ZEROFEE_DATABASE_URL": empty_postgres_url}
    shop.told("migrate")
    key = json.loads(shop.told("bootstrap", "--json"))["secret_key"]

    with shop.server("serve", "--workers", "2", "--port", str(port)) as server:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            client.headers["Authorization"] = f"Bearer {key}"
            wait_until(lambda: is_healthy(client), server)
            first, again = pay(client, "order-7"), pay(client, "order-7")

            assert (first.status_code, first.json()["status"]) == (201, "succeeded")
            assert again.content == first.content
            assert len(children(server.process.pid)) >= 2
        assert server.stop(signal.SIGTERM) == 0


def test_a_worker_process_works_for_servers_that_do_not(shop: Shop, empty_postgres_url: str) -> None:
    shop.settings = {"ZEROFEE_DATABASE_URL": empty_postgres_url, "ZEROFEE_ASK_DELAYS": "1"}
    shop.told("migrate")
    key = json.loads(shop.told("bootstrap", "--json"))["secret_key"]

    with shop.server("serve", "--no-worker", "--port", "0") as server:
        url = server.wait_for(r"serving on (http://\S+)")
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False) as client:
            lost = client.post("/v1/payments", json={**ORDER, "amount": 50_000}).json()
            with shop.server("worker") as worker:
                worker.wait_for(r"(working);")
                wait_until(lambda: client.get(f"/v1/payments/{lost['id']}").json()["status"] != "processing", worker)
                assert worker.stop(signal.SIGTERM) == 0

            assert client.get(f"/v1/payments/{lost['id']}").json()["status"] == "succeeded"


def wait_until(condition: Callable[[], bool], server: Server | None = None) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        said = server.said if server is not None else "no server"
        assert server is None or server.process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.05)


def is_healthy(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def children(pid: int) -> list[str]:
    """List the processes that a process has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
