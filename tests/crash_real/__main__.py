"""Besiege real processes for long: `python -m tests.crash_real --sqlite 200 --postgres 100`."""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from random import SystemRandom

from rich.console import Console
from rich.progress import Progress

from tests.crash_real.siege import Siege, Survived, besiege
from tests.servers import own_postgres, own_redis
from tests.stores import sqlite_url

_SAY = Console()


def main() -> None:
    """Besiege zerofee on each database; exit with 1 if a promise was broken, and say how to do it again."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash_real", description=__doc__)
    parser.add_argument("--sqlite", type=int, default=200, metavar="KILLS")
    parser.add_argument("--postgres", type=int, default=100, metavar="KILLS")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs as another user when we are root, and must get through
        broken = [
            _besieged(folder, kind, kills, wanted.seed)
            for kind, kills in (("sqlite", wanted.sqlite), ("postgres", wanted.postgres))
            if kills
        ]
    sys.exit(any(broken))


def _besieged(folder: Path, kind: str, kills: int, seed: int) -> bool:
    home = folder / kind
    home.mkdir()
    siege = Siege(kills=kills, seed=seed)
    with contextlib.ExitStack() as stack:
        if kind == "sqlite":
            url = sqlite_url(home / "shop.db")
        else:
            url = stack.enter_context(own_postgres(folder, durable=True))
            cache_url, _ = stack.enter_context(own_redis(folder))
            siege = replace(siege, servers=2, workers=2, settings={"ZEROFEE_CACHE_URL": cache_url})
        bar = stack.enter_context(Progress(console=_SAY))
        task = bar.add_task(f"Kills on {kind}", total=kills)
        survived = asyncio.run(besiege(home, url, siege, on_kill=lambda: bar.advance(task)))
    _tell(kind, survived, seed)
    return bool(survived.wrong)


def _tell(kind: str, survived: Survived, seed: int) -> None:
    _SAY.print(f"{kind}: {survived.kills} kills, {survived.answered} requests answered, {survived.payments} payments")
    if survived.wrong:
        _SAY.print(*survived.wrong[:20], f"seed {seed}: --seed {seed} chooses the same moments again", sep="\n")
    else:
        _SAY.print("every promise was kept")


if __name__ == "__main__":
    main()
