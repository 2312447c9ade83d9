"""The stand-ins as a developer meets them: one command, and the README's own lines against it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

README = Path(__file__).parents[2] / "README.md"
PATIENCE_S = 60


def the_readmes_lines() -> str:
    """Give the block of the README that pays through each of the five."""
    text = README.read_text()
    block = text.partition("<!-- the five:")[2].partition("```sh\n")[2].partition("\n```")[0]
    assert block.count("\npaid ") == 5
    return block


@pytest.fixture
def said(tmp_path: Path) -> Iterator[str]:
    """Yield what `zerofee run --simulate` prints while it serves."""
    command = [sys.executable, "-m", "zerofee", "run", "--port", "0", "--simulate", "--simulate-port", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZEROFEE_")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.strip().startswith("phone"):
                break
        yield "".join(lines)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0


def test_the_readmes_lines_pay_through_all_five(said: str, tmp_path: Path) -> None:
    found = {
        "at": re.search(r"serves on (\S+)", said),
        "phone": re.search(r"phone +(\S+)", said),
        "key": re.search(r"secret key +(\S+)", said),
    }
    environment = {**os.environ, **{name: match[1] for name, match in found.items() if match}}

    done = subprocess.run(
        ["bash", "-euc", the_readmes_lines()],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert done.returncode == 0, done.stderr + done.stdout
    paid = [line.partition(":")[0] for line in done.stdout.splitlines() if line.endswith("is paid")]
    assert paid == ["test", "stripe", "paypal", "pawapay", "hub2"]
    urls = dict(re.findall(r"^ +(\w+) +(http://\S+)", said, re.MULTILINE))
    for name in ("stripe", "paypal", "hub2", "pawapay"):
        entries = httpx.get(f"{urls[name]}/_book").json()["data"]
        assert [entry["moved"] for entry in entries if entry["kind"] == "charge"] == [True]


def test_stand_ins_are_served_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zerofee", "simulate", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = ""
        while "Ctrl-C" not in told:
            told += process.stdout.readline()
        urls = re.findall(r"ZEROFEE_(\w+)_BASE_URL=(\S+)", told)
        answers = [httpx.get(f"{url}/_faults") for _, url in urls]
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_S)

    assert sorted(name for name, _ in urls) == ["HUB2", "PAWAPAY", "PAYPAL", "STRIPE"]
    assert {answer.status_code for answer in answers} == {200}
    assert code == 0
