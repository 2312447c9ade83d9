"""PostgreSQL goes away, comes back, loses the word of a commit, or is shared: nothing is lost, nothing is twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import asyncpg
import pytest

from tests.servers import Postgres
from tests.stores import postgres_with_schema
from zerofee.adapters.sql.engine import UnsafeStorage
from zerofee.adapters.sql.postgres_engine import PostgresEngine
from zerofee.adapters.sql.store import SqlStore
from zerofee.domain.change_set import ChangeSet, Insert, Update
from zerofee.domain.ports.store import StorageUnavailable
from zerofee.domain.wallet import BalanceMove
from zerofee.testing.builders import SCOPE, XOF, a_connection, a_payment, an_app
from zerofee.testing.store_contract import MANY, keep, numbered, race

Line = Any
"""asyncpg's own connection; it ships no types."""

MOVE: Final = BalanceMove(scope=SCOPE, currency=XOF, available_minor=1)


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    database = postgres_with_schema(postgres)
    yield database
    postgres.drop(database)


@pytest.fixture
async def store(postgres: Postgres, database: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(postgres.url(database), insist=False)
    await store.start()
    await keep(store, Insert(an_app()), Insert(a_connection()))
    yield store
    await store.close()


async def available(store: SqlStore) -> int:
    """Return what is in the one balance."""
    return sum(found.available_minor for found in await store.reads.balances(SCOPE))


def kick_out(postgres: Postgres, database: str) -> None:
    """End every connection to a database, as a restarting server does."""
    postgres._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


class LostWord:
    """A connection that loses the server's answer to the first COMMIT, before or after the server has heard it."""

    def __init__(self, line: Line, *, heard: bool) -> None:
        self._line = line
        self._heard = heard
        self.lost = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._line, name)

    async def execute(self, statement: str) -> None:
        if statement == "COMMIT" and not self.lost:
            self.lost += 1
            if self._heard:
                await self._line.execute("COMMIT")
            self._line.terminate()
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        await self._line.execute(statement)


@pytest.mark.parametrize("heard", [True, False])
async def test_a_lost_word_of_a_commit_is_found_out(
    store: SqlStore, heard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Added once, whether the server had committed or not: an increment would show a second time."""
    engine = store._engine
    assert isinstance(engine, PostgresEngine)
    connect = engine._writer_line
    lines: list[LostWord] = []

    async def first_loses() -> object:
        line = await connect()
        if lines:
            return line
        lines.append(LostWord(line, heard=heard))
        return lines[0]

    monkeypatch.setattr(engine, "_writer_line", first_loses)

    await keep(store, MOVE)

    assert lines[0].lost == 1
    assert await available(store) == 1


async def test_a_restarted_server_is_not_noticed(store: SqlStore, postgres: Postgres, database: str) -> None:
    await keep(store, MOVE)
    kick_out(postgres, database)

    await keep(store, MOVE)
    assert await available(store) == 2
    kick_out(postgres, database)
    assert await available(store) == 2
    await store.ping()


async def test_a_database_that_is_away_is_unavailable_and_comes_back(
    store: SqlStore, postgres: Postgres, database: str
) -> None:
    postgres._execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    kick_out(postgres, database)

    for use in (store.ping(), keep(store, MOVE), store.work.beat("boot", a_payment().created_at)):
        with pytest.raises(StorageUnavailable):
            await use

    postgres._execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    await keep(store, MOVE)
    assert await available(store) == 1


async def test_no_server_is_unavailable() -> None:
    store = SqlStore("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")

    with pytest.raises(StorageUnavailable):
        await store.start()
    await store.close()


async def test_a_server_that_forgets_is_refused_where_it_matters(postgres: Postgres, database: str) -> None:
    """The server of the tests is made to forget, for speed."""
    store = SqlStore(postgres.url(database), insist=True)

    with pytest.raises(UnsafeStorage) as refused:
        await store.start()

    assert [gap.split()[1] for gap in refused.value.gaps] == ["fsync", "full_page_writes", "synchronous_commit"]


async def test_two_processes_share_a_database(store: SqlStore, postgres: Postgres, database: str) -> None:
    """Both want the same versions and the same balance at the same time, in any order, without standing still."""
    other = SqlStore(postgres.url(database), insist=False)
    await other.start()
    await keep(store, *(Insert(numbered(n)) for n in range(MANY)), BalanceMove(scope=SCOPE, currency=XOF))

    def sets(by: str) -> list[ChangeSet]:
        updates = [Update(a_payment(id=numbered(n).id, version=2, description=by)) for n in range(MANY)]
        return [ChangeSet((update, MOVE)) for update in (updates if by == "one" else reversed(updates))]

    ones, others = await asyncio.gather(race(store, sets("one")), race(other, sets("other")))

    assert [*ones, *others].count(None) == MANY
    assert await available(store) == MANY
    for n in range(MANY):
        winner = "one" if ones[n] is None else "other"
        assert (ones[n] is None) != (others[MANY - 1 - n] is None)
        assert (await other.reads.payment(SCOPE, numbered(n).id)).description == winner
    await other.close()


async def test_two_processes_never_claim_the_same_work(store: SqlStore, postgres: Postgres, database: str) -> None:
    other = SqlStore(postgres.url(database), insist=False)
    await other.start()
    late = a_payment().created_at
    await keep(store, *(Insert(a_payment(id=numbered(n).id, expires_at=late)) for n in range(MANY)))

    claims = await asyncio.gather(
        *(worker.work.due_payments(late, a_payment().expires_at or late, 3) for worker in [store, other] * MANY)
    )

    claimed = [due for claim in claims for due in claim]
    assert len(claimed) == len(set(claimed)) == MANY
    await other.close()
