"""What must be true afterwards: the bank's book and ours, line by line."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx

from tests.crash_real.bank import Bank
from tests.crash_real.merchants import Merchants
from zerofee.entrypoints.standins.book import Kind

_CATCH_UP_S: Final = 120
Shown = dict[str, Any]


async def settled(client: httpx.AsyncClient, bank: Bank, merchants: Merchants) -> list[str]:
    """Compare, and again while the worker catches up; give what is not as it was promised in the end."""
    found = await wrong(client, bank, merchants)
    for _ in range(_CATCH_UP_S):
        if not found:
            break
        await asyncio.sleep(1)
        found = await wrong(client, bank, merchants)
    return found


async def everything(client: httpx.AsyncClient, path: str) -> AsyncIterator[Shown]:
    """Read a list to its end."""
    asked: dict[str, str] = {"limit": "100"}
    while True:
        answer = await client.get(path, params=asked)
        answer.raise_for_status()
        page = answer.json()
        for shown in page["data"]:
            yield shown
        if not page["has_more"]:
            return
        asked["cursor"] = page["next_cursor"]


async def wrong(client: httpx.AsyncClient, bank: Bank, merchants: Merchants) -> list[str]:
    """Compare; give what is not as it was promised, now."""
    payments = {payment["id"]: payment async for payment in everything(client, "/v1/payments")}
    found = [f"P2: {lost} was acknowledged and is gone" for lost in merchants.acknowledged - payments.keys()]
    found += [f"P1: {key} was answered {len(a)} ways: {a}" for key, a in merchants.answers.items() if len(a) > 1]
    found += [f"unexpected: {said}" for said in merchants.unexpected[:5]]
    for payment in payments.values():
        if payment["provider"] == "crashbank":
            found += await _wrong_with(client, bank, payment)
    for entry in bank.book.entries(Kind.CHARGE):
        if bank.payments[entry.reference or ""] not in payments:
            found.append(f"PAY-1: the bank has {entry} and we have no payment for it")
    return found


async def _wrong_with(client: httpx.AsyncClient, bank: Bank, payment: Shown) -> list[str]:
    payment_id = payment["id"]
    charges = [entry for entry in bank.book.entries(Kind.CHARGE) if bank.payments[entry.reference or ""] == payment_id]
    keys = {entry.reference for entry in charges}
    taken = sum(entry.money.minor for entry in charges if entry.moved)
    given = [entry for entry in bank.book.moved(Kind.REFUND) if entry.charge_id in keys]
    refunds = [refund async for refund in everything(client, f"/v1/payments/{payment_id}/refunds")]
    open_refunds = [refund["id"] for refund in refunds if refund["status"] == "pending"]
    promises = (
        (len(charges) <= 1, f"P1: the bank has it {len(charges)} times"),
        (payment["amount_captured"] == taken, f"we say {payment['amount_captured']}, the bank {taken}"),
        ((payment["status"] == "succeeded") == (taken > 0), f"it is {payment['status']}, and {taken} was taken"),
        (payment["status"] not in {"pending", "processing", "requires_action"}, f"P3: it is still {payment['status']}"),
        (
            payment["amount_refunded"] == sum(e.money.minor for e in given),
            f"{payment['amount_refunded']} against {given}",
        ),
        (len({entry.reference for entry in given}) == len(given), f"P1: a refund was booked twice: {given}"),
        (not open_refunds, f"P3: {open_refunds} never ended"),
    )
    return [f"{payment_id}: {said}" for kept, said in promises if not kept]
