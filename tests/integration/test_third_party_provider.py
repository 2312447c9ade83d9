"""A provider of somebody else's: laid out by the command, installed as its own package, found, and green."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from zerofee.entrypoints.cli.new_provider import drawn

EXAMPLE = Path(__file__).parents[2] / "examples" / "third_party_provider"
LIST = "from zerofee.adapters.provider_directory import installed_kinds; print(*installed_kinds())"


def run(*words: str, beside: Path, cwd: Path) -> str:
    """Run Python with what is installed in a folder beside, and give what it printed."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(beside)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def install(package: Path, into: Path) -> None:
    """Install a package and nothing else, with the build backend that is here, so that no network is asked."""
    words = ["-m", "pip", "install", "--quiet", "--no-input", "--no-deps", "--no-build-isolation", "--no-index"]
    run(*words, "--disable-pip-version-check", "--target", str(into), str(package), beside=into, cwd=into.parent)


def test_the_example_is_what_the_command_lays_out() -> None:
    """Whoever changes one changes the other: `zerofee providers new tinypay` draws the example."""
    here = {
        str(path.relative_to(EXAMPLE)): path.read_text()
        for path in EXAMPLE.rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache", ".ruff_cache"} & set(path.parts)
    }

    assert dict(drawn("tinypay")) == here


def test_it_is_installed_found_and_keeps_every_promise(tmp_path: Path) -> None:
    name = "mypay2"
    site, made = tmp_path / "site", tmp_path / f"zerofee-{name}"
    site.mkdir()

    told = run("-m", "zerofee", "providers", "new", name, beside=site, cwd=tmp_path)
    install(made, site)
    listed = run("-c", LIST, beside=site, cwd=tmp_path).split()
    tested = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", beside=site, cwd=made)

    assert f"zerofee-{name}/src/zerofee_{name}/adapter.py" in told
    assert listed == sorted(["hub2", "pawapay", "paypal", "stripe", "test", name])
    assert " passed" in tested


@pytest.mark.parametrize("name", ["My-Pay", "x", "1pay", "a" * 31, "stripe", "../up"])
def test_a_name_that_cannot_be_is_refused(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zerofee", "providers", "new", name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "name" in done.stderr
    assert list(tmp_path.iterdir()) == []
