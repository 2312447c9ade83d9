"""
Real processes, real signals, a real bank's book: `make chaos` does this for hundreds of kills.

Every acknowledged payment exists, every charge in the bank's book is exactly one payment's, none was charged twice,
no key was answered two ways, and the ledger sums to zero.
"""

from pathlib import Path

from tests.crash_real.siege import Siege, besiege
from tests.stores import sqlite_url

KILLS = 3


async def test_a_server_on_sqlite_survives_being_killed(tmp_path: Path) -> None:
    survived = await besiege(tmp_path, sqlite_url(tmp_path / "shop.db"), Siege(kills=KILLS, seed=1))

    assert survived.wrong == []
    assert survived.payments > 0


async def test_servers_and_workers_on_postgres_survive_being_killed(
    tmp_path: Path, empty_postgres_url: str, empty_redis_url: str
) -> None:
    """Two servers, two workers, one PostgreSQL, one Redis, no sticky sessions: any of the four may be killed."""
    settings = {"ZEROFEE_CACHE_URL": empty_redis_url}
    siege = Siege(kills=KILLS, seed=2, servers=2, workers=2, settings=settings)

    survived = await besiege(tmp_path, empty_postgres_url, siege)

    assert survived.wrong == []
    assert survived.payments > 0
