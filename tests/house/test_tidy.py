from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.house.rules import (
    MAX_LINES,
    REGISTRIES,
    clocks,
    floats_near_money,
    imports_for_types_only,
    leftovers,
    too_long,
    vague_name,
)
from tests.house.tree import ROOT, files, name

Rule = Callable[[str], Iterator[str]]

THE_CLOCK = ROOT / "src/zerofee/adapters/system.py"
THE_DOOR = ROOT / "src/zerofee/__init__.py"


def said(rule: Rule, paths: tuple[Path, ...]) -> list[str]:
    """Return what a rule says of files, each sentence with the file it is about."""
    assert paths, "a rule that looks at no file proves nothing"
    return [f"{name(path)}: {sentence}" for path in paths for sentence in rule(path.read_text())]


def test_money_is_never_a_float() -> None:
    assert said(floats_near_money, files("src/zerofee/domain", ".py")) == []
    assert said(floats_near_money, files("src/zerofee/application", ".py")) == []


def test_one_file_asks_the_clock() -> None:
    others = tuple(path for path in files("src", ".py") if path != THE_CLOCK)

    assert said(clocks, others) == []


def test_no_import_is_for_types_only() -> None:
    assert said(imports_for_types_only, files("src", ".py")) == []


def test_one_file_one_idea() -> None:
    assert said(too_long, files("src", ".py")) == []


def test_names_say_what_is_inside() -> None:
    paths = [path for folder in ("src", "tests", "bench", "migrations") for path in files(folder, ".py")]

    assert [sentence for path in paths for sentence in vague_name(PurePosixPath(name(path)))] == []


def test_nothing_is_left_over() -> None:
    binary = {".db", ".gz", ".ico", ".png", ".woff2"}
    texts = tuple(path for path in files() if path.suffix not in binary)

    assert said(leftovers, texts) == []


def test_one_package_re_exports() -> None:
    packages = [path for path in files("src", "__init__.py") if path != THE_DOOR]

    assert [name(path) for path in packages if path.read_text()] == []


def test_the_locks_have_hashes_and_no_addresses() -> None:
    locks = files(suffix=".lock")

    assert len(locks) == 2
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") >= text.count("==") > 0


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (floats_near_money, "x = float(y)"),
        (floats_near_money, "half = amount / 2"),
        (floats_near_money, "half = payment.amount.minor / 2"),
        (floats_near_money, "balance /= 2"),
        (floats_near_money, "fee = amount * 0.01"),
        (floats_near_money, "amount: float = 1"),
        (clocks, "datetime.now(UTC)"),
        (clocks, "datetime.datetime.utcnow()"),
        (clocks, "date.today()"),
        (clocks, "time.time()"),
        (clocks, "from time import time"),
        (imports_for_types_only, "if TYPE_CHECKING:\n    import x"),
        (imports_for_types_only, "if typing.TYPE_CHECKING:\n    import x"),
        (too_long, "\n" * (MAX_LINES + 1)),
        (leftovers, "# TO" + "DO: later"),
        (leftovers, "see /" + "work/main/notes"),
        (leftovers, "open('/" + "tmp/x')"),
        *[(leftovers, f"https://{host}/simple") for host in REGISTRIES],
    ],
)
def test_each_rule_notices(rule: Rule, bad: str) -> None:
    assert list(rule(bad))


@pytest.mark.parametrize("path", ["src/zerofee/utils.py", "src/zerofee/common/money.py", "tests/order_manager.py"])
def test_notices_a_vague_name(path: str) -> None:
    assert list(vague_name(PurePosixPath(path)))


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (floats_near_money, "half, rest = divmod(amount, 2)"),
        (floats_near_money, "path = folder / name"),
        (clocks, "self.clock.now()"),
        (clocks, "time.monotonic()"),
        (too_long, "\n" * MAX_LINES),
        (leftovers, "GET /v1/payments/pay_1 under ../shared"),
    ],
)
def test_no_rule_cries_wolf(rule: Rule, good: str) -> None:
    assert list(rule(good)) == []
