from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stores import KINDS, opened
from zerofee.entrypoints.stores import Store


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> AsyncIterator[Store]:
    """Yield every store, one after another."""
    async with opened(request.param, run_folder, tmp_path, lambda: request.getfixturevalue("postgres")) as store:
        yield store
