"""Run stories by hand: `python -m tests.simulation 42` replays one seed, `--seeds 10000` runs as many from 1 on."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from rich.console import Console
from rich.progress import track

from tests.simulation.story import Broken, Plot, tell

_CHUNK = 50


def main() -> None:
    """Run, show how far it is, and say how to replay what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", help="replay this seed and no other")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=10_000)
    wanted = parser.parse_args()
    if wanted.seed is not None:
        tell(Plot(seed=wanted.seed))
        Console().print(f"seed {wanted.seed}: every promise was kept")
        return
    starts = range(wanted.first, wanted.first + wanted.seeds, _CHUNK)
    last = wanted.first + wanted.seeds
    with ProcessPoolExecutor() as pool:
        told = pool.map(some, ((first, min(first + _CHUNK, last)) for first in starts))
        broken = [said for each in track(told, "Seeds", total=len(starts)) for said in each]
    Console().print("\n\n".join(broken) if broken else f"{wanted.seeds} seeds: every promise was kept")
    sys.exit(bool(broken))


def some(seeds: tuple[int, int]) -> list[str]:
    """Run the stories of a span of seeds; give what is wrong with each that broke a promise."""
    broken = []
    for seed in range(*seeds):
        try:
            tell(Plot(seed=seed))
        except Broken as fault:
            broken.append(str(fault))
        except Exception as fault:
            raise RuntimeError(f"seed {seed}: to replay: .venv/bin/python -m tests.simulation {seed}") from fault
    return broken


if __name__ == "__main__":
    main()
