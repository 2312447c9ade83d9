"""A PostgreSQL of the benchmark's own, durable as installed; or the one that the environment names."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tests.servers import own_postgres


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Give the URL of an empty database whose commits are on disk when they return."""
    if url := os.environ.get("ZEROFEE_BENCH_DATABASE_URL"):
        yield url
        return
    with own_postgres(folder, durable=True) as server:
        yield server
