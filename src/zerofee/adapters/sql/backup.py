"""A copy of a live SQLite file that is whole: never of the file itself, which may be between two states."""

import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

_PAGES_A_STEP: Final = 1_000
_PRIVATE: Final = 0o600
_CHUNK: Final = 1024 * 1024


class BackupFailed(Exception):
    """There is no good copy; whatever stood at the target before is untouched."""


def back_up(source: Path, target: Path, progress: Callable[[int, int], None]) -> str:
    """
    Copy the database `source` to `target` beside a running server, and give the copy's SHA-256 in hex.

    It is copied to a file beside the target, checked, brought to disk and only then given its name; only its owner
    can read it. `progress` is told the pages that are done and all there are. Raises `BackupFailed`.

    Source: SQLite, "Using the SQLite Online Backup API"; reliability rules DB-7.
    """
    if not source.exists():
        raise BackupFailed(f"there is no database at {source.name}")
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))
        _copy(source, beside, progress)
        digest = _on_disk(beside)
        beside.replace(target)
    except (OSError, sqlite3.Error) as fault:
        raise BackupFailed(str(fault)) from fault
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(target.absolute().parent)
    return digest


def _copy(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    with (
        # `ro` reads what the log holds too, and can neither write nor checkpoint.
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        live.backup(copy, pages=_PAGES_A_STEP, progress=lambda _, left, all_of: progress(all_of - left, all_of))
        # The copy must be one file: without this it would keep a log of its own when it is opened.
        copy.execute("PRAGMA journal_mode = DELETE")
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise BackupFailed(f"the copy is not sound: {said}")


def _on_disk(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        os.fsync(file.fileno())
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Bring the new name to disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
