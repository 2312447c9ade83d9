"""`make bench`: every server in turns, several rounds, medians; a table of ratios, written to docs/benchmarks.md."""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.postgres import postgres
from bench.targets import ROOT, YARDSTICK, Target, bare, yardstick, zerofee
from tests.servers import own_redis

CLIENTS: Final = (1, 32, 128)
PAGE: Final = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Seen:
    """The medians of one server under one load."""

    per_second: float
    p50_ms: float
    p99_ms: float


Results = dict[tuple[str, int], Seen]
Seconds = dict[str, dict[str, float]]


def main() -> None:
    """Measure, print the table, and write the page."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS)
    parser.add_argument("--only", nargs="+", help="names of servers, such as sqlite postgres framework yardstick")
    parser.add_argument("--no-page", action="store_true", help="print the table only")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        Path(folder).chmod(0o711)  # PostgreSQL runs as another user when we are root, and must get through
        names = wanted.only or ("sqlite", "postgres", "framework", "yardstick")
        targets = list(_targets(stack, Path(folder), names))
        results = _measured(targets, wanted.clients, wanted.rounds, wanted.seconds)
        memory = {target.name: _peak_mib(target.pid) for target in targets}
        at_the_door = _door(Path(folder), wanted.clients)
    table = _table([target.name for target in targets], wanted.clients, results, memory)
    table += "\n\n" + _routing_line()
    if "framework" in names:
        table += "\n\n" + _door_table(wanted.clients, results, at_the_door)
    print(table)
    if not wanted.no_page and not wanted.only:
        PAGE.write_text(_page(table, wanted.rounds, wanted.seconds))
        print(f"written to {PAGE.relative_to(ROOT)}")


def _targets(stack: contextlib.ExitStack, folder: Path, names: Sequence[str]) -> Iterator[Target]:
    for name in names:
        home = folder / name
        home.mkdir()
        if name == "sqlite":
            yield stack.enter_context(zerofee(name, home, f"sqlite+aiosqlite:///{home}/zerofee.db"))
        elif name == "postgres":
            yield stack.enter_context(zerofee(name, home, stack.enter_context(postgres(home))))
        elif name == "framework":
            yield stack.enter_context(bare(home))
        elif name == "yardstick" and YARDSTICK.exists():
            yield stack.enter_context(yardstick(home))
        else:
            print(f"{name} is not here, so it is left out; ZEROFEE_YARDSTICK may name the yardstick's file.")


def _measured(targets: Sequence[Target], clients: Sequence[int], rounds: int, seconds: float) -> Results:
    seen: dict[tuple[str, int], list[Seen]] = {}
    for target in targets:
        _run(target, 8, 1)  # caches and connections are warm before anything counts
    for turn in range(rounds):
        for number in clients:
            for target in targets:
                print(f"round {turn + 1} of {rounds}: {target.name}, {number} clients", file=sys.stderr)
                seen.setdefault((target.name, number), []).append(_run(target, number, seconds))
    return {which: _median(each) for which, each in seen.items()}


def _run(target: Target, clients: int, seconds: float) -> Seen:
    command = [sys.executable, "-m", "bench.load", "--url", target.url, "--key", target.key]
    command += ["--clients", str(clients), "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  our own
    told = json.loads(done.stdout)
    if told["wrong"]:
        raise SystemExit(f"{target.name} answered wrongly {told['wrong']} times, first:\n{told['first_wrong']}")
    return Seen(told["per_second"], told["p50_ms"], told["p99_ms"])


def _door(folder: Path, clients: Sequence[int]) -> Seconds:
    """Measure what authentication, limit and idempotency cost, with nothing else running."""
    home = folder / "door"
    home.mkdir()
    with own_redis(home) as (cache_url, _):
        command = [sys.executable, "-m", "bench.door", "--folder", str(home), "--cache-url", cache_url]
        command += ["--clients", *map(str, clients)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  our own
    told: Seconds = json.loads(done.stdout)
    return told


def _routing_line() -> str:
    """Measure a routing decision, and say it in a sentence: the only figure here that is of this machine."""
    command = [sys.executable, "-m", "bench.routing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  our own
    told = json.loads(done.stdout)
    words = ", ".join(f"{name} {each['ten fit']:.0f} and {each['all fit']:.0f} µs" for name, each in told.items())
    return f"A routing decision over 50 routes and 10 connections, of which 10 routes or all 50 fit: {words}."


def _median(each: Sequence[Seen]) -> Seen:
    return Seen(
        statistics.median(seen.per_second for seen in each),
        statistics.median(seen.p50_ms for seen in each),
        statistics.median(seen.p99_ms for seen in each),
    )


def _peak_mib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def _table(names: Sequence[str], clients: Sequence[int], results: Results, memory: dict[str, int]) -> str:
    lines = ["| server | clients | throughput ÷ framework | ÷ yardstick | p50 ÷ framework | ÷ yardstick | p99 ÷ p50 |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        for number in clients:
            mine = results[name, number]
            speed, wait = _ratios(results, name, number, "per_second"), _ratios(results, name, number, "p50_ms")
            cells = (name, str(number), *speed, *wait, f"{mine.p99_ms / mine.p50_ms:.1f}")
            lines.append(f"| {' | '.join(cells)} |")
    lines.append("")
    lines += [f"Peak memory of {name}: {memory[name]} MiB." for name in names]
    return "\n".join(lines)


def _door_table(clients: Sequence[int], results: Results, door: Seconds) -> str:
    lines = [f"| at the door | {' | '.join(f'{number} at once' for number in clients)} |"]
    lines.append("| --- |" + " --- |" * len(clients))
    for name, seconds in door.items():
        shares = (seconds[str(number)] * results["framework", number].per_second for number in clients)
        lines.append(f"| {name} | {' | '.join(f'{share:.3f}' for share in shares)} |")
    return "\n".join(lines)


def _ratios(results: Results, name: str, clients: int, figure: str) -> tuple[str, str]:
    mine = getattr(results[name, clients], figure)
    others = (results.get((other, clients)) for other in ("framework", "yardstick"))
    ratios = [f"{mine / getattr(other, figure):.2f}" if other else "-" for other in others]
    return ratios[0], ratios[1]


def _page(table: str, rounds: int, seconds: float) -> str:
    return (
        "# Benchmarks\n\n"
        "Written by `make bench`: a closed loop on `POST /v1/payments`, every server in turns on one machine in one\n"
        f"run, {rounds} rounds of {seconds:g} s, medians. Only the ratios mean anything elsewhere.\n\n"
        "- **sqlite**, **postgres**: zerofee with its worker, one process, two durable commits a payment\n"
        "  (`synchronous=FULL`; PostgreSQL durable as installed), an `Idempotency-Key` on each request.\n"
        "- **framework**: Litestar on uvicorn, decoding the same request and answering it with no work behind.\n"
        "- **yardstick**: the usual way to build such a service (FastAPI, one SQLite connection a request), which\n"
        "  promises less.\n"
        "- **at the door**: what each request under a key pays before its route, by itself, ÷ one request of the\n"
        "  framework. Each line holds the ones above, but for the other kind of limit.\n\n"
        f"{table}\n"
    )


if __name__ == "__main__":
    main()
