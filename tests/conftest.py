"""What every test may ask for: a PostgreSQL database and a Redis of its own, on servers started once a run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.servers import Postgres, redis_url, stop_all

RUN_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that all processes of this run share; only the first one does, and tells its workers."""
    told: dict[str, str] | None = getattr(config, "workerinput", None)
    folder = Path(told["run_folder"]) if told else Path(tempfile.mkdtemp(prefix="zerofee-"))
    # Readable by the user who runs PostgreSQL, who is another one when we are root.
    folder.chmod(0o755)
    config.stash[RUN_FOLDER] = folder


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: pytest.Item) -> None:
    """Tell a worker of pytest-xdist where the shared folder is, before it starts."""
    workerinput: dict[str, str] = getattr(node, "workerinput")  # noqa: B009 # pytest-xdist's own type is private
    workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers when the last worker has gone."""
    if not hasattr(config, "workerinput"):
        stop_all(config.stash[RUN_FOLDER])


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """Return the folder that all processes of this run share."""
    return pytestconfig.stash[RUN_FOLDER]


@pytest.fixture(scope="session")
def worker(pytestconfig: pytest.Config) -> str:
    """Return this process's name among the workers: `gw0`, `gw1`, … or `gw0` when it is alone."""
    told: dict[str, str] = getattr(pytestconfig, "workerinput", {})
    return told.get("workerid", "gw0")


@pytest.fixture(scope="session")
def postgres(run_folder: Path, worker: str) -> Postgres:
    """Return the PostgreSQL of this run, started now if nobody has asked for it before."""
    return Postgres(run_folder, worker)


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """Yield the URL of an empty database, the test's own."""
    database = postgres.create()
    yield postgres.url(database)
    postgres.drop(database)


@pytest.fixture
def empty_redis_url(run_folder: Path, worker: str) -> Iterator[str]:
    """Yield the URL of an empty Redis database, the test's own."""
    url = redis_url(run_folder, database=int(worker.removeprefix("gw")))
    with redis.Redis.from_url(url) as server:
        server.flushdb()
        yield url
        server.flushdb()
