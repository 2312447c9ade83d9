"""
One process against several: two servers and two workers on one PostgreSQL and one Redis, beside one server alone.

    python -m bench.several [--rounds 3] [--seconds 5] [--clients 64]

Prints the ratio of their throughputs, and the processor time that everybody took of a second: what is shared is what
takes as much however many servers there are.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.postgres import postgres
from bench.targets import ROOT, Target, several
from tests.servers import own_redis


@dataclass(frozen=True, slots=True)
class Seen:
    """Payments a second, and processor seconds a second by who took them."""

    per_second: float
    cores: Mapping[str, float]


def main() -> None:
    """Measure both in turns."""
    parser = argparse.ArgumentParser(prog="python -m bench.several", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, default=64)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs as another user when we are root, and must get through
        sides = {"one": list(_side(stack, folder, 1, 0)), "several": list(_side(stack, folder, 2, 2))}
        for targets in sides.values():
            _run(targets, wanted.clients, 1)
        seen: dict[str, list[Seen]] = {"one": [], "several": []}
        for _ in range(wanted.rounds):
            for side, targets in sides.items():
                seen[side].append(_run(targets, wanted.clients, wanted.seconds))
    one, many = (statistics.median(each.per_second for each in seen[side]) for side in ("one", "several"))
    print(f"two servers and two workers do {many / one:.2f} times what one process does")
    for side, each in seen.items():
        cores = {who: statistics.median(turn.cores[who] for turn in each) for who in each[0].cores}
        print(f"  {side}: " + ", ".join(f"{who} {took:.2f}" for who, took in cores.items()) + " cores")


def _side(stack: contextlib.ExitStack, folder: Path, servers: int, workers: int) -> Iterator[Target]:
    home = folder / f"{servers}-{workers}"
    home.mkdir()
    url = stack.enter_context(postgres(home))
    cache_url, _ = stack.enter_context(own_redis(home))
    settings = {"ZEROFEE_CACHE_URL": cache_url}
    yield from stack.enter_context(several("zerofee", home, url, servers, workers, **settings))


def _run(targets: Sequence[Target], clients: int, seconds: float) -> Seen:
    before = _processor_seconds()
    command = [sys.executable, "-m", "bench.load", "--clients", str(clients // len(targets)), "--seconds", str(seconds)]
    loads = [
        subprocess.Popen(  # noqa: S603  our own
            [*command, "--url", target.url, "--key", target.key], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for target in targets
    ]
    told = [json.loads(load.communicate()[0]) for load in loads]
    after = _processor_seconds()
    wrong = [each["first_wrong"] for each in told if each["wrong"]]
    if wrong:
        raise SystemExit(f"answered wrongly: {wrong[0]}")
    cores = {who: (after[who] - before.get(who, 0)) / seconds for who in after}
    return Seen(sum(each["per_second"] for each in told), cores)


def _processor_seconds() -> dict[str, float]:
    """Add up what has been taken by everybody who takes part, the children of this process and theirs."""
    took = dict.fromkeys(("zerofee", "postgres", "redis"), 0.0)
    for process in psutil.process_iter(["name", "cmdline", "cpu_times"]):
        words = " ".join(process.info["cmdline"] or [process.info["name"] or ""])
        who = next((one for one in took if one in words.partition("--")[0].lower()), None)
        times = process.info["cpu_times"]
        if who is not None and times is not None:
            took[who] += times.user + times.system
    return took


if __name__ == "__main__":
    main()
