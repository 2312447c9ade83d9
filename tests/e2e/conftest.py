from collections.abc import AsyncIterator

import pytest

from tests.e2e.shop import Shop, open_shop


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """Yield a server with one app in it, on memory."""
    async with open_shop() as opened:
        yield opened
