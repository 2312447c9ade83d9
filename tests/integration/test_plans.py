"""Every statement is walked: each finds its rows by an index, and each that touches an app's data says whose it is."""

import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from tests.servers import Postgres
from tests.stores import copy_of_schema, postgres_with_schema
from zerofee.adapters.sql.dialects import PostgresDialect, SqliteDialect
from zerofee.adapters.sql.prepared import Prepared
from zerofee.adapters.sql.statements import Statements

Line = Any
"""asyncpg's own connection; it ships no types."""

SQLITE = {prepared.name: prepared for prepared in Statements(SqliteDialect())}
POSTGRES = {prepared.name: prepared for prepared in Statements(PostgresDialect())}

# A scan of a partial index looks at what is in it and at nothing else; each of these is small on purpose.
MAY_SCAN = {"ix_attempts_in_flight", "ix_payments_due", "ix_attempts_ask", "ix_claims_finished"}

# What belongs to no scope: apps themselves, a key that is only known by its digest, claims whose id is the digest of
# scope and key, and the worker's own questions.
CROSSES_SCOPES = {
    "insert apps", "update apps", "key by digest", "known claims", "finish claim", "ping",
    "beat", "orphans", "due attempts", "due payments", "reap claims",
}  # fmt: skip


# Which index was made for what. SQLite names those of constraints by number, so these are told by their first column.
MADE_FOR = {
    "list attempts": "payment_id",
    "page payments reference": "reference",
    "page payments after reference": "reference",
    "page payments attention": "ix_payments_attention",
    "page refunds payment_id": "payment_id",
    "page refunds after payment_id": "payment_id",
    "page events subject_id": "subject_id",
    "page events after subject_id": "subject_id",
    "orphans": "ix_attempts_in_flight",
    "due attempts": "ix_attempts_ask",
    "due payments": "ix_payments_due",
    "reap claims": "ix_claims_finished",
    "key by digest": "digest",
}


@pytest.fixture
def sqlite_file(run_folder: Path, tmp_path: Path) -> Path:
    """Return an SQLite file with the schema."""
    path = tmp_path / "shop.db"
    copy_of_schema(run_folder, path)
    return path


@pytest.fixture
async def line(postgres: Postgres) -> AsyncIterator[Line]:
    """Yield a connection of asyncpg to a PostgreSQL database with the schema."""
    database = postgres_with_schema(postgres)
    url = make_url(postgres.url(database)).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    yield connection
    await connection.close()
    postgres.drop(database)


def sqlite_plan(path: Path, prepared: Prepared) -> list[str]:
    """Return the steps that SQLite would take."""
    with sqlite3.connect(path) as connection:
        values = tuple("[]" if name == "ids" else 1 for name in prepared.names)
        found = connection.execute(f"EXPLAIN QUERY PLAN {prepared.sql}", values).fetchall()
    connection.close()
    return [row[3] for row in found]


@pytest.mark.parametrize("name", SQLITE)
def test_sqlite_finds_rows_by_an_index(sqlite_file: Path, name: str) -> None:
    steps = sqlite_plan(sqlite_file, SQLITE[name])
    for step in steps:
        scanned = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
        allowed = scanned is None or scanned[2] in MAY_SCAN or scanned[1] in {"anon_1", "due", "CONSTANT"}
        assert allowed, f"{name}: {step}"
    made_for = MADE_FOR.get(name, "")
    assert not made_for or any(re.search(rf"INDEX {made_for}|\({made_for}=\?", step) for step in steps), (
        f"{name}: {steps}"
    )


async def test_postgres_finds_rows_by_an_index(line: Line) -> None:
    """With scans switched off, as our connections have it, one that is still there has no index to take its place."""
    await line.execute("SET enable_seqscan = off")
    await line.execute("SET plan_cache_mode = force_generic_plan")
    for name, prepared in POSTGRES.items():
        await line.execute(f"PREPARE planned AS {prepared.sql}")
        nulls = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", prepared.sql))))
        plan = [row[0] for row in await line.fetch(f"EXPLAIN EXECUTE planned{f'({nulls})' if nulls else ''}")]
        await line.execute("DEALLOCATE planned")

        assert not any("Seq Scan" in step for step in plan), f"{name}: {plan}"
        made_for = MADE_FOR.get(name, "")
        used = [step for step in plan if re.search(rf"(on|using) {made_for}|Cond: \(+{made_for}", step)]
        assert used or not made_for, f"{name}: {plan}"


@pytest.mark.parametrize("statements", [SQLITE, POSTGRES], ids=["sqlite", "postgres"])
def test_each_statement_says_whose_it_is(statements: dict[str, Prepared]) -> None:
    for name, prepared in statements.items():
        where = prepared.sql.partition("WHERE")[2] or prepared.sql
        says = "app_id" in where and "environment" in where and {"app_id", "environment"} <= set(prepared.names)

        assert says or name in CROSSES_SCOPES, f"{name} does not keep to a scope: {prepared.sql}"
        assert not (says and name in CROSSES_SCOPES), f"{name} keeps to a scope: take it off the list"


def test_the_walk_misses_no_statement() -> None:
    assert SQLITE.keys() == POSTGRES.keys()
    assert len([name for name in SQLITE if name.startswith("page payments")]) == 37
    assert {f"insert {table}" for table in ("apps", "payments", "attempts", "events", "claims")} <= SQLITE.keys()
