"""The bank that the crash tests charge: an HTTP server with a book, and a line that is cut now and then."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from zerofee.domain.currency import currency
from zerofee.domain.money import Money
from zerofee.entrypoints.standins.book import Book, Entry, Kind

Told = dict[str, Any]


@dataclass(slots=True)
class Bank:
    """
    Books each order it gets, the same one twice as two: its caller is to send each once.

    One answer in eight is lost after the order was booked, one order in sixteen before; one charge in eight is
    pending for a while, and one in sixteen is declined.
    """

    chance: Random
    book: Book = field(default_factory=Book)
    payments: dict[str, str] = field(default_factory=dict)
    _booked: int = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve on a free port of this machine, and give the address."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = await asyncio.start_server(self._connection, sock=listening)
            async with server:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"

    def entries(self, kind: Kind, key: str) -> tuple[Entry, ...]:
        """List what was booked under a key of ours."""
        return self.book.entries(kind, key)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, path, _ = head.split(" ", 2)
            length = next(
                (int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length")), 0
            )
            body = json.loads(await reader.readexactly(length)) if length else {}
            await self._answer(method, path, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, path: str, body: Told, writer: asyncio.StreamWriter) -> None:
        if method == "POST" and self.chance.randrange(16) == 0:
            return
        await asyncio.sleep(self.chance.random() * 0.05)
        status, told = self._do(method, path.strip("/").split("/"), body)
        if method == "POST" and self.chance.randrange(8) == 0:
            return
        text = json.dumps(told)
        writer.write(f"HTTP/1.1 {status} -\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode())
        await writer.drain()

    def _do(self, method: str, parts: list[str], body: Told) -> tuple[int, Told]:
        match method, parts:
            case "POST", ["charges"]:
                return 200, self._charge(body)
            case "GET", ["charges", key]:
                return self._shown(Kind.CHARGE, key)
            case "POST", ["charges", key, "capture"]:
                return self._capture(key, body)
            case "POST", ["charges", key, "cancel"]:
                return self._cancel(key)
            case "POST", ["refunds"]:
                return self._refund(body)
            case "GET", ["refunds", key]:
                return self._shown(Kind.REFUND, key)
            case _:
                return 404, {}

    def _charge(self, body: Told) -> Told:
        fate = self.chance.randrange(16)
        status = "declined" if fate == 0 else "held" if body["manual"] else "pending" if fate < 3 else "paid"
        self.payments[body["key"]] = body["payment"]
        entry = self._write(Kind.CHARGE, body, status)
        if status == "pending":
            asyncio.get_running_loop().call_later(self.chance.random() * 3, self._settle, entry.id)
        return _told(entry)

    def _settle(self, entry_id: str) -> None:
        entry = self.book.find(entry_id)
        if entry is not None and entry.status == "pending":
            self.book.change(entry_id, "paid", moved=True)

    def _capture(self, key: str, body: Told) -> tuple[int, Told]:
        held = self.entries(Kind.CHARGE, key)
        if not held or held[-1].status != "held":
            return self._shown(Kind.CHARGE, key)
        taken = Money(body["amount"], held[-1].money.currency)
        entry = Entry(kind=Kind.CHARGE, id=held[-1].id, reference=key, money=taken, status="paid", moved=True)
        return 200, _told(self.book.write(entry))

    def _cancel(self, key: str) -> tuple[int, Told]:
        entries = self.entries(Kind.CHARGE, key)
        if not entries:
            return 409, {}
        if entries[-1].status in {"held", "pending"}:
            self.book.change(entries[-1].id, "cancelled")
        return self._shown(Kind.CHARGE, key)

    def _refund(self, body: Told) -> tuple[int, Told]:
        taken = sum(entry.money.minor for entry in self.book.moved(Kind.CHARGE, body["charge"]))
        mine = (entry for entry in self.book.moved(Kind.REFUND) if entry.charge_id == body["charge"])
        if sum(entry.money.minor for entry in mine) + body["amount"] > taken:
            return 409, {}
        return 200, _told(self._write(Kind.REFUND, body, "paid"))

    def _write(self, kind: Kind, body: Told, status: str) -> Entry:
        self._booked += 1
        return self.book.write(
            Entry(
                kind=kind,
                id=f"{kind}-{self._booked}",
                reference=body["key"],
                money=Money(body["amount"], currency(body["currency"])),
                status=status,
                moved=status == "paid",
                charge_id=body.get("charge"),
            )
        )

    def _shown(self, kind: Kind, key: str) -> tuple[int, Told]:
        entries = self.entries(kind, key)
        return (200, _told(entries[-1])) if entries else (404, {})


def _told(entry: Entry) -> Told:
    shown = {"key": entry.reference, "status": entry.status}
    return {**shown, "amount": entry.money.minor, "currency": entry.money.currency}
