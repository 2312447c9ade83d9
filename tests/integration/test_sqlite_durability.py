"""What SQLite was told is what it does, and no fault of the disk leaves half of anything behind."""

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests.stores import copy_of_schema, sqlite_url
from zerofee.adapters.sql.engine import UnsafeStorage
from zerofee.adapters.sql.sqlite_engine import SqliteEngine
from zerofee.adapters.sql.sqlite_lines import OneHop, open_reader
from zerofee.adapters.sql.store import SqlStore
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.ports.store import NotFound, StorageUnavailable
from zerofee.domain.ports.views import PageOf, PaymentFilter
from zerofee.testing.builders import SCOPE, a_connection, an_app
from zerofee.testing.store_contract import charge_of, keep, numbered

T = TypeVar("T")


@pytest.fixture
def path(run_folder: Path, tmp_path: Path) -> Path:
    copy_of_schema(run_folder, tmp_path / "shop.db")
    return tmp_path / "shop.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(sqlite_url(path))
    await store.start()
    await keep(store, Insert(an_app()), Insert(a_connection()))
    yield store
    await store.close()


def payment_set(number: int) -> ChangeSet:
    """Return a set of two rows that are only right together."""
    return ChangeSet((Insert(numbered(number)), Insert(charge_of(numbered(number)))))


async def written(store: SqlStore) -> list[int]:
    """Return the numbers of the payments that are there, and check that each has its attempt."""
    listed = await store.views.payments(SCOPE, PaymentFilter(), PageOf(limit=1000))
    for payment in listed.items:
        assert len(await store.reads.attempts(SCOPE, payment.id)) == 1
    return sorted(int(payment.id.removeprefix("pay_")) for payment in listed.items)


def spoil(path: Path) -> None:
    """Overwrite a file with what is no database."""
    path.write_bytes(b"no database" * 1000)


async def fill(store: SqlStore, kept: list[int]) -> None:
    """Commit sets, and note those that were written, until one is refused."""
    for number in range(1000):
        await store.commit(payment_set(number))
        kept.append(number)


async def on_writer(store: SqlStore, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run something on the connection that writes."""
    engine = store._engine
    assert isinstance(engine, SqliteEngine)
    assert engine._writer is not None
    return await engine._writer.run(work)


def pragma(name: str) -> Callable[[sqlite3.Connection], object]:
    """Return what asks for a pragma's value."""
    return lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0]


async def test_the_writer_waits_for_the_disk_and_checks_references(store: SqlStore) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "query_only": 0}

    assert {name: await on_writer(store, pragma(name)) for name in wanted} == wanted
    assert await on_writer(store, pragma("wal_autocheckpoint")) == 1000


async def test_readers_cannot_write_and_never_checkpoint(store: SqlStore, path: Path) -> None:
    reader = await open_reader(path, 100)
    wanted = {"query_only": 1, "wal_autocheckpoint": 0, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 100}

    assert {name: await reader.run(pragma(name)) for name in wanted} == wanted
    with pytest.raises(sqlite3.OperationalError):
        await reader.run(lambda connection: connection.execute("DELETE FROM apps"))
    await reader.close()


async def test_a_tool_beside_the_server_writes_and_never_checkpoints(store: SqlStore, path: Path) -> None:
    tool = SqlStore(sqlite_url(path), beside=True)
    await tool.start()

    await tool.commit(payment_set(1))

    assert await on_writer(tool, pragma("wal_autocheckpoint")) == 0
    await tool.close()
    assert await written(store) == [1]


async def test_a_second_server_is_refused_until_the_first_is_gone(store: SqlStore, path: Path) -> None:
    second = SqlStore(sqlite_url(path))
    with pytest.raises(UnsafeStorage, match="one server process"):
        await second.start()

    await store.close()
    await second.start()
    await second.close()


async def test_a_table_that_is_not_strict_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE wallets")
        connection.execute("CREATE TABLE wallets (available_minor INTEGER)")
    connection.close()
    store = SqlStore(sqlite_url(path))

    with pytest.raises(UnsafeStorage, match="wallets"):
        await store.start()


async def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    store = SqlStore(sqlite_url(tmp_path / "none.db"))

    with pytest.raises(StorageUnavailable):
        await store.start()
    assert not (tmp_path / "none.db").exists()


def test_what_is_in_memory_is_no_storage() -> None:
    with pytest.raises(ValueError, match="not durable"):
        SqlStore("sqlite+aiosqlite://")


async def test_a_locked_file_is_unavailable_and_comes_back(store: SqlStore, path: Path) -> None:
    await on_writer(store, lambda connection: connection.execute("PRAGMA busy_timeout = 20"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StorageUnavailable):
        await store.commit(payment_set(1))
    assert await written(store) == []

    other.execute("ROLLBACK")
    other.close()
    await store.commit(payment_set(2))
    assert await written(store) == [2]


async def test_a_full_disk_is_unavailable_and_comes_back(store: SqlStore) -> None:
    pages = await on_writer(store, pragma("page_count"))
    await on_writer(store, lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}"))
    kept: list[int] = []
    with pytest.raises(StorageUnavailable):
        await fill(store, kept)
    assert await written(store) == kept

    await on_writer(store, lambda connection: connection.execute("PRAGMA max_page_count = 100000"))
    await store.commit(payment_set(1001))
    assert await written(store) == [*kept, 1001]


async def test_a_read_only_file_is_unavailable_and_comes_back(store: SqlStore) -> None:
    await on_writer(store, lambda connection: connection.execute("PRAGMA query_only = 1"))

    with pytest.raises(StorageUnavailable):
        await store.commit(payment_set(1))
    with pytest.raises(NotFound):
        await store.reads.payment(SCOPE, numbered(1).id)

    await store.commit(payment_set(2))
    assert await written(store) == [2]


async def test_a_database_that_is_garbage_is_unavailable(store: SqlStore, path: Path) -> None:
    await store.close()
    spoil(path)

    with pytest.raises(StorageUnavailable):
        await store.start()


@pytest.mark.parametrize("lost", [1, 700, 4095, 4120, 9000, 30000])
async def test_a_log_that_lost_its_tail_keeps_whole_sets(
    store: SqlStore, path: Path, tmp_path: Path, lost: int
) -> None:
    """As after a power cut: some of the last bytes never reached the disk. What is left are the first sets, whole."""
    for number in range(20):
        await store.commit(payment_set(number))
    cut = tmp_path / "cut.db"
    shutil.copy(path, cut)
    log = path.with_name("shop.db-wal").read_bytes()
    cut.with_name("cut.db-wal").write_bytes(log[:-lost])

    after = SqlStore(sqlite_url(cut))
    await after.start()

    numbers = await written(after)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) < 20
    assert await on_writer(after, pragma("integrity_check")) == "ok"
    assert await on_writer(after, lambda c: c.execute("PRAGMA foreign_key_check").fetchall()) == []
    await after.commit(payment_set(20))
    await after.close()


WRITE_UNTIL_KILLED = """
import asyncio, sys
from tests.integration.test_sqlite_durability import payment_set
from zerofee.adapters.sql.store import SqlStore

async def one(store, number):
    await store.commit(payment_set(number))
    print(number, flush=True)

async def main():
    store = SqlStore(sys.argv[1])
    await store.start()
    for first in range(0, 100000, 50):
        await asyncio.gather(*(one(store, number) for number in range(first, first + 50)))

asyncio.run(main())
"""


def answered_before_the_kill(path: Path) -> set[int]:
    """Let a process write as fast as it can, kill it in the middle, and return what it was told is written."""
    command = (sys.executable, "-c", WRITE_UNTIL_KILLED, sqlite_url(path))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(300)]
        process.send_signal(signal.SIGKILL)
        return {int(line) for line in (*first, *process.stdout.read().splitlines())}


async def test_what_was_answered_survives_a_killed_process(store: SqlStore, path: Path) -> None:
    await store.close()
    answered = await asyncio.to_thread(answered_before_the_kill, path)

    again = SqlStore(sqlite_url(path))
    await again.start()

    assert answered <= set(await written(again))
    await again.close()


async def test_a_closed_store_takes_nothing_more(store: SqlStore) -> None:
    await store.close()

    with pytest.raises(StorageUnavailable):
        await store.commit(payment_set(1))
    await store.close()


async def test_closing_writes_what_waits(store: SqlStore, path: Path) -> None:
    tasks = [keep(store, *payment_set(number)) for number in range(30)]
    running = [asyncio.ensure_future(task) for task in tasks]
    await asyncio.sleep(0)

    await store.close()
    for task in running:
        await task

    again = SqlStore(sqlite_url(path))
    await again.start()
    assert await written(again) == list(range(30))
    await again.close()


async def test_closing_leaves_no_log_behind(store: SqlStore, path: Path) -> None:
    await store.commit(payment_set(1))
    assert await written(store) == [1]

    await store.close()

    assert not path.with_name("shop.db-wal").exists()


async def test_what_was_begun_runs_to_its_end_when_the_caller_is_gone(path: Path) -> None:
    connection = OneHop(lambda: sqlite3.connect(path, isolation_level=None))
    await connection.connected()
    began, may_end = threading.Event(), threading.Event()

    def work(line: sqlite3.Connection) -> None:
        began.set()
        may_end.wait()
        line.execute("INSERT INTO boots (id, beat_at) VALUES ('boot', 1)")

    task = asyncio.ensure_future(connection.run(work))
    await asyncio.to_thread(began.wait)
    task.cancel()
    may_end.set()

    assert await connection.run(lambda c: c.execute("SELECT count(*) FROM boots").fetchone()) == (1,)
    await connection.close()
