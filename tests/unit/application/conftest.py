import pytest

from tests.process import Process, World


@pytest.fixture
async def world() -> World:
    return await World().furnish()


@pytest.fixture
def process(world: World) -> Process:
    return Process(world)
