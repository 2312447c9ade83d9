"""A wallet's statement as it goes out: written entry by entry while it is read, as JSON or as CSV."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec
from litestar.types import Receive, Scope, Send

from zerofee.application.wallets.state_wallet import Statement, Totals
from zerofee.domain.ledger import Account, balance_move
from zerofee.domain.scope import Environment
from zerofee.entrypoints.http.wire.parts import Time
from zerofee.entrypoints.http.wire.showing import ENCODER
from zerofee.entrypoints.http.wire.wallets import EntryBody

CSV: Final = "text/csv; charset=utf-8"
_JSON: Final = "application/json"
_COLUMNS: Final = ("created_at", "id", "account", "amount", "balance", "source_type", "source_id", "kind")
# So many bytes are gathered before they are sent: a line each would be a packet each.
_CHUNK: Final = 16_384


class StatementFormat(StrEnum):
    """How a statement is written."""

    JSON = "json"
    CSV = "csv"


class StatementQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which span of time, and how it is written."""

    since: Annotated[Time | None, msgspec.Meta(description="From then on; the beginning when left out.")] = (
        msgspec.field(default=None, name="from")
    )
    until: Annotated[Time | None, msgspec.Meta(description="Before then; now when left out, and at the latest.")] = (
        msgspec.field(default=None, name="to")
    )
    format: StatementFormat = StatementFormat.JSON


class TotalsBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a wallet held at one time. `balance` is all of it: available, pending and reserved, less the debt."""

    balance: int
    available: int
    pending: int
    reserved: int
    debt: int


class StatedEntryBody(EntryBody, frozen=True, gc=False, kw_only=True):
    """One entry of the wallet's own accounts, with what the whole wallet holds after it."""

    balance: int


class StatementBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A wallet over a span of time. `opening` and the entries' amounts add up to `closing`, in each account too."""

    object: Literal["statement"] = "statement"
    currency: str
    environment: Environment
    since: Time = msgspec.field(name="from")
    until: Time = msgspec.field(name="to")
    opening: TotalsBody
    entries: list[StatedEntryBody]
    closing: TotalsBody


class _Head(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What of a statement is known before its entries are read."""

    object: Literal["statement"] = "statement"
    currency: str
    environment: Environment
    since: Time = msgspec.field(name="from")
    until: Time = msgspec.field(name="to")
    opening: TotalsBody


@dataclass(frozen=True, slots=True)
class StatementReply:
    """A statement as an ASGI application. When reading fails half-way the connection is cut: half is no statement."""

    statement: Statement
    format: StatementFormat

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it in chunks."""
        as_csv = self.format is StatementFormat.CSV
        headers = [(b"content-type", (CSV if as_csv else _JSON).encode())]
        if as_csv:
            name = f'attachment; filename="statement-{self.statement.currency}.csv"'
            headers.append((b"content-disposition", name.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        waiting = bytearray()
        async for piece in _csv(self.statement) if as_csv else _json(self.statement):
            waiting += piece
            if len(waiting) >= _CHUNK:
                await send({"type": "http.response.body", "body": bytes(waiting), "more_body": True})
                waiting.clear()
        await send({"type": "http.response.body", "body": bytes(waiting), "more_body": False})


async def _json(statement: Statement) -> AsyncIterator[bytes]:
    totals = Totals(statement.opening)
    head = _Head(
        currency=statement.currency,
        environment=statement.scope.environment,
        since=statement.since,
        until=statement.until,
        opening=_totals(statement, totals.of),
    )
    yield ENCODER.encode(head).removesuffix(b"}") + b',"entries":['
    comma = b""
    async for entry in statement.entries:
        balance = totals.add(entry)
        shown = EntryBody.of(entry)
        yield comma + ENCODER.encode(StatedEntryBody(**msgspec.structs.asdict(shown), balance=balance))
        comma = b","
    yield b'],"closing":' + ENCODER.encode(_totals(statement, totals.of)) + b"}"


async def _csv(statement: Statement) -> AsyncIterator[bytes]:
    totals = Totals(statement.opening)
    yield _line(*_COLUMNS)
    yield _line(statement.since.isoformat(), "opening", "", "", totals.whole, "", "", "")
    async for entry in statement.entries:
        yield _line(
            entry.created_at.isoformat(),
            entry.id,
            entry.account,
            entry.minor,
            totals.add(entry),
            entry.source_type,
            entry.source_id,
            entry.kind,
        )
    yield _line(statement.until.isoformat(), "closing", "", "", totals.whole, "", "", "")


def _line(*values: object) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue().encode()


def _totals(statement: Statement, of: Mapping[Account, int]) -> TotalsBody:
    held = balance_move(statement.scope, statement.currency, of)
    return TotalsBody(
        balance=sum(of.values()),
        available=held.available_minor,
        pending=held.pending_minor,
        reserved=held.reserved_minor,
        debt=held.debt_minor,
    )
