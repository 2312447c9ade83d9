"""Merchants whose server dies under them: each request is sent until it is answered, and every answer is kept."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

_PASSING: Final = frozenset({408, 429, 500, 502, 503})
_IN_FLIGHT: Final = frozenset({"idempotency_in_flight", "operation_in_flight", "outcome_unknown"})
Body = Mapping[str, Any]


@dataclass(slots=True)
class Merchants:
    """
    Makes payments, captures and refunds, one after another in each of several lanes.

    `answers` are all answers to each key. `paid` are the payments that were acknowledged, as last told;
    `refused_otherwise` are answers that no merchant should get.
    """

    chance: Random
    client: httpx.AsyncClient
    answers: dict[str, set[tuple[int, bytes]]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    unexpected: list[str] = field(default_factory=list)
    _sent: int = 0

    async def trade(self, lanes: int, stop: asyncio.Event) -> None:
        """Trade in so many lanes until `stop` is set; requests that were begun are seen through."""
        await asyncio.gather(*(self._lane(stop) for _ in range(lanes)))

    async def _lane(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._payment()

    async def _payment(self) -> None:
        manual = self.chance.randrange(3) == 0
        amount = 1000 + self.chance.randrange(100_000)
        order = {
            "amount": amount,
            "currency": "XOF",
            "payment_method": "card",
            "provider": "crashbank",
            "capture": "manual" if manual else "automatic",
        }
        payment = await self._send("/v1/payments", order)
        if payment is None or "id" not in payment:
            return
        self.acknowledged.add(payment["id"])
        if payment["status"] == "authorized":
            payment = await self._send(f"/v1/payments/{payment['id']}/capture", {"amount": amount // 2}) or payment
        if payment.get("status") == "succeeded" and self.chance.randrange(2):
            refund = {"amount": 1 + self.chance.randrange(amount // 2)}
            await self._send(f"/v1/payments/{payment['id']}/refunds", refund)

    async def _send(self, path: str, body: Body) -> Body | None:
        """Send a request until it is answered, and some once more afterwards; give what was answered."""
        self._sent += 1
        key = f"order-{self._sent}"
        told = await self._until_answered(path, body, key)
        if self.chance.randrange(5) == 0:
            await self._until_answered(path, body, key)
        return told

    async def _until_answered(self, path: str, body: Body, key: str) -> Body | None:
        while True:
            try:
                answer = await self.client.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
                continue
            passing = answer.status_code in _PASSING
            if answer.status_code == 500:
                self.unexpected.append(f"{path}: {answer.text}")
            if passing or (answer.status_code == 409 and answer.json()["code"] in _IN_FLIGHT):
                await asyncio.sleep(0.2)
                continue
            self.answers.setdefault(key, set()).add((answer.status_code, answer.content))
            if answer.status_code not in {200, 201, 409}:
                self.unexpected.append(f"{path}: {answer.status_code} {answer.text}")
            told: Body = answer.json()
            return told if answer.is_success else None
