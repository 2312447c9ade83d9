"""The whole storage in dictionaries of one process: the same promises as the databases', but for the power cut."""

import asyncio
from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from zerofee.adapters.memory.reads import MemoryReads
from zerofee.adapters.memory.shelves import Shelf, Undo
from zerofee.adapters.memory.shop import Shop, key_of, refuse_miscounted
from zerofee.adapters.memory.views import MemoryViews
from zerofee.adapters.memory.work import MemoryWork
from zerofee.adapters.write_order import in_write_order
from zerofee.domain.app import ApiKey, App
from zerofee.domain.attempt import Attempt
from zerofee.domain.change_set import Change, ChangeSet, Conflict, ConflictKind, Finish, Insert, Insertable, Update
from zerofee.domain.connection import Connection
from zerofee.domain.event import Event
from zerofee.domain.idempotency import Claim
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.wallet import BalanceMove, Balances

VersionedT = TypeVar("VersionedT", App, ApiKey, Connection, Route, Payment, Attempt, Refund)


class MemoryStore:
    """
    Every storage port over the same dictionaries.

    `commit` gives way to other tasks once before it writes, so that races between tasks are real.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._shop = Shop()
        self.gaps: tuple[str, ...] = ()
        self.commit = MemoryCommit(self._shop)
        self.reads = MemoryReads(self._shop)
        self.keys = self.reads
        self.views = MemoryViews(self._shop)
        self.work = MemoryWork(self._shop)

    async def start(self) -> None:
        """Do nothing: there is nothing to open."""

    async def close(self) -> None:
        """Do nothing: what was kept goes with the process."""

    async def ping(self) -> None:
        """Do nothing: it is always there."""


class MemoryCommit:
    """The `Commit` port."""

    def __init__(self, shop: Shop) -> None:
        """Write into `shop`."""
        self._shop = shop

    async def __call__(self, changes: ChangeSet) -> None:
        await asyncio.sleep(0)
        undo: Undo = []
        try:
            for change in in_write_order(changes):
                self._write(change, undo)
        except Exception:
            for take_back in reversed(undo):
                take_back()
            raise

    def _write(self, change: Change, undo: Undo) -> None:
        match change:
            case Insert(value):
                self._insert(value, undo)
            case Update(value):
                self._update(value, undo)
            case Finish(claim_id, answer, at):
                claim = self._shop.claims.rows.get(claim_id)
                if claim is not None and claim.answer is None:
                    finished = replace(claim, answer=answer, finished_at=at)
                    self._shop.claims.replace(claim_id, finished, undo)
            case BalanceMove():
                self._move(change, undo)

    def _insert(self, value: Insertable, undo: Undo) -> None:
        shop = self._shop
        refuse_miscounted(value)
        match value:
            case App():
                shop.apps.insert(key_of(value), value, undo)
            case ApiKey():
                shop.keys.insert(key_of(value), value, undo)
            case Connection():
                shop.connections.insert(key_of(value), value, undo)
            case Route():
                shop.routes.insert(key_of(value), value, undo)
            case Payment():
                shop.payments.insert(key_of(value), value, undo)
                self._set_due(value, undo)
            case Attempt():
                shop.attempts.insert(key_of(value), value, undo)
            case Refund():
                shop.refunds.insert(key_of(value), value, undo)
            case Event():
                shop.events.insert(key_of(value), value, undo)
            case Claim():
                shop.claims.insert(key_of(value), value, undo)
        shop.refuse_dangling(value)

    def _update(self, value: App | ApiKey | Connection | Route | Payment | Attempt | Refund, undo: Undo) -> None:
        shop = self._shop
        match value:
            case App():
                self._renew(shop.apps, value, undo)
            case ApiKey():
                self._renew(shop.keys, value, undo)
            case Connection():
                self._renew(shop.connections, value, undo)
            case Route():
                self._renew(shop.routes, value, undo)
            case Payment():
                self._renew(shop.payments, value, undo)
                self._set_due(value, undo)
            case Attempt():
                self._renew(shop.attempts, value, undo)
            case Refund():
                self._renew(shop.refunds, value, undo)

    def _renew(self, shelf: Shelf[VersionedT], value: VersionedT, undo: Undo) -> None:
        key: Hashable = key_of(value)
        stored = shelf.rows.get(key)
        if stored is None or stored.version != value.version - 1:
            raise Conflict(ConflictKind.VERSION, shelf.name)
        refuse_miscounted(value)
        shelf.replace(key, value, undo)
        self._shop.refuse_dangling(value)

    def _set_due(self, payment: Payment, undo: Undo) -> None:
        due, key = self._shop.due, key_of(payment)
        undo.append(partial(due.__setitem__, key, due.get(key)))
        due[key] = payment.expires_at

    def _move(self, move: BalanceMove, undo: Undo) -> None:
        balances, key = self._shop.balances, (move.scope, move.currency)
        was = balances.get(key, Balances(scope=move.scope, currency=move.currency))
        now = replace(
            was,
            available_minor=was.available_minor + move.available_minor,
            pending_minor=was.pending_minor + move.pending_minor,
            reserved_minor=was.reserved_minor + move.reserved_minor,
        )
        if min(now.available_minor, now.pending_minor, now.reserved_minor) < 0:
            raise Conflict(ConflictKind.BALANCE, "balances")
        undo.append(partial(balances.update, {key: was}) if key in balances else partial(balances.__delitem__, key))
        balances[key] = now
