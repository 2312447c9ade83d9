"""The one order in which a set's changes are written, so that every store refuses the same set for the same reason."""

from collections.abc import Iterable
from typing import Final

from zerofee.domain.app import ApiKey, App
from zerofee.domain.attempt import Attempt
from zerofee.domain.audit import AuditEntry
from zerofee.domain.change_set import Change, Delete, Finish, Insert, Insertable, KeyUsed, Update
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.connection import Connection
from zerofee.domain.delivery import Delivery
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.fee import FeeRule
from zerofee.domain.idempotency import Claim
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ledger import Entry
from zerofee.domain.letter import Letter
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally
from zerofee.domain.user import User
from zerofee.domain.wallet import BalanceMove
from zerofee.domain.withdrawal import Withdrawal

Slot = tuple[type[Change], type[Insertable] | None]

# Claims first: whoever lost one has nothing else to say. Then parents before children, and an attempt ends before
# the next one of its payment begins. Every writer takes its locks in this order (reliability rules DB-3).
SLOTS: Final[tuple[Slot, ...]] = (
    (Insert, Claim),
    (Insert, User),
    (Update, User),
    (Insert, App),
    (Update, App),
    (Insert, ApiKey),
    (Update, ApiKey),
    (Insert, Connection),
    (Update, Connection),
    (Insert, Route),
    (Update, Route),
    (Insert, Payment),
    (Update, Payment),
    (Insert, CheckoutSession),
    (Update, CheckoutSession),
    (Insert, Refund),
    (Update, Refund),
    (Insert, PendingCredit),
    (Update, PendingCredit),
    (Insert, Withdrawal),
    (Update, Withdrawal),
    (Update, Attempt),
    (Insert, Attempt),
    (Insert, Event),
    (Insert, WebhookEndpoint),
    (Update, WebhookEndpoint),
    (Insert, Delivery),
    (Update, Delivery),
    (Delete, WebhookEndpoint),
    (Insert, Entry),
    (Insert, InboxEvent),
    (Update, InboxEvent),
    (Delete, FeeRule),
    (Insert, FeeRule),
    (Delete, Route),
    (Delete, Connection),
    (Insert, AuditEntry),
    (Insert, Session),
    (Update, Session),
    (Insert, OneTimeCode),
    (Update, OneTimeCode),
    (Insert, Letter),
    (Update, Letter),
    (Insert, Tally),
    (Update, Tally),
    (KeyUsed, None),
    (Finish, None),
    (BalanceMove, None),
)
_RANK: Final = {slot: rank for rank, slot in enumerate(SLOTS)}


def slot_of(change: Change) -> Slot:
    """Say which kind of writing a change is."""
    # Asked twice for each change of each payment: a `match` takes three times as long.
    if isinstance(change, (Insert, Update, Delete)):
        return type(change), type(change.value)
    return type(change), None


def in_write_order(changes: Iterable[Change]) -> list[Change]:
    """Sort a set's changes by their slots; within one slot they stay as they came."""
    return sorted(changes, key=lambda change: _RANK[slot_of(change)])
