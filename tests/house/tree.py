"""Which files the house rules look at: those that are, or are about to be, in the repository."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


@cache
def files(under: str = "", suffix: str = "") -> tuple[Path, ...]:
    """Return the files below a folder that git has, or would take, in order."""
    # A clone may belong to another user than the one who tests it, and reading names is safe.
    git = ("git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run((*git, "--", f"./{under}"), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = (ROOT / name for name in sorted(names.split("\0")) if name.endswith(suffix) and name)
    return tuple(path for path in found if path.is_file())


def name(path: Path) -> str:
    """Return a path as the repository says it."""
    return path.relative_to(ROOT).as_posix()
