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
from zerofee.adapters.sql.schema import METADATA
from zerofee.adapters.sql.statements import Statements

Line = Any
"""asyncpg's own connection; it ships no types."""

SQLITE = {prepared.name: prepared for prepared in Statements(SqliteDialect())}
POSTGRES = {prepared.name: prepared for prepared in Statements(PostgresDialect())}

# A scan of a partial index looks at what is in it and at nothing else; each of these is small on purpose.
MAY_SCAN = {
    "ix_attempts_in_flight", "ix_payments_due", "ix_attempts_ask", "ix_claims_finished", "ix_webhook_endpoints_listens",
    "ix_wallets_indebted",
}  # fmt: skip

# What a statement brings along or has found before: a list it was given, its own `WITH`, a constant.
OF_THE_STATEMENT = re.compile(r"anon_\d+|due|CONSTANT")

# What belongs to no scope: apps themselves, a key that is only known by its digest, claims whose id is the digest of
# scope and key, and the worker's own questions.
CROSSES_SCOPES = {
    "insert apps", "update apps", "read apps", "manage apps", "routing strategy", "walk apps", "walk connections",
    "key by digest", "known claims", "finish claim", "ping", "connection by id alone", "charge of payment",
    "connections by names", "due provider events",
    "beat", "alone", "chore", "orphans", "due attempts", "due payments", "reap claims",
    "due withdrawals", "due credits", "find indebted",
    "checkout session by id alone", "versions of payments on pages",
    "lanes", "release lanes", "reap webhook_deliveries",
}  # fmt: skip

# An app's audit log is of both its environments, so it is kept to by the app alone.
KEEPS_TO_APP = {"insert audit_entries", "last audit_entries", "page audit_entries", "follow audit_entries"}

# People belong to no app, and what is written about them alone is theirs.
OF_PEOPLE = {"users", "sessions", "one_time_codes", "letters", "tallies"}

# Which index was made for what. SQLite names those of constraints by number, so these are told by their first column.
MADE_FOR = {
    "read entries of source": "source_id",
    "list payouts": "withdrawal_id",
    "due withdrawals": "ix_withdrawals_send",
    "due credits": "ix_pending_credits_due",
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
    "user by email": "email",
    "latest code": "ix_one_time_codes_email",
    "due letters": "ix_letters_due",
    "reap letters": "ix_letters_created",
    "reap one_time_codes": "ix_one_time_codes_created",
    "reap sessions": "ix_sessions_expires",
    "reap tallies": "ix_tallies_last",
    "manage apps": "ix_apps_owner",
    "lanes": "ix_webhook_endpoints_listens",
    "due webhook_deliveries": "ix_webhook_deliveries_due",
    "failed webhook_deliveries": "ix_webhook_deliveries_given_up",
    "reap webhook_deliveries": "ix_webhook_deliveries_updated",
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
        allowed = scanned is None or scanned[2] in MAY_SCAN or OF_THE_STATEMENT.fullmatch(scanned[1])
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

        if set(re.findall(r"\w+", prepared.sql)) & METADATA.tables.keys() <= OF_PEOPLE and name not in CROSSES_SCOPES:
            continue
        if name in KEEPS_TO_APP:
            assert "app_id" in where, f"{name} does not keep to an app: {prepared.sql}"
            continue
        assert says or name in CROSSES_SCOPES, f"{name} does not keep to a scope: {prepared.sql}"
        assert not (says and name in CROSSES_SCOPES), f"{name} keeps to a scope: take it off the list"


def test_the_walk_misses_no_statement() -> None:
    assert SQLITE.keys() == POSTGRES.keys()
    assert len([name for name in SQLITE if name.startswith("page payments")]) == 37
    assert {f"insert {table}" for table in ("apps", "payments", "attempts", "events", "claims")} <= SQLITE.keys()
