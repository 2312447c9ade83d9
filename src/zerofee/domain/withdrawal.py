"""A withdrawal: an app's own money on its way out, and every move it can make, as one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from zerofee.domain.country import Country
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import Failure
from zerofee.domain.ids import ConnectionId, WithdrawalId
from zerofee.domain.money import Money
from zerofee.domain.scope import Scope


class WithdrawalStatus(StrEnum):
    """Where a withdrawal stands; `succeeded` may still turn `failed` when the provider takes it back."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What can happen to a withdrawal."""

    ACCEPT = "accept"
    PAY = "pay"
    FAIL = "fail"
    CANCEL = "cancel"
    TAKE_BACK = "take_back"


class WithdrawalStatusConflict(DomainError):
    """The withdrawal's status does not allow what was asked."""

    code = "withdrawal_status_conflict"

    def __init__(self, status: WithdrawalStatus, step: Step) -> None:
        """Name the status and what it does not allow."""
        super().__init__(f"A withdrawal that is {status} cannot {step}. Only one that was not sent can be cancelled.")


_S = WithdrawalStatus
# fmt: off
_ROWS: Final[tuple[tuple[Step, frozenset[WithdrawalStatus], WithdrawalStatus], ...]] = (
    # step           from any of                               to
    (Step.ACCEPT,    frozenset({_S.PENDING}),                  _S.PROCESSING),
    (Step.PAY,       frozenset({_S.PENDING, _S.PROCESSING}),   _S.SUCCEEDED),
    (Step.FAIL,      frozenset({_S.PENDING, _S.PROCESSING}),   _S.FAILED),
    (Step.CANCEL,    frozenset({_S.PENDING}),                  _S.CANCELLED),
    (Step.TAKE_BACK, frozenset({_S.SUCCEEDED}),                _S.FAILED),
)
# fmt: on
STEPS: Final[Mapping[tuple[WithdrawalStatus, Step], WithdrawalStatus]] = {
    (source, step): target for step, sources, target in _ROWS for source in sources
}
# What was given back never left: only these count against a limit.
COUNTS: Final = frozenset({_S.PENDING, _S.PROCESSING, _S.SUCCEEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The mobile money account that a withdrawal goes to; `phone` in E.164."""

    phone: str
    country: Country
    operator: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """
    One withdrawal as it stands.

    Its money is reserved from the start, and given back only when it is proven that nothing left. `send_at` is when
    it is sent, `None` once that was begun or it has ended. `number` counts an app's withdrawals in one currency while
    a daily limit is kept. `attempts` counts its payouts, `news` the events told of it; `attention` says why a person
    must look.
    """

    id: WithdrawalId
    scope: Scope
    money: Money
    destination: Destination
    connection_id: ConnectionId
    provider_id: str
    status: WithdrawalStatus = WithdrawalStatus.PENDING
    reference: str | None = None
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    attention: str | None = None
    number: int | None = None
    attempts: int = 0
    send_at: datetime | None = None
    news: int = 0
    created_at: datetime
    updated_at: datetime
    version: int = 1


def next_step(status: WithdrawalStatus, step: Step) -> WithdrawalStatus:
    """Follow one row of the table, or raise `WithdrawalStatusConflict`."""
    if (status, step) not in STEPS:
        raise WithdrawalStatusConflict(status, step)
    return STEPS[status, step]
