"""A shop moves from SQLite to PostgreSQL and back: every row, every sum, and nothing at all when something is wrong."""

import gzip
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from tests.e2e.shop import ORDER, open_shop
from tests.servers import Postgres, apart
from tests.stores import copy_of_schema, postgres_with_schema, sqlite_url
from zerofee.adapters.sql.dump_shape import Head, TransferFailed
from zerofee.adapters.sql.dumping import dump
from zerofee.adapters.sql.loading import load
from zerofee.adapters.sql.migrating import migrate
from zerofee.adapters.sql.store import SqlStore
from zerofee.adapters.system import SystemClock
from zerofee.entrypoints.cli import opening
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.main import zerofee


def nothing(done: int, all_of: int) -> None:
    """Look away."""


@pytest.fixture
async def shop_url(run_folder: Path, tmp_path: Path) -> str:
    """Return an SQLite shop in which things have happened."""
    url = copy_of_schema(run_folder, tmp_path / "shop.db")
    async with open_shop(database_url=url) as shop:
        for amount in (500, 99_999, 44_444):
            await shop.paid(amount=amount)
        held = await shop.paid(capture="manual")
        await shop.post(f"/v1/payments/{held['id']}/capture", {"amount": 700}, Idempotency_Key="capture")
        paid = await shop.paid(amount=1200)
        await shop.post(f"/v1/payments/{paid['id']}/refunds", {"amount": 200}, Idempotency_Key="refund")
    return url


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    return postgres.url(postgres_with_schema(postgres))


async def test_everything_arrives_and_comes_back_the_same(shop_url: str, postgres_url: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.dump", tmp_path / "second.dump"

    head = await dump(shop_url, first, nothing)
    assert await load(first, postgres_url, nothing) == head
    await dump(postgres_url, second, nothing)

    assert gzip.decompress(first.read_bytes()) == gzip.decompress(second.read_bytes())
    assert head.tables["payments"].rows == 5
    assert head.tables["payments"].sums["captured_minor"] == 500 + 700 + 1200
    assert head.tables["refunds"].sums["amount_minor"] == 200
    back = sqlite_url(tmp_path / "back.db")
    await migrate(back)
    assert await load(second, back, nothing) == head


async def test_the_shop_goes_on_where_it_was_moved_to(shop_url: str, postgres_url: str, tmp_path: Path) -> None:
    await dump(shop_url, tmp_path / "dump", nothing)
    await load(tmp_path / "dump", postgres_url, nothing)

    async with open_shop(database_url=postgres_url) as shop:
        answer = await shop.paid(**ORDER)

    assert answer["status"] == "succeeded"


def test_the_file_is_its_owners_alone(shop_url: str, tmp_path: Path) -> None:
    apart(dump(shop_url, tmp_path / "dump", nothing))

    assert stat.S_IMODE((tmp_path / "dump").stat().st_mode) == 0o600


Spoil = Callable[[list[bytes]], list[bytes]]


def other_head(lines: list[bytes], **changes: object) -> list[bytes]:
    head = msgspec.json.decode(lines[0], type=Head)
    return [msgspec.json.encode(msgspec.structs.replace(head, **changes)), *lines[1:]]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda lines: lines[:-1], "cut short"),
        (lambda lines: [line.replace(b'"Demo"', b'"Dema"') for line in lines], "damaged"),
        (lambda lines: [*lines[:-2], lines[-1]], "damaged"),
        (lambda lines: [b"{}", *lines[1:]], "no dump"),
        (lambda lines: other_head(lines, revision="0001"), "schema 0001"),
        (lambda lines: other_head(lines, zerofee_dump=2), "format 2"),
    ],
)
async def test_a_dump_that_is_not_right_changes_nothing(
    shop_url: str, postgres_url: str, tmp_path: Path, spoil: Spoil, said: str
) -> None:
    await dump(shop_url, tmp_path / "dump", nothing)
    lines = gzip.decompress((tmp_path / "dump").read_bytes()).splitlines()
    (tmp_path / "spoilt").write_bytes(gzip.compress(b"\n".join(spoil(lines)) + b"\n"))

    with pytest.raises(TransferFailed, match=said):
        await load(tmp_path / "spoilt", postgres_url, nothing)

    await load(tmp_path / "dump", postgres_url, nothing)


async def test_sums_that_do_not_come_out_change_nothing(
    shop_url: str, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await dump(shop_url, tmp_path / "dump", nothing)
    with monkeypatch.context() as lossy:
        lossy.setattr("zerofee.adapters.sql.loading.sums_of", lambda _: {})
        with pytest.raises(TransferFailed, match="sums do not come out in"):
            await load(tmp_path / "dump", postgres_url, nothing)

    await load(tmp_path / "dump", postgres_url, nothing)


async def test_a_database_that_is_not_empty_is_left_alone(shop_url: str, postgres_url: str, tmp_path: Path) -> None:
    await dump(shop_url, tmp_path / "dump", nothing)
    await load(tmp_path / "dump", postgres_url, nothing)

    with pytest.raises(TransferFailed, match="not empty"):
        await load(tmp_path / "dump", postgres_url, nothing)


class TestCommands:
    @pytest.fixture
    def ask(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(opening, "set_up_logging", lambda *_: None)

        def ask(url: str, *words: str) -> Result:
            with monkeypatch.context() as environment:
                environment.setenv("ZEROFEE_DATABASE_URL", url)
                return CliRunner().invoke(zerofee, words)

        return ask

    def test_move_a_shop(self, ask: Callable[..., Result], shop_url: str, postgres_url: str) -> None:
        """The told clock of the shop's server stands in January, so nobody seems to be alive."""
        written = ask(shop_url, "export", "shop.dump")
        again = ask(shop_url, "export", "shop.dump")
        read = ask(postgres_url, "import", "shop.dump")
        refused = ask(postgres_url, "import", "shop.dump")

        assert written.exit_code == 0, written.exception
        assert "5 payments" in written.stdout
        assert "--force" in str(again.exception)
        assert read.exit_code == 0, read.exception
        assert "every count and sum came out" in read.stdout
        assert isinstance(refused.exception, CommandFailed)

    def test_refuse_while_somebody_serves(self, ask: Callable[..., Result], run_folder: Path, tmp_path: Path) -> None:
        url = copy_of_schema(run_folder, tmp_path / "busy.db")
        apart(_beat(url))

        refused = ask(url, "export", "busy.dump")
        taken = ask(url, "export", "busy.dump", "--snapshot")

        assert "--snapshot" in str(refused.exception)
        assert taken.exit_code == 0, taken.exception


async def _beat(url: str) -> None:
    """Be alive for a moment, by the real clock."""
    store = SqlStore(url, insist=False)
    await store.start()
    await store.work.beat("boot-1", SystemClock().now())
    await store.close()
