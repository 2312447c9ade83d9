"""Trade, and kill the processes under it, again and again; then compare the books."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.crash_real.audit import wrong
from tests.crash_real.bank import Bank
from tests.crash_real.house import House
from tests.crash_real.merchants import Merchants


@dataclass(frozen=True, slots=True, kw_only=True)
class Survived:
    """What a siege has come to: what is wrong, and how much was tried."""

    wrong: list[str]
    kills: int
    answered: int
    payments: int


async def siege(
    folder: Path,
    database_url: str,
    *,
    kills: int,
    seed: int,
    lanes: int = 8,
    on_kill: Callable[[], None] = lambda: None,
) -> Survived:
    """
    Kill a process `kills` times, at moments that `seed` chooses, while merchants trade in `lanes`.

    `on_kill` is called after each, for whoever shows how far it is.
    """
    chance = Random(seed)
    bank = Bank(Random(seed + 1))
    async with bank.serving() as bank_url:
        house = House(folder, database_url, bank_url)
        await house.furnish()
        try:
            async with house.client() as client:
                await asyncio.to_thread(house.start_all)
                merchants = Merchants(Random(seed + 2), client)
                stop = asyncio.Event()
                trading = asyncio.create_task(merchants.trade(lanes, stop))
                for _ in range(kills):
                    await asyncio.sleep(chance.random() * 1.5)
                    turn = chance.randrange(len(house.words))
                    house.kill(turn)
                    on_kill()
                    await asyncio.to_thread(house.start, turn)
                stop.set()
                await trading
                found = await wrong(client, bank, merchants)
                return Survived(
                    wrong=found, kills=kills, answered=len(merchants.answers), payments=len(merchants.acknowledged)
                )
        finally:
            house.close()
