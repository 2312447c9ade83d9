"""Servers are stopped and started one after another under load, and no request notices (OPS-1)."""

import asyncio
import signal
from collections import Counter
from pathlib import Path
from random import Random

import httpx

from tests.crash_real.bank import Bank
from tests.crash_real.house import House

LANES = 6
ORDER = {"amount": 2500, "currency": "XOF", "payment_method": "card", "provider": "crashbank"}


async def test_a_rolling_restart_fails_no_request(tmp_path: Path, empty_postgres_url: str) -> None:
    async with Bank(Random(1)).serving() as bank_url:
        house = House(tmp_path, empty_postgres_url, bank_url, servers=2, workers=1)
        await house.furnish()
        try:
            await asyncio.to_thread(house.start_all)
            async with house.client() as client:
                stop = asyncio.Event()
                lanes = [asyncio.create_task(_pay(client, stop, f"lane-{lane}")) for lane in range(LANES)]
                for turn in range(2):
                    await asyncio.sleep(0.5)
                    assert await asyncio.to_thread(house.stop, turn, signal.SIGTERM) == 0
                    await asyncio.to_thread(house.start, turn)
                await asyncio.sleep(0.5)
                stop.set()
                answered = sum(await asyncio.gather(*lanes), Counter[int]())
        finally:
            house.close()

    assert set(answered) == {201}
    assert answered[201] > 2 * LANES


async def _pay(client: httpx.AsyncClient, stop: asyncio.Event, lane: str) -> Counter[int]:
    """Pay again and again, and count how it was answered; what was cut short raises."""
    answered = Counter[int]()
    while not stop.is_set():
        key = {"Idempotency-Key": f"{lane}-{answered.total()}"}
        answered[(await client.post("/v1/payments", json=ORDER, headers=key)).status_code] += 1
    return answered
