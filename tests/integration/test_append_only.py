"""What was appended stays as it is: the database itself refuses to change it (reliability rules LED-1)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from tests.servers import Postgres
from tests.stores import copy_of_schema, postgres_with_schema

ENTRY = (
    "INSERT INTO entries (app_id, environment, currency, id, source_type, source_id, kind, account, amount_minor,"
    " created_at) VALUES ('app', 'sandbox', 'XOF', 'ent_1', 'payment', 'pay_1', 'paid', 'fees', 1, 0)"
)
FORBIDDEN = ("UPDATE entries SET amount_minor = 2", "DELETE FROM entries")


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_sqlite_refuses(run_folder: Path, tmp_path: Path, statement: str) -> None:
    path = tmp_path / "shop.db"
    copy_of_schema(run_folder, path)
    with closing(sqlite3.connect(path)) as line:
        line.execute(ENTRY)

        with pytest.raises(sqlite3.IntegrityError, match="only appended"):
            line.execute(statement)


@pytest.mark.parametrize("statement", [*FORBIDDEN, "TRUNCATE entries"])
async def test_postgres_refuses(postgres: Postgres, statement: str) -> None:
    database = postgres_with_schema(postgres)
    line = await asyncpg.connect(make_url(postgres.url(database)).set(drivername="postgresql").render_as_string())
    await line.execute(ENTRY)

    with pytest.raises(asyncpg.RaiseError, match="only appended"):
        await line.execute(statement)

    await line.close()
    postgres.drop(database)
