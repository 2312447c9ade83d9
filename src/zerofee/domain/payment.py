"""A payment: the wish to collect one amount once, and all that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from zerofee.domain.country import Country
from zerofee.domain.customer import Customer
from zerofee.domain.failure import Failure
from zerofee.domain.ids import AttemptId, PaymentId
from zerofee.domain.method import Method
from zerofee.domain.money import Money
from zerofee.domain.next_action import NextAction
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.routing import Candidate, Decision
from zerofee.domain.scope import Scope
from zerofee.domain.wish import CaptureMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """
    One payment as it stands; a new state is a new value with the next `version`.

    `charge_id` is the attempt that holds or may hold the money. `charges` counts the
    candidates tried of the decision, `attempts` everything ever asked of a provider, `news` the events told.
    `hosted_url` is the page on which the customer chooses how to pay, and may choose again after a definite no.
    `refunding_minor` is reserved by refunds whose end is not known. `attention` says why a person
    must look. All amounts are minor units of `money.currency`.
    """

    id: PaymentId
    scope: Scope
    money: Money
    status: PaymentStatus = PaymentStatus.PENDING
    capture: CaptureMode = CaptureMode.AUTOMATIC
    method: Method | None
    country: Country | None = None
    operator: str | None = None
    customer: Customer | None = None
    reference: str | None = None
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    return_url: str | None = None
    cancel_url: str | None = None
    hosted_url: str | None = None
    provider_id: str | None = None
    decision: Decision
    charge_id: AttemptId | None = None
    charges: int = 0
    attempts: int = 0
    captured_minor: int = 0
    refunded_minor: int = 0
    refunding_minor: int = 0
    next_action: NextAction | None = None
    failure: Failure | None = None
    attention: str | None = None
    late: bool = False
    expires_at: datetime | None = None
    news: int = 0
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def candidate(self) -> Candidate | None:
        """Give the candidate that has not been tried yet and comes next, if there is one."""
        rest = self.decision.candidates[self.charges :]
        return rest[0] if rest else None

    @property
    def refundable_minor(self) -> int:
        """Give what may still go back."""
        return self.captured_minor - self.refunded_minor - self.refunding_minor
