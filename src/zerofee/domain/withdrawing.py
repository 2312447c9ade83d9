"""How a withdrawal begins, is sent and is let go: its money is set aside before anything of it leaves."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from zerofee.domain.attempt import Attempt, AttemptKind, Start, order_digest
from zerofee.domain.booking import GoingOut, Stage
from zerofee.domain.capabilities import Capabilities, Operation
from zerofee.domain.change_set import Change, Insert, Update
from zerofee.domain.errors import DomainError
from zerofee.domain.event import EventType
from zerofee.domain.idempotency import Claim
from zerofee.domain.ids import WithdrawalId
from zerofee.domain.method import MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.new_withdrawal import NewWithdrawal
from zerofee.domain.opening import ORPHAN_GRACE
from zerofee.domain.plan import News, PayoutPlan
from zerofee.domain.routing import Option, RoutingTable
from zerofee.domain.withdrawal import (
    Destination,
    Step,
    Withdrawal,
    WithdrawalStatus,
    WithdrawalStatusConflict,
    next_step,
)

# What could not be sent is tried again after a minute, then ever later, up to an hour; and given up after a day.
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 6
GIVE_UP: Final = timedelta(days=1)


class NoPayoutConnection(DomainError):
    """No connection of the app's can send this."""

    code = "no_payout_connection"

    def __init__(self) -> None:
        """Say what is needed."""
        super().__init__(
            "No active connection of the app can pay out this currency to this country and operator: "
            "see `operations` and `flows` in GET /v1/providers."
        )


class WithdrawalLimitExceeded(DomainError):
    """The operator's limit leaves no room for this."""

    code = "withdrawal_limit_exceeded"

    def __init__(self, span: str, most: Money) -> None:
        """Name the limit."""
        super().__init__(f"At most {most.minor} {most.currency} may be withdrawn {span}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalLimit:
    """The most that may leave at once, and within 24 hours on end, in minor units; `None` is no bound."""

    once_minor: int | None = None
    day_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What an app withdrew of one currency within a span of time, and the number of the last withdrawal ever."""

    minor: int = 0
    last_number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutTerms:
    """What the house adds to an order: its id, where exactly it goes, by which connection, its number and its time."""

    withdrawal_id: WithdrawalId
    destination: Destination
    option: Option
    number: int | None = None
    send_at: datetime


def payout_option(table: RoutingTable, wanted: NewWithdrawal, destination: Destination) -> Option:
    """Choose the first connection, by id, that can pay this out; raise `NoPayoutConnection`."""
    for connection_id in sorted(table.options):
        option = table.options[connection_id]
        right = wanted.provider_id in {None, option.connection.provider_id}
        if right and option.connection.active and pays_out(option.capabilities, wanted.money, destination):
            return option
    raise NoPayoutConnection


def pays_out(can: Capabilities, money: Money, destination: Destination) -> bool:
    """Say whether a provider sends this currency to this country and operator; limits are left to its own word."""
    if Operation.PAYOUT not in can.operations:
        return False
    return any(
        flow.method == MOBILE_MONEY
        and (flow.currencies is None or money.currency in flow.currencies)
        and (flow.countries is None or destination.country in flow.countries)
        and (flow.operators is None or destination.operator is None or destination.operator in flow.operators)
        for flow in can.flows
    )


def number_within(limit: WithdrawalLimit, money: Money, withdrawn: Withdrawn) -> int | None:
    """
    Give the number of a withdrawal of `money`, `None` where no daily limit is kept; raise `WithdrawalLimitExceeded`.

    Of two that read the same last number, the database lets one through; the other reads again and counts both.
    """
    if limit.once_minor is not None and money.minor > limit.once_minor:
        raise WithdrawalLimitExceeded("at once", Money(limit.once_minor, money.currency))
    if limit.day_minor is None:
        return None
    if withdrawn.minor + money.minor > limit.day_minor:
        raise WithdrawalLimitExceeded("within 24 hours", Money(limit.day_minor, money.currency))
    return withdrawn.last_number + 1


def open_withdrawal(order: NewWithdrawal, terms: PayoutTerms, start: Start) -> PayoutPlan:
    """Set the money aside, and begin to send it if its time has come."""
    connection = terms.option.connection
    withdrawal = Withdrawal(
        id=terms.withdrawal_id,
        scope=order.scope,
        money=order.money,
        destination=terms.destination,
        connection_id=connection.id,
        provider_id=connection.provider_id,
        reference=order.reference,
        description=order.description,
        metadata=order.metadata,
        number=terms.number,
        send_at=terms.send_at,
        news=1,
        created_at=start.now,
        updated_at=start.now,
    )
    opened = None
    if terms.send_at <= start.now:
        opened = _payout(withdrawal, connection.credential_version, start)
        withdrawal = replace(withdrawal, attempts=1, send_at=None)
    changes: tuple[Change, ...] = (Insert(withdrawal),)
    if opened is not None:
        changes = (*changes, Insert(opened))
    return PayoutPlan(
        withdrawal=withdrawal,
        changes=_claimed(start.claim, *changes),
        news=(News(EventType.WITHDRAWAL_CREATED, withdrawal, 1),),
        facts=(GoingOut(subject=withdrawal, stage=Stage.RESERVED, connection_id=connection.id),),
        opened=opened,
    )


def send_withdrawal(withdrawal: Withdrawal, credential_version: int, start: Start) -> PayoutPlan | None:
    """Begin to send what waits; `None` for one that has ended, or is being sent already."""
    if withdrawal.status is not WithdrawalStatus.PENDING or withdrawal.send_at is None:
        return None
    opened = _payout(withdrawal, credential_version, start)
    changed = replace(
        withdrawal,
        attempts=opened.number,
        send_at=None,
        updated_at=start.now,
        version=withdrawal.version + 1,
    )
    return PayoutPlan(withdrawal=changed, changes=(Update(changed), Insert(opened)), opened=opened)


def cancel_withdrawal(withdrawal: Withdrawal, now: datetime) -> PayoutPlan:
    """Give the money back of one that was not sent; raise `WithdrawalStatusConflict` for any other."""
    status = next_step(withdrawal.status, Step.CANCEL)
    if withdrawal.send_at is None:
        raise WithdrawalStatusConflict(WithdrawalStatus.PROCESSING, Step.CANCEL)
    changed = replace(
        withdrawal,
        status=status,
        send_at=None,
        news=withdrawal.news + 1,
        updated_at=now,
        version=withdrawal.version + 1,
    )
    return PayoutPlan(
        withdrawal=changed,
        changes=(Update(changed),),
        news=(News(EventType.WITHDRAWAL_CANCELLED, changed, changed.news),),
        facts=(GoingOut(subject=changed, stage=Stage.FREED, connection_id=changed.connection_id),),
    )


def next_sending(withdrawal: Withdrawal, now: datetime) -> datetime | None:
    """Say when what could not be sent is tried again; `None` when it is given up."""
    if now - withdrawal.created_at >= GIVE_UP:
        return None
    doublings = min(withdrawal.attempts - 1, _MOST_DOUBLINGS)
    return now + min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def _payout(withdrawal: Withdrawal, credential_version: int, start: Start) -> Attempt:
    key, to = start.draft.provider_key, withdrawal.destination
    return Attempt(
        id=start.draft.id,
        scope=withdrawal.scope,
        payment_id=None,
        withdrawal_id=withdrawal.id,
        kind=AttemptKind.PAYOUT,
        number=withdrawal.attempts + 1,
        connection_id=withdrawal.connection_id,
        credential_version=credential_version,
        provider_id=withdrawal.provider_id,
        money=withdrawal.money,
        provider_key=key,
        digest=order_digest(AttemptKind.PAYOUT, withdrawal.money, key, to.phone, to.operator),
        boot_id=start.draft.boot_id,
        deadline_at=start.draft.deadline_at,
        ask_at=start.draft.deadline_at + ORPHAN_GRACE,
        claim_id=start.claim.id if start.claim else None,
        started_at=start.now,
    )


def _claimed(claim: Claim | None, *changes: Change) -> tuple[Change, ...]:
    return changes if claim is None else (Insert(claim), *changes)
