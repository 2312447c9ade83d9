"""Everything the memory store holds, and the rules that a database would keep in its schema."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from zerofee.adapters.memory.shelves import Shelf
from zerofee.domain.app import ApiKey, App
from zerofee.domain.attempt import IN_FLIGHT, Attempt
from zerofee.domain.audit import AuditEntry
from zerofee.domain.change_set import BrokenRule, ConflictKind, Deletable, Insertable
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.connection import Connection
from zerofee.domain.currency import Currency
from zerofee.domain.delivery import Delivery
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.fee import FeeRule
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import AppId, ConnectionId, EndpointId, EventId, PaymentId, WithdrawalId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ledger import Entry
from zerofee.domain.letter import Letter
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.scope import Scope
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally
from zerofee.domain.user import User
from zerofee.domain.wallet import Balances
from zerofee.domain.withdrawal import Withdrawal

Stored = Insertable


def _digest(key: ApiKey) -> str:
    return key.digest


def _provider_key(attempt: Attempt) -> str:
    return attempt.provider_key


def _number(attempt: Attempt) -> tuple[Scope, PaymentId | WithdrawalId, int]:
    return attempt.scope, attempt.subject_id, attempt.number


def _in_flight(attempt: Attempt) -> tuple[Scope, PaymentId | WithdrawalId] | None:
    return (attempt.scope, attempt.subject_id) if attempt.state in IN_FLIGHT else None


def _sequence(event: Event) -> tuple[Scope, str, int]:
    return event.scope, event.subject_id, event.sequence


def _audit_number(entry: AuditEntry) -> tuple[AppId, int]:
    return entry.app_id, entry.number


def _checkout_id(session: CheckoutSession) -> str:
    return session.id


def _paid_by(session: CheckoutSession) -> tuple[Scope, PaymentId]:
    return session.scope, session.payment_id


def _event_key(event: InboxEvent) -> tuple[ConnectionId, str]:
    return event.connection_id, event.event_key


def _once(delivery: Delivery) -> tuple[Scope, EventId, EndpointId] | None:
    return (delivery.scope, delivery.event_id, delivery.endpoint_id) if delivery.redelivery_of is None else None


def _subscriber(endpoint: WebhookEndpoint) -> tuple[Scope, str] | None:
    return (endpoint.scope, endpoint.subscriber) if endpoint.subscriber is not None else None


def _default(endpoint: WebhookEndpoint) -> Scope | None:
    return endpoint.scope if endpoint.is_default else None


def _email(user: User) -> str:
    return user.email


def _token(session: Session) -> str:
    return session.digest


def _line(entry: Entry) -> tuple[Scope, str, str, str, str]:
    return entry.scope, entry.source_type, entry.source_id, entry.kind, entry.account


def _fits(rule: FeeRule) -> tuple[Scope, str | None, str | None]:
    return rule.scope, rule.method, rule.currency


def _withdrawal_number(withdrawal: Withdrawal) -> tuple[Scope, str, int] | None:
    if withdrawal.number is None:
        return None
    return withdrawal.scope, withdrawal.money.currency, withdrawal.number


@dataclass(slots=True)
class Shop:
    """One shelf for each kind of thing; `due` is when a payment's end by time is looked at next."""

    apps: Shelf[App] = field(default_factory=partial(Shelf[App], "app"))
    keys: Shelf[ApiKey] = field(default_factory=partial(Shelf[ApiKey], "API key", (_digest,)))
    connections: Shelf[Connection] = field(default_factory=partial(Shelf[Connection], "connection"))
    routes: Shelf[Route] = field(default_factory=partial(Shelf[Route], "route"))
    payments: Shelf[Payment] = field(default_factory=partial(Shelf[Payment], "payment"))
    attempts: Shelf[Attempt] = field(
        default_factory=partial(Shelf[Attempt], "attempt", (_provider_key, _number, _in_flight))
    )
    refunds: Shelf[Refund] = field(default_factory=partial(Shelf[Refund], "refund"))
    checkouts: Shelf[CheckoutSession] = field(
        default_factory=partial(Shelf[CheckoutSession], "checkout session", (_checkout_id, _paid_by))
    )
    events: Shelf[Event] = field(default_factory=partial(Shelf[Event], "event", (_sequence,)))
    claims: Shelf[Claim] = field(default_factory=partial(Shelf[Claim], "claim", conflict=ConflictKind.CLAIM))
    provider_events: Shelf[InboxEvent] = field(
        default_factory=partial(Shelf[InboxEvent], "provider event", (_event_key,))
    )
    audit: Shelf[AuditEntry] = field(default_factory=partial(Shelf[AuditEntry], "audit entry", (_audit_number,)))
    users: Shelf[User] = field(default_factory=partial(Shelf[User], "user", (_email,)))
    sessions: Shelf[Session] = field(default_factory=partial(Shelf[Session], "session", (_token,)))
    codes: Shelf[OneTimeCode] = field(default_factory=partial(Shelf[OneTimeCode], "one-time code"))
    letters: Shelf[Letter] = field(default_factory=partial(Shelf[Letter], "letter"))
    tallies: Shelf[Tally] = field(default_factory=partial(Shelf[Tally], "tally"))
    entries: Shelf[Entry] = field(default_factory=partial(Shelf[Entry], "entry", (_line,)))
    fee_rules: Shelf[FeeRule] = field(default_factory=partial(Shelf[FeeRule], "fee rule", (_fits,)))
    pending_credits: Shelf[PendingCredit] = field(default_factory=partial(Shelf[PendingCredit], "pending credit"))
    withdrawals: Shelf[Withdrawal] = field(
        default_factory=partial(Shelf[Withdrawal], "withdrawal", (_withdrawal_number,))
    )
    balances: dict[tuple[Scope, Currency], Balances] = field(default_factory=dict)
    endpoints: Shelf[WebhookEndpoint] = field(
        default_factory=partial(Shelf[WebhookEndpoint], "webhook endpoint", (_subscriber, _default))
    )
    deliveries: Shelf[Delivery] = field(default_factory=partial(Shelf[Delivery], "delivery", (_once,)))
    lanes: dict[tuple[Scope, EndpointId], tuple[str, datetime]] = field(default_factory=dict)
    due: dict[Hashable, datetime | None] = field(default_factory=dict)
    beats: dict[str, datetime] = field(default_factory=dict)
    chores: dict[str, datetime] = field(default_factory=dict)

    def shelf_of(self, value: Stored) -> Shelf[Any]:
        """Give the shelf on which things of this kind are."""
        shelves: dict[type[Stored], Shelf[Any]] = {
            App: self.apps,
            ApiKey: self.keys,
            Connection: self.connections,
            Route: self.routes,
            Payment: self.payments,
            Attempt: self.attempts,
            Refund: self.refunds,
            Event: self.events,
            Claim: self.claims,
            CheckoutSession: self.checkouts,
            InboxEvent: self.provider_events,
            AuditEntry: self.audit,
            User: self.users,
            Session: self.sessions,
            OneTimeCode: self.codes,
            Letter: self.letters,
            Tally: self.tallies,
            WebhookEndpoint: self.endpoints,
            Delivery: self.deliveries,
            Entry: self.entries,
            FeeRule: self.fee_rules,
            PendingCredit: self.pending_credits,
            Withdrawal: self.withdrawals,
        }
        return shelves[type(value)]

    def refuse_dangling(self, value: Stored) -> None:
        """Raise `BrokenRule` for what refers to nothing in its scope."""
        match value:
            case ApiKey() | Connection() | Payment() | InboxEvent() | FeeRule() | WebhookEndpoint():
                self._need(self.apps, value.scope.app_id)
            case Route() | Withdrawal():
                self._need(self.connections, (value.scope, value.connection_id))
            case Attempt():
                self._refuse_dangling_attempt(value)
            case Refund() | CheckoutSession():
                self._need(self.payments, (value.scope, value.payment_id))
            case PendingCredit():
                self._need(self.payments, (value.scope, value.id))
            case AuditEntry():
                self._need(self.apps, value.app_id)
            case Delivery():
                self._need(self.events, (value.scope, value.event_id))
            case Session() | OneTimeCode():
                self._refuse_nobodys(value)
            case _:
                pass

    def _refuse_nobodys(self, value: Session | OneTimeCode) -> None:
        if value.user_id is not None:
            self._need(self.users, value.user_id)

    def _refuse_dangling_attempt(self, attempt: Attempt) -> None:
        scope, subjects = attempt.scope, self.payments if attempt.withdrawal_id is None else self.withdrawals
        self._need(subjects, (scope, attempt.subject_id))
        self._need(self.connections, (scope, attempt.connection_id))
        if attempt.refund_id is not None:
            self._need(self.refunds, (scope, attempt.refund_id))

    def is_referred_to(self, value: Deletable) -> bool:
        """Say whether anything names a thing that is to be deleted."""
        if not isinstance(value, Connection):
            return False
        naming = (self.routes, self.attempts, self.withdrawals)
        named = (thing for things in naming for thing in things if thing.scope == value.scope)
        return any(thing.connection_id == value.id for thing in named)

    @staticmethod
    def _need(
        shelf: Shelf[App]
        | Shelf[Connection]
        | Shelf[Event]
        | Shelf[Payment]
        | Shelf[Refund]
        | Shelf[User]
        | Shelf[Withdrawal],
        key: Hashable,
    ) -> None:
        _refuse_unless(key in shelf.rows, f"it refers to a {shelf.name} that is not in its scope: insert that first")


def key_of(value: Stored) -> Hashable:
    """Give the key under which a thing is kept."""
    match value:
        case App() | Claim() | AuditEntry() | User() | Session() | OneTimeCode() | Letter() | Tally():
            return value.id
        case _:
            return value.scope, value.id


def refuse_miscounted(value: Stored) -> None:
    """Raise `BrokenRule` for numbers that cannot be."""
    match value:
        case Payment():
            _refuse_counts(value)
        case Attempt():
            _refuse_unless(value.money.minor > 0 and value.number > 0, "an attempt is for more than nothing")
        case Refund():
            _refuse_unless(value.money.minor > 0, "a refund is of more than nothing")
        case Event():
            _refuse_unless(value.sequence > 0, "events count from 1")
        case Entry():
            _refuse_unless(value.minor != 0, "an entry is of more or less than nothing")
        case PendingCredit():
            _refuse_unless(value.left.minor >= 0, "what is pending is never below nothing")
        case Withdrawal():
            _refuse_unless(value.money.minor > 0, "a withdrawal is of more than nothing")
        case _:
            pass


def _refuse_counts(payment: Payment) -> None:
    _refuse_unless(payment.money.minor > 0, "a payment is of more than nothing")
    given = (payment.captured_minor, payment.refunded_minor, payment.refunding_minor)
    _refuse_unless(min(given) >= 0, "what was captured and refunded is never below nothing")
    back = payment.refunded_minor + payment.refunding_minor
    _refuse_unless(back <= payment.captured_minor, "no more goes back than was captured")


def _refuse_unless(kept: bool, rule: str) -> None:  # noqa: FBT001  it reads as a sentence
    if not kept:
        raise BrokenRule(rule)
