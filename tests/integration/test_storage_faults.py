"""
The storage fails under the whole server: a clear 503, nothing half-written, and all is well when it is back.

DB-5, PAY-7: a fault before the provider is called leaves nothing; one after it leaves an attempt that is asked about.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.shop import ORDER, Shop, open_shop
from tests.integration.test_postgres_faults import kick_out
from tests.servers import Postgres
from tests.stores import copy_of_schema, postgres_with_schema
from zerofee.adapters.sql.postgres_engine import PostgresEngine
from zerofee.adapters.sql.sqlite_engine import SqliteEngine
from zerofee.adapters.sql.sqlite_lines import OneHop
from zerofee.domain.ports.store import StorageUnavailable

KEY = {"Idempotency_Key": "order-1"}


@pytest.fixture
async def on_sqlite(run_folder: Path, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(database_url=copy_of_schema(run_folder, tmp_path / "shop.db")) as shop:
        await on_writer(shop, "PRAGMA busy_timeout = 20")
        yield shop


@pytest.fixture
async def on_postgres(postgres: Postgres) -> AsyncIterator[tuple[Shop, str]]:
    database = postgres_with_schema(postgres)
    async with open_shop(database_url=postgres.url(database)) as shop:
        yield shop, database
    postgres.drop(database)


async def on_writer(shop: Shop, statement: str) -> Any:  # noqa: ANN401  whatever SQLite answers
    """Run a statement on the connection that writes."""
    store: Any = shop.container.store()
    engine = store._engine
    assert isinstance(engine, SqliteEngine)
    assert engine._writer is not None
    return await engine._writer.run(lambda connection: connection.execute(statement).fetchone())


async def fill_up(shop: Shop) -> None:
    """Let the disk have no free page any more."""
    pages = (await on_writer(shop, "PRAGMA page_count"))[0]
    await on_writer(shop, f"PRAGMA max_page_count = {pages}")
    for _ in range(200):
        if (await shop.post("/v1/payments", ORDER)).status_code == 503:
            return
    pytest.fail("the disk did not fill up")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock, as a tool that hangs would."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def refused(answer: httpx.Response) -> None:
    """The problem is clear: what it is, and when to come again."""
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "storage_unavailable"
    assert int(answer.headers["retry-after"]) >= 1


async def whole(shop: Shop) -> list[dict[str, Any]]:
    """List the payments, each with what it needs: an attempt, and news without a gap."""
    payments: list[dict[str, Any]] = (await shop.get("/v1/payments", limit="100")).json()["data"]
    for payment in payments:
        assert (await shop.get(f"/v1/payments/{payment['id']}/attempts")).json()["data"]
        assert (await shop.get(f"/v1/payments/{payment['id']}/events")).json()["data"]
    return payments


async def caught_up(shop: Shop) -> None:
    """Let the worker find out what was left open."""
    for _ in range(20):
        shop.clock.advance(10)
        # The worker's loops go on after a fault, and so does this one.
        with suppress(StorageUnavailable):
            await shop.container.worker().run_due()


async def test_a_full_disk_before_the_call_leaves_nothing(on_sqlite: Shop) -> None:
    shop = on_sqlite
    await fill_up(shop)
    before = await whole(shop)
    shop.directory.charges = 0

    refused(await shop.post("/v1/payments", ORDER, **KEY))

    assert await whole(shop) == before
    assert shop.directory.charges == 0
    await on_writer(shop, "PRAGMA max_page_count = 1000000")
    answer = await shop.post("/v1/payments", ORDER, **KEY)
    assert (answer.status_code, shop.directory.charges) == (201, 1)
    assert len(await whole(shop)) == len(before) + 1


async def test_a_read_only_file_before_the_call_leaves_nothing(
    on_sqlite: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = on_sqlite
    open_writer = SqliteEngine._open_writer

    async def read_only(engine: SqliteEngine) -> OneHop:
        writer = await open_writer(engine)
        await writer.run(lambda connection: connection.execute("PRAGMA query_only = 1"))
        return writer

    with monkeypatch.context() as remounted:
        remounted.setattr(SqliteEngine, "_open_writer", read_only)
        await on_writer(shop, "PRAGMA query_only = 1")
        refused(await shop.post("/v1/payments", ORDER, **KEY))
        assert await whole(shop) == []

    answer = await shop.post("/v1/payments", ORDER, **KEY)
    if answer.status_code == 503:
        # The last writer was opened read-only; the fault that it met has let it go.
        answer = await shop.post("/v1/payments", ORDER, **KEY)
    assert (answer.status_code, shop.directory.charges) == (201, 1)


async def test_a_lock_before_the_call_leaves_nothing(on_sqlite: Shop, tmp_path: Path) -> None:
    shop = on_sqlite
    with locked(tmp_path / "shop.db"):
        refused(await shop.post("/v1/payments", ORDER, **KEY))
        assert (await shop.get("/v1/payments")).json()["data"] == []

    assert (await shop.post("/v1/payments", ORDER, **KEY)).status_code == 201
    assert shop.directory.charges == 1


async def test_a_fault_after_the_call_says_nothing_and_is_found_out(on_sqlite: Shop, tmp_path: Path) -> None:
    """PAY-7: the money has moved, and cannot be written down; so nothing is said of it."""
    shop = on_sqlite
    shop.directory.gate.clear()
    shop.directory.called.clear()
    paying = asyncio.create_task(shop.post("/v1/payments", ORDER, **KEY))
    await shop.directory.called.wait()
    with locked(tmp_path / "shop.db"):
        shop.directory.gate.set()
        refused(await paying)

    await caught_up(shop)

    again = await shop.post("/v1/payments", ORDER, **KEY)
    assert (again.status_code, again.json()["id"]) == (201, (await whole(shop))[0]["id"])
    assert [payment["status"] for payment in await whole(shop)] == ["succeeded"]
    assert shop.directory.charges == 1


async def test_a_fault_of_a_moment_after_the_call_is_waited_out(on_sqlite: Shop, tmp_path: Path) -> None:
    shop = on_sqlite
    shop.directory.gate.clear()
    shop.directory.called.clear()
    paying = asyncio.create_task(shop.post("/v1/payments", ORDER, **KEY))
    await shop.directory.called.wait()
    await on_writer(shop, "PRAGMA query_only = 1")
    shop.directory.gate.set()

    answer = await paying

    assert (answer.status_code, answer.json()["status"]) == (201, "succeeded")


async def test_a_database_that_is_gone_is_told_of_and_comes_back(
    on_postgres: tuple[Shop, str], postgres: Postgres
) -> None:
    shop, database = on_postgres
    paid = await shop.paid()
    postgres._execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    kick_out(postgres, database)

    refused(await shop.post("/v1/payments", ORDER, **KEY))
    refused(await shop.get(f"/v1/payments/{paid['id']}"))
    assert (await shop.http.get("/health/ready")).status_code == 503
    assert (await shop.http.get("/health/live")).status_code == 200

    postgres._execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    assert (await shop.http.get("/health/ready")).status_code == 200
    assert (await shop.post("/v1/payments", ORDER, **KEY)).status_code == 201
    assert len(await whole(shop)) == 2


async def test_a_database_that_goes_while_a_provider_is_called_loses_no_charge(
    on_postgres: tuple[Shop, str], postgres: Postgres
) -> None:
    shop, database = on_postgres
    shop.directory.gate.clear()
    shop.directory.called.clear()
    paying = asyncio.create_task(shop.post("/v1/payments", ORDER, **KEY))
    await shop.directory.called.wait()
    postgres._execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    kick_out(postgres, database)
    shop.directory.gate.set()
    refused(await paying)
    postgres._execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")

    await caught_up(shop)

    assert [payment["status"] for payment in await whole(shop)] == ["succeeded"]
    assert shop.directory.charges == 1


async def test_no_transaction_and_no_line_is_held_while_a_provider_is_called(on_postgres: tuple[Shop, str]) -> None:
    """PAY-2: with twenty calls under way, every line of the pool is free, and none is in a transaction."""
    shop, _ = on_postgres
    shop.directory.gate.clear()
    paying = [asyncio.create_task(shop.post("/v1/payments", ORDER)) for _ in range(20)]
    while shop.directory.charges < 20:  # noqa: ASYNC110  the directory counts, and rings no bell for it
        await asyncio.sleep(0.01)

    store: Any = shop.container.store()
    engine = store._engine
    assert isinstance(engine, PostgresEngine)
    assert engine._writer is not None
    line: Any = (await engine._writer.get_raw_connection()).driver_connection
    # The one line that is kept is the committer's own.
    pool: Any = engine._pool.pool
    assert pool.checkedout() == 1
    assert not line.is_in_transaction()
    shop.directory.gate.set()
    assert {answer.status_code for answer in await asyncio.gather(*paying)} == {201}
