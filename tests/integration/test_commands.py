"""Commands that do something and end, each in this process: the servers have a file of their own."""

import asyncio
import json
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click import Context
from click.testing import CliRunner, Result

from zerofee.application.apps.write_connections import NewConnection
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.cli import opening
from zerofee.entrypoints.cli.failing import FAILURES
from zerofee.entrypoints.cli.main import zerofee
from zerofee.entrypoints.settings import read_settings

STRONG = {
    "ZEROFEE_ENVIRONMENT": "production",
    "ZEROFEE_PUBLIC_URL": "https://pay.example.com",
    "ZEROFEE_JWT_SECRET": "a" * 32,
    "ZEROFEE_ENCRYPTION_KEYS": "b" * 32,
    "ZEROFEE_API_KEY_PEPPER": "c" * 32,
}

Ask = Callable[..., Result]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # The tests' own logs stay as they are.
    monkeypatch.setattr(opening, "set_up_logging", lambda *_: None)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    def ask(*words: str, **settings: str) -> Result:
        with monkeypatch.context() as environment:
            for name, value in settings.items():
                environment.setenv(name, value)
            return CliRunner().invoke(zerofee, words)

    return ask


def told(done: Result) -> str:
    """Give what a command printed that has succeeded."""
    assert done.exit_code == 0, done.exception
    return done.stdout


def refusal(done: Result) -> str:
    """Give what a command says that has failed in a way that a person can mend."""
    assert isinstance(done.exception, FAILURES), done.exception
    return str(done.exception)


def test_bootstrap_is_idempotent(ask: Ask) -> None:
    told(ask("migrate"))

    first: dict[str, Any] = json.loads(told(ask("bootstrap", "--json")))
    again = json.loads(told(ask("bootstrap", "--json")))
    other = json.loads(told(ask("bootstrap", "--json", "--new")))

    assert set(first) == {"user_email", "user_password", "app_id", "secret_key", "publishable_key"}
    assert first["secret_key"].startswith("sk_sand_")
    assert first["publishable_key"].startswith("pk_sand_")
    assert first["user_email"] == "demo@example.com"
    assert again == first
    assert other["app_id"] != first["app_id"]
    assert (other["user_email"], other["user_password"]) == (first["user_email"], first["user_password"])


def test_a_lost_key_file_gives_new_keys_of_the_same_app(ask: Ask, tmp_path: Path) -> None:
    told(ask("migrate"))
    first = json.loads(told(ask("bootstrap", "--json")))
    (tmp_path / ".zerofee-demo.json").unlink()

    again = json.loads(told(ask("bootstrap", "--json")))

    assert again["app_id"] == first["app_id"]
    assert again["user_email"] == first["user_email"]
    assert again["secret_key"] != first["secret_key"]
    assert again["user_password"] != first["user_password"]


def test_two_databases_have_a_demo_each(ask: Ask) -> None:
    other = {"ZEROFEE_DATABASE_URL": "sqlite+aiosqlite:///./other.db"}
    told(ask("migrate"))
    told(ask("migrate", **other))

    first = json.loads(told(ask("bootstrap", "--json")))
    second = json.loads(told(ask("bootstrap", "--json", **other)))

    assert second["secret_key"] != first["secret_key"]
    assert json.loads(told(ask("bootstrap", "--json"))) == first


def test_a_broken_key_file_is_no_obstacle(ask: Ask, tmp_path: Path) -> None:
    told(ask("migrate"))
    (tmp_path / ".zerofee-demo.json").write_text("{")

    assert json.loads(told(ask("bootstrap", "--json")))["secret_key"]


def test_production_keeps_no_keys_on_disk(ask: Ask, tmp_path: Path) -> None:
    told(ask("migrate", **STRONG))

    first = json.loads(told(ask("bootstrap", "--json", **STRONG)))
    again = ask("bootstrap", **STRONG)

    assert first["secret_key"]
    assert first["app_id"] in told(again)
    assert "keys create" in again.stderr
    assert not (tmp_path / ".zerofee-demo.json").exists()
    other = json.loads(told(ask("bootstrap", "--json", "--new", **STRONG)))
    assert other["user_email"] != first["user_email"]
    assert other["user_password"]


def test_the_demos_owner_logs_in(ask: Ask) -> None:
    told(ask("migrate"))
    made = json.loads(told(ask("bootstrap", "--json")))

    async def owners() -> tuple[str, str]:
        async with opening.opened(read_settings({})) as container:
            logged_in = await container.log_in()(made["user_email"], Secret(made["user_password"]))
            return logged_in.user.id, (await container.apps().app(AppId(made["app_id"]))).owner_id

    user_id, owner_id = asyncio.run(owners())

    assert user_id == owner_id


def test_bootstrap_asks_for_a_migrated_database(ask: Ask) -> None:
    assert "zerofee migrate" in refusal(ask("bootstrap"))


def test_keys_are_made_listed_and_revoked(ask: Ask) -> None:
    told(ask("migrate"))
    app = json.loads(told(ask("bootstrap", "--json")))["app_id"]

    key = told(ask("keys", "create", "--app", app, "--name", "till 3", "--scope", "payments")).strip()
    listed = told(ask("keys", "list", "--app", app))
    key_id = re.search(rf"(key_\w+)  good  sk_sand_…{key[-4:]}  payments .*till 3", listed)
    assert key_id is not None
    told(ask("keys", "revoke", "--app", app, key_id[1]))

    assert key not in listed
    assert f"{key_id[1]}  gone" in told(ask("keys", "list", "--app", app))
    assert told(ask("keys", "list", "--app", app, "--environment", "live")) == ""


def test_a_publishable_key_may_do_nothing_of_a_secret_one(ask: Ask) -> None:
    told(ask("migrate"))
    app = json.loads(told(ask("bootstrap", "--json")))["app_id"]

    key = told(ask("keys", "create", "--app", app, "--kind", "publishable", "--environment", "live")).strip()

    assert key.startswith("pk_live_")
    assert f"pk_live_…{key[-4:]}  -  " in told(ask("keys", "list", "--app", app, "--environment", "live"))


def test_a_key_for_no_app_is_refused(ask: Ask) -> None:
    told(ask("migrate"))

    assert "app_1" in refusal(ask("keys", "create", "--app", "app_1"))


def test_a_key_of_another_app_is_not_revoked(ask: Ask) -> None:
    told(ask("migrate"))
    first = json.loads(told(ask("bootstrap", "--json")))["app_id"]
    other = json.loads(told(ask("bootstrap", "--json", "--new")))["app_id"]
    key_id = told(ask("keys", "list", "--app", first)).split()[0]

    assert key_id in refusal(ask("keys", "revoke", "--app", other, key_id))
    assert "gone" not in told(ask("keys", "list", "--app", first))


def test_a_backup_is_whole_and_private_and_replaces_nothing_unasked(ask: Ask, tmp_path: Path) -> None:
    told(ask("migrate"))
    told(ask("bootstrap"))

    told(ask("backup", "copy.db"))

    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM apps").fetchone() == (1,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "--force" in refusal(ask("backup", "copy.db"))
    told(ask("backup", "--force", "copy.db"))
    assert not list(tmp_path.glob("*.part"))


def test_there_is_no_backup_of_nothing(ask: Ask, tmp_path: Path) -> None:
    assert "no backup" in refusal(ask("backup", "copy.db"))
    assert not (tmp_path / "copy.db").exists()


def test_postgres_has_a_backup_of_its_own(ask: Ask) -> None:
    said = refusal(ask("backup", "copy", ZEROFEE_DATABASE_URL="postgresql+asyncpg://db/zerofee"))

    assert "pg_dump" in said


def test_doctor_says_what_to_do_and_fails_until_it_is_done(ask: Ask) -> None:
    ill = ask("doctor")
    told(ask("migrate"))
    well = ask("doctor")

    assert ill.exit_code == 1
    assert "zerofee migrate" in ill.stdout
    assert "FAIL" not in told(well)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ZEROFEE_JWT_SECRET": "short"}, "FAIL  settings: ZEROFEE_JWT_SECRET"),
        ({"ZEROFEE_BULKHEAD": "many"}, "FAIL  settings: ZEROFEE_BULKHEAD"),
        ({"ZEROFEE_DATABASE_URL": "postgresql+asyncpg://127.0.0.1:1/zerofee"}, "FAIL  database: cannot be used"),
        ({"ZEROFEE_DATABASE_URL": "memory://"}, "FAIL  database: memory"),
    ],
)
def test_doctor_finds_what_keeps_it_from_production(ask: Ask, change: dict[str, str], said: str) -> None:
    ill = ask("doctor", **STRONG | change)

    assert ill.exit_code == 1
    assert said in ill.stdout


def test_doctor_says_whether_the_cache_answers(ask: Ask, empty_redis_url: str) -> None:
    told(ask("migrate"))

    answers = told(ask("doctor", ZEROFEE_CACHE_URL=empty_redis_url, ZEROFEE_CACHE_TIMEOUT="5"))
    away = told(ask("doctor", ZEROFEE_CACHE_URL="redis://127.0.0.1:1"))

    assert "ok    cache: answers" in answers
    assert "warn  cache: does not answer" in away


def test_doctor_notices_a_slip_of_the_pen(ask: Ask) -> None:
    assert "did you mean ZEROFEE_LOG_LEVEL?" in ask("doctor", ZEROFEE_LOG_LEVLE="info").stdout


@pytest.mark.parametrize("words", [("serve", "--workers", "2"), ("serve", "--no-worker"), ("worker",)], ids=" ".join)
@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///./zerofee.db", "memory://"])
def test_what_has_one_process_refuses_more(ask: Ask, words: tuple[str, ...], url: str) -> None:
    assert "PostgreSQL" in refusal(ask(*words, ZEROFEE_DATABASE_URL=url))


def test_production_refuses_to_start_and_names_the_variable(ask: Ask) -> None:
    assert "ZEROFEE_JWT_SECRET" in refusal(ask("serve", "--port", "0", ZEROFEE_ENVIRONMENT="production"))


def test_an_unmigrated_database_is_not_served(ask: Ask) -> None:
    assert "zerofee migrate" in refusal(ask("serve", "--port", "0"))


@pytest.mark.parametrize("url", ["mysql://db/zerofee", "nonsense", "sqlite+aiosqlite://"])
def test_a_url_of_no_storage_is_refused_by_its_variables_name(ask: Ask, url: str) -> None:
    done = ask("serve", "--port", "0", ZEROFEE_DATABASE_URL=url)

    assert "ZEROFEE_DATABASE_URL" in refusal(done)


@pytest.mark.parametrize("words", [("serve", "--prot", "1"), ("sreve",), ("serve", "--port", "x"), ("keys", "list")])
def test_what_is_not_understood_exits_with_2(ask: Ask, words: tuple[str, ...]) -> None:
    assert ask(*words).exit_code == 2


@pytest.mark.parametrize("word", zerofee.list_commands(Context(zerofee)))
def test_every_command_has_help(ask: Ask, word: str) -> None:
    assert word in told(ask("--help"))
    assert "Usage: " in told(ask(word, "--help"))


def test_routes_are_explained_before_anything_is_paid(ask: Ask) -> None:
    told(ask("migrate"))
    app = json.loads(told(ask("bootstrap", "--json")))["app_id"]
    words = ("routes", "explain", "--app", app, "--currency", "EUR", "--payment-method", "card")

    assert "1. test through con_" in told(ask(*words, "--amount", "500"))
    assert "amount" in refusal(ask(*words, "--amount", "0"))


def test_an_app_with_no_connection_is_told_so(ask: Ask) -> None:
    told(ask("migrate"))
    words = ("routes", "explain", "--app", "app_1", "--currency", "EUR", "--payment-method", "card", "--amount", "5")

    assert "no_route" in told(ask(*words))


def test_the_providers_are_listed(ask: Ask) -> None:
    assert "test" in told(ask("providers", "list"))


def connect(keys: str, app_id: str) -> Connection:
    """Give an app sealed credentials, as a server would whose encryption keys are these."""

    async def made() -> Connection:
        settings = read_settings({**os.environ, "ZEROFEE_ENCRYPTION_KEYS": keys})
        async with opening.opened(settings) as container:
            scope = Scope(AppId(app_id), Environment.SANDBOX)
            secret = {"secret_key": Secret("sk_test_51NotARealKeyButOfItsForm4242")}
            order = NewConnection(scope=scope, provider_id="stripe", credentials=secret)
            found: Connection = await container.write_connections().make(opening.AT_THE_COMMAND_LINE, order)
            return found

    return asyncio.run(made())


def test_keys_are_rotated_until_the_old_one_may_be_dropped(ask: Ask) -> None:
    old, new = "o" * 40, "n" * 40
    told(ask("migrate"))
    app_id = json.loads(told(ask("bootstrap", "--json")))["app_id"]
    connect(old, app_id)
    connect(old, app_id)

    before = ask("rotate-keys", ZEROFEE_ENCRYPTION_KEYS=new)
    rotated = told(ask("rotate-keys", ZEROFEE_ENCRYPTION_KEYS=f"{new},{old}"))
    again = told(ask("rotate-keys", ZEROFEE_ENCRYPTION_KEYS=f"{new},{old}"))
    dropped = told(ask("rotate-keys", ZEROFEE_ENCRYPTION_KEYS=new))

    assert before.exit_code == 1
    assert "opens under none of the keys" in before.stderr
    assert "(not among ZEROFEE_ENCRYPTION_KEYS): 2 connections" in before.stdout
    assert rotated == again
    assert re.search(r"the newest\): 2 connections\n.*: 0 connections; it may be dropped\n$", rotated)
    assert dropped in rotated
    assert "audit: 11 entries of 1 apps were followed" in ask("doctor").stdout


def test_doctor_finds_an_audit_log_that_was_written_into(ask: Ask, tmp_path: Path) -> None:
    told(ask("migrate"))
    app_id = json.loads(told(ask("bootstrap", "--json")))["app_id"]
    told(ask("keys", "create", "--app", app_id))
    assert told(ask("doctor")).count("audit: 8 entries of 1 apps") == 1

    with closing(sqlite3.connect(tmp_path / "zerofee.db")) as line, line:
        line.execute("UPDATE audit_entries SET actor_kind = 'user', actor_id = 'usr_x' WHERE number = 3")

    done = ask("doctor")
    assert done.exit_code == 1
    assert f"FAIL  audit: the log of {app_id} is broken: entry 3 was changed" in done.stdout


class TestBooks:
    @pytest.fixture
    def app_id(self, ask: Ask) -> str:
        told(ask("migrate"))
        made: str = json.loads(told(ask("bootstrap", "--json")))["app_id"]
        return made

    def test_a_fee_is_set_replaced_listed_and_removed(self, ask: Ask, app_id: str) -> None:
        here = ("--app", app_id, "--currency", "XOF")
        told(ask("fees", "set", *here, "--bps", "150", "--fixed", "25"))
        told(ask("fees", "set", *here, "--bps", "200"))

        assert told(ask("fees", "list", "--app", app_id)).split(maxsplit=1)[1] == "any method  XOF  200 bps\n"
        told(ask("fees", "remove", *here))
        assert told(ask("fees", "list", "--app", app_id)) == ""

    def test_a_fee_that_cannot_be_is_refused(self, ask: Ask, app_id: str) -> None:
        for words in (("--bps", "10001"), ("--fixed", "5"), ("--currency", "XXX")):
            assert isinstance(ask("fees", "set", "--app", app_id, *words).exception, FAILURES)
        assert isinstance(ask("fees", "set", "--app", "app_none").exception, FAILURES)
        assert isinstance(ask("fees", "remove", "--app", app_id).exception, FAILURES)

    def test_the_books_are_proven(self, ask: Ask, app_id: str) -> None:
        assert told(ask("ledger", "verify")) == "0 wallets checked, 0 faults found\n"

    def test_a_balance_that_was_changed_by_hand_is_found(self, ask: Ask, app_id: str) -> None:
        with closing(sqlite3.connect("zerofee.db")) as line:
            line.execute("INSERT INTO wallets VALUES (?, 'sandbox', 'XOF', 7, 0, 0, 0)", (app_id,))
            line.commit()

        found = ask("ledger", "verify")

        assert found.exit_code == 1
        assert f"{app_id} sandbox XOF: available is 7 and its entries add up to 0" in found.stderr
        assert "FAIL  ledger: " in ask("doctor").stdout
