"""Trade, and kill the processes under it, again and again; then compare the books."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.crash_real.audit import settled
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Siege:
    """How often a process is killed, at moments that `seed` chooses, while merchants trade in `lanes`."""

    kills: int
    seed: int
    lanes: int = 8
    servers: int = 1
    workers: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)


async def besiege(
    folder: Path, database_url: str, siege: Siege, on_kill: Callable[[], None] = lambda: None
) -> Survived:
    """Hold a siege; `on_kill` is called after each kill, for whoever shows how far it is."""
    chance = Random(siege.seed)
    bank = Bank(Random(siege.seed + 1))
    async with bank.serving() as bank_url:
        house = House(folder, database_url, bank_url, siege.servers, siege.workers, siege.settings)
        await house.furnish()
        try:
            async with house.client() as client:
                await asyncio.to_thread(house.start_all)
                merchants = Merchants(Random(siege.seed + 2), client)
                stop = asyncio.Event()
                trading = asyncio.create_task(merchants.trade(siege.lanes, stop))
                for _ in range(siege.kills):
                    await asyncio.sleep(chance.random() * 1.5)
                    turn = chance.randrange(len(house.words))
                    house.kill(turn)
                    on_kill()
                    await asyncio.to_thread(house.start, turn)
                stop.set()
                await trading
                found = await settled(client, bank, merchants)
                found += await asyncio.to_thread(house.wrong_in_ledger)
                return Survived(
                    wrong=found,
                    kills=siege.kills,
                    answered=len(merchants.answers),
                    payments=len(merchants.acknowledged),
                )
        finally:
            house.close()
