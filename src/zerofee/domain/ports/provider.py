"""One connection to one payment provider, and what is ordered from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from zerofee.domain.attempt import Attempt
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.connection import Connection
from zerofee.domain.country import Country
from zerofee.domain.customer import Customer
from zerofee.domain.ids import AttemptId, PaymentId, RefundId, WithdrawalId
from zerofee.domain.method import Method
from zerofee.domain.money import Money
from zerofee.domain.outcome import Details, Outcome
from zerofee.domain.payment import Payment
from zerofee.domain.ports.vault import Secret
from zerofee.domain.wish import CaptureMode
from zerofee.domain.withdrawal import Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeOrder:
    """
    One charge, as every adapter needs it.

    Nothing here changes from one send to the next but `reference`, `details` (what earlier steps returned) and
    `tries` (one-time codes that were wrong).
    `provider_key` is the idempotency value for the provider, a UUID of this attempt alone. `return_url` and
    `cancel_url` are where a redirected customer comes back to.
    """

    attempt_id: AttemptId
    payment_id: PaymentId
    provider_key: str
    money: Money
    capture: CaptureMode
    method: Method
    country: Country | None
    operator: str | None
    customer: Customer | None
    merchant_reference: str | None
    description: str | None
    return_url: str
    cancel_url: str
    sent_at: datetime
    expires_at: datetime | None
    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationOrder:
    """Something to be done to a charge (`charge`) under a provider key of its own; `money` is what to capture."""

    charge: ChargeOrder
    attempt_id: AttemptId
    provider_key: str
    money: Money
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """Money to go back for a charge. `reference` and `details` are what earlier answers about it returned."""

    charge: ChargeOrder
    refund_id: RefundId
    attempt_id: AttemptId
    provider_key: str
    money: Money
    reason: str | None
    sent_at: datetime
    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutOrder:
    """
    An app's own money to go out, to one mobile money account.

    `phone` is in E.164. `reference` and `details` are what earlier answers about it returned.
    """

    withdrawal_id: WithdrawalId
    attempt_id: AttemptId
    provider_key: str
    money: Money
    country: Country
    operator: str | None
    phone: str
    name: str | None
    sent_at: datetime
    reference: str | None = None
    details: Details = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class CredentialsAccepted:
    """The provider knows the credentials; `warning` says what they may not do."""

    warning: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialsRefused:
    """The provider does not take the credentials."""

    why: str


@dataclass(frozen=True, slots=True)
class CredentialsUnproven:
    """The provider could not be asked; nothing is known."""

    why: str


CredentialCheck = CredentialsAccepted | CredentialsRefused | CredentialsUnproven


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """A webhook as it came: the bytes, the headers (lower-case names) and where it was sent to."""

    body: bytes
    headers: Mapping[str, str]
    method: str
    url: str


class ForgedEvent(Exception):
    """A webhook whose signature is not the connection's, or too old. `stale`: good, but not of now."""

    def __init__(self, why: str, *, stale: bool = False) -> None:
        """Keep the reason for the log; the sender is told nothing of it."""
        super().__init__(why)
        self.stale = stale


class CannotVerify(Exception):
    """What a webhook must be verified with could not be had just now; it is neither theirs nor forged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """
    One verified webhook in our words.

    Matched by `our_reference` first (an attempt's id or provider key), by `reference` (the provider's id) second; one
    that names neither tells nothing of ours. Whatever it says of money is a hint to ask, so none of that is here.
    `details` are kept with the attempt, for asking.
    """

    event_id: str | None
    type: str
    our_reference: str | None = None
    reference: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """
    One connection to one payment provider.

    No method raises for what the provider or the network did: that is an `Outcome`. Whatever is not a definite
    yes or no is `Unknown`: money may have moved, and only asking is safe. What the capabilities do not declare is
    answered `Refused(unsupported)`.
    """

    @property
    def capabilities(self) -> Capabilities:
        """Say what this provider can do."""
        ...

    async def charge(self, order: ChargeOrder) -> Outcome:
        """
        Ask for `order.money` under the attempt's own provider key.

        A flow of several calls returns `Proceed` after each but the last, and is called again with what was kept.
        """
        ...

    async def ask(self, order: ChargeOrder) -> Outcome:
        """
        Say what became of an earlier charge; it cannot move money, whatever happens.

        `Absent`: the provider knows of no such charge. `Proceed`: the customer's step is done and ours is next.
        """
        ...

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        """Hand over the customer's one-time code; the outcome is the charge's, `ActionRequired` for a wrong one."""
        ...

    async def capture(self, order: OperationOrder) -> Outcome:
        """Take `order.money` of what is held; `Paid` when it is taken."""
        ...

    async def cancel(self, order: OperationOrder) -> Outcome:
        """Let the charge go; `Cancelled` when nothing is or will be taken, `Paid` when it was too late."""
        ...

    async def refund(self, order: RefundOrder) -> Outcome:
        """Give `order.money` back; `Paid` when it has gone."""
        ...

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        """Say what became of an earlier refund; it cannot move money."""
        ...

    async def payout(self, order: PayoutOrder) -> Outcome:
        """Send `order.money` out; `Paid` when it has arrived."""
        ...

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        """Say what became of an earlier payout; it cannot move money."""
        ...

    async def check(self) -> CredentialCheck:
        """Ask the provider whether the credentials hold, without moving anything."""
        ...

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        """
        Verify, then translate, one webhook; raise `ForgedEvent` if it is not theirs, or not of now.

        It may fetch the provider's published keys to verify with, and never moves money. Raises
        `CannotVerify` when those could not be had: nothing is known, and the sender shall try again.
        """
        ...


class Providers(Protocol):
    """Every provider there is, and the way to one through a connection."""

    def catalogue(self) -> tuple[Capabilities, ...]:
        """List what every installed provider can do, by id."""
        ...

    def capabilities(self, provider_id: str) -> Capabilities | None:
        """Give what one provider can do, `None` when it is not installed."""
        ...

    async def open(self, connection: Connection) -> Provider:
        """Open a connection with its credentials; raise `CannotOpen` when they do not unseal, or are no good."""
        ...


class CredentialForms(Protocol):
    """What each provider's package knows of its credentials' form, before anybody is asked."""

    def hints(self, connection: Connection, given: Mapping[str, Secret]) -> Mapping[str, str]:
        """
        Say what may be shown of each credential, and make sure that the connection could be opened with them.

        Raises `InvalidField` for a form that no such credential has, or that is of the other environment.
        """
        ...


class CannotOpen(Exception):
    """The connection's credentials cannot be opened, or its provider is not installed."""


def charge_order(payment: Payment, attempt: Attempt, return_url: str, cancel_url: str) -> ChargeOrder:
    """Say what an attempt orders; the same payment and attempt order the same each time."""
    if payment.method is None:
        msg = "a charge needs a method: the customer has not chosen yet"
        raise ValueError(msg)
    return ChargeOrder(
        attempt_id=attempt.id,
        payment_id=payment.id,
        provider_key=attempt.provider_key,
        money=attempt.money,
        capture=payment.capture,
        method=payment.method,
        country=payment.country,
        operator=payment.operator,
        customer=payment.customer,
        merchant_reference=payment.reference,
        description=payment.description,
        return_url=return_url,
        cancel_url=cancel_url,
        sent_at=attempt.started_at,
        expires_at=payment.expires_at,
        reference=attempt.reference,
        details=attempt.details,
        tries=attempt.tries,
    )


def payout_order(withdrawal: Withdrawal, attempt: Attempt) -> PayoutOrder:
    """Say what a payout orders; the same withdrawal and attempt order the same each time."""
    to = withdrawal.destination
    return PayoutOrder(
        withdrawal_id=withdrawal.id,
        attempt_id=attempt.id,
        provider_key=attempt.provider_key,
        money=attempt.money,
        country=to.country,
        operator=to.operator,
        phone=to.phone,
        name=to.name,
        sent_at=attempt.started_at,
        reference=attempt.reference,
        details=attempt.details,
    )
