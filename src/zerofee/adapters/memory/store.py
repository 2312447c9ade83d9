"""The whole storage in dictionaries of one process: the same promises as the databases', but for the power cut."""

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial

from zerofee.adapters.balanced import refuse_unbalanced_set
from zerofee.adapters.memory.accounts import MemoryAccounts
from zerofee.adapters.memory.apps import MemoryApps
from zerofee.adapters.memory.audit import MemoryAuditLog
from zerofee.adapters.memory.checkouts import MemoryCheckouts
from zerofee.adapters.memory.inbox import MemoryInbox
from zerofee.adapters.memory.ledger import MemoryLedger
from zerofee.adapters.memory.outbox import MemoryOutbox
from zerofee.adapters.memory.reads import MemoryReads
from zerofee.adapters.memory.shelves import Undo
from zerofee.adapters.memory.shop import Shop, key_of, refuse_miscounted
from zerofee.adapters.memory.views import MemoryViews
from zerofee.adapters.memory.work import MemoryWork
from zerofee.adapters.write_order import in_write_order
from zerofee.domain.app import ApiKey
from zerofee.domain.change_set import (
    Change,
    ChangeSet,
    Conflict,
    ConflictKind,
    Deletable,
    Delete,
    Finish,
    Insert,
    Insertable,
    KeyUsed,
    Updatable,
    Update,
)
from zerofee.domain.ids import KeyId
from zerofee.domain.payment import Payment
from zerofee.domain.scope import Scope
from zerofee.domain.wallet import BalanceMove, Balances


class MemoryStore:
    """
    Every storage port over the same dictionaries.

    `commit` gives way to other tasks once before it writes, so that races between tasks are real.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._shop = Shop()
        self.gaps: tuple[str, ...] = ()
        self.exclusive = True
        self.commit = MemoryCommit(self._shop)
        self.reads = MemoryReads(self._shop)
        self.keys = self.reads
        self.views = MemoryViews(self._shop)
        self.work = MemoryWork(self._shop)
        self.apps = MemoryApps(self._shop)
        self.audit = MemoryAuditLog(self._shop)
        self.accounts = MemoryAccounts(self._shop)
        self.checkouts = MemoryCheckouts(self._shop)
        self.inbox = MemoryInbox(self._shop)
        self.outbox = MemoryOutbox(self._shop)
        self.ledger = MemoryLedger(self._shop)

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
        refuse_unbalanced_set(changes)
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
            case Delete(value):
                self._delete(value, undo)
            case KeyUsed(scope, key_id, at):
                self._use(scope, key_id, at, undo)
            case Finish(claim_id, answer, at):
                claim = self._shop.claims.rows.get(claim_id)
                if claim is not None and claim.answer is None:
                    finished = replace(claim, answer=answer, finished_at=at)
                    self._shop.claims.replace(claim_id, finished, undo)
            case BalanceMove():
                self._move(change, undo)

    def _insert(self, value: Insertable, undo: Undo) -> None:
        refuse_miscounted(value)
        self._shop.shelf_of(value).insert(key_of(value), value, undo)
        self._shop.refuse_dangling(value)
        if isinstance(value, Payment):
            self._set_due(value, undo)

    def _update(self, value: Updatable, undo: Undo) -> None:
        shelf, key = self._shop.shelf_of(value), key_of(value)
        stored = shelf.rows.get(key)
        if stored is None or stored.version != value.version - 1:
            raise Conflict(ConflictKind.VERSION, shelf.name)
        refuse_miscounted(value)
        if isinstance(value, ApiKey):
            # When it was used is told by `KeyUsed` alone.
            value = replace(value, last_used_at=stored.last_used_at)
        shelf.replace(key, value, undo)
        self._shop.refuse_dangling(value)
        if isinstance(value, Payment):
            self._set_due(value, undo)

    def _delete(self, value: Deletable, undo: Undo) -> None:
        shelf = self._shop.shelf_of(value)
        stored = shelf.rows.get(key_of(value))
        if stored is None or stored.version != value.version:
            raise Conflict(ConflictKind.VERSION, shelf.name)
        if self._shop.is_referred_to(value):
            raise Conflict(ConflictKind.REFERRED, shelf.name)
        shelf.remove(key_of(value), undo)

    def _use(self, scope: Scope, key_id: KeyId, at: datetime, undo: Undo) -> None:
        key = self._shop.keys.rows.get((scope, key_id))
        if key is not None and (key.last_used_at is None or key.last_used_at < at):
            self._shop.keys.replace((scope, key_id), replace(key, last_used_at=at), undo)

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
            debt_minor=was.debt_minor + move.debt_minor,
        )
        if min(now.available_minor, now.pending_minor, now.reserved_minor, now.debt_minor) < 0:
            raise Conflict(ConflictKind.BALANCE, "balances")
        undo.append(partial(balances.update, {key: was}) if key in balances else partial(balances.__delitem__, key))
        balances[key] = now
