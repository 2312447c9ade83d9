"""What a provider tells in secret is sealed in the database, for the attempt that it was told about alone."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.stores import copy_of_schema
from zerofee.adapters.crypto.envelope import Envelopes
from zerofee.adapters.crypto.vault import EnvelopeVault
from zerofee.adapters.sql.store import SqlStore
from zerofee.domain.change_set import ChangeSet, Insert, Update
from zerofee.domain.ports.vault import Secret
from zerofee.testing.builders import CONNECTION_ID, PAYMENT_ID, SCOPE, a_charge, a_connection, a_payment, an_app

TOKEN = "tok_3hWJ9xQmZ7"
CHARGE = a_charge(details={"secret_token": TOKEN, "intent": "pi_1"})
OLD = Secret("an encryption key of more than 32 bytes, old")
NEW = Secret("an encryption key of more than 32 bytes, new")


def a_vault(*keys: Secret) -> EnvelopeVault:
    return EnvelopeVault(Envelopes(keys))


@pytest.fixture
def path(run_folder: Path, tmp_path: Path) -> Path:
    """Return an SQLite file with the schema."""
    path = tmp_path / "shop.db"
    copy_of_schema(run_folder, path)
    return path


def a_store(path: Path, vault: EnvelopeVault | None) -> SqlStore:
    return SqlStore(f"sqlite+aiosqlite:///{path}", insist=False, vault=vault)


async def filled(path: Path) -> None:
    """Write an app with a charge that has a secret."""
    store = a_store(path, a_vault(OLD))
    await store.start()
    await store.commit(ChangeSet((Insert(an_app()), Insert(a_connection()), Insert(a_payment()), Insert(CHARGE))))
    await store.close()


async def test_is_read_as_it_was_told(path: Path) -> None:
    await filled(path)
    store = a_store(path, a_vault(NEW, OLD))
    await store.start()

    read = await store.reads.attempt(SCOPE, CHARGE.id)
    await store.commit(ChangeSet((Update(replace(read, asked=1, version=2)),)))

    assert read == CHARGE
    assert (await store.reads.attempts(SCOPE, PAYMENT_ID))[0].details == CHARGE.details
    assert (await store.inbox.attempt_known_by(SCOPE, CONNECTION_ID, CHARGE.id) or CHARGE).details == CHARGE.details
    await store.close()


async def test_cannot_be_read_in_the_file(path: Path) -> None:
    await filled(path)

    everything = b"".join(file.read_bytes() for file in path.parent.glob("shop.db*"))

    assert b"pi_1" in everything
    assert TOKEN.encode() not in everything


async def test_does_not_open_in_another_row(path: Path) -> None:
    """CRY-1: moved to another attempt, it is nobody's, and left out."""
    await filled(path)
    await asyncio.to_thread(move_to_another_attempt, path)
    store = a_store(path, a_vault(OLD))
    await store.start()

    moved = (await store.reads.attempts(SCOPE, PAYMENT_ID))[0]

    assert moved.details == {"intent": "pi_1"}
    await store.close()


async def test_is_left_out_when_its_key_is_gone(path: Path) -> None:
    await filled(path)
    store = a_store(path, a_vault(NEW))
    await store.start()

    assert (await store.reads.attempt(SCOPE, CHARGE.id)).details == {"intent": "pi_1"}
    await store.close()


async def test_is_refused_by_a_store_that_has_no_vault(path: Path) -> None:
    store = a_store(path, None)
    await store.start()

    with pytest.raises(ValueError, match="vault"):
        await store.commit(ChangeSet((Insert(an_app()), Insert(a_connection()), Insert(a_payment()), Insert(CHARGE))))
    await store.close()


def move_to_another_attempt(path: Path) -> None:
    with closing(sqlite3.connect(path)) as line, line:
        line.execute("UPDATE attempts SET id = 'att_01KDVQ6R0000000000000000ZZ'")
