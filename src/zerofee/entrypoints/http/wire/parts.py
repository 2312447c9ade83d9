"""The smaller shapes that a payment, a refund and an attempt are shown with."""

from datetime import datetime
from typing import Annotated, assert_never

import msgspec

from zerofee.domain.customer import Customer
from zerofee.domain.failure import Failure, FailureCode
from zerofee.domain.next_action import Display, NextAction, Otp, Redirect, UssdPush
from zerofee.domain.ordering import Strategy
from zerofee.domain.routing import Candidate, Decision, LeftOut, LeftOutBecause

Time = Annotated[datetime, msgspec.Meta(tz=True)]


class FailureBody(msgspec.Struct, frozen=True, gc=False):
    """Why it did not happen; `retryable` speaks of a new payment, `provider_code` is the provider's own word."""

    code: FailureCode
    message: str
    provider_code: str | None
    retryable: bool

    @classmethod
    def of(cls, failure: Failure | None) -> "FailureBody | None":
        """Show a failure; nothing is shown as nothing."""
        if failure is None:
            return None
        return cls(failure.code, failure.message, failure.provider_code, failure.retryable)


class CustomerBody(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Who pays. `phone` in E.164, such as `+2250700000000`; needed for mobile money."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None

    @classmethod
    def of(cls, customer: Customer | None) -> "CustomerBody | None":
        """Show a customer; nothing is shown as nothing."""
        return None if customer is None else cls(customer.name, customer.email, customer.phone)

    def to_customer(self) -> Customer:
        """Read what was sent, unchecked."""
        return Customer(name=self.name, email=self.email, phone=self.phone)


class RedirectBody(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="redirect"):
    """Open `url` in the customer's browser."""

    url: str


class UssdPushBody(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="ussd_push"):
    """The customer approves a prompt on the phone; `ussd_code` reaches it by hand."""

    message: str
    ussd_code: str | None


class OtpBody(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="otp"):
    """Send the customer's one-time code to `authenticate`; `ussd_code` is what the customer dials to get it."""

    message: str
    ussd_code: str | None
    length: int | None


class DisplayBody(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="display"):
    """Show `message` to the customer."""

    message: str


NextActionBody = RedirectBody | UssdPushBody | OtpBody | DisplayBody


def next_action_of(action: NextAction | None) -> NextActionBody | None:
    """Show what the customer must do; nothing is shown as nothing."""
    match action:
        case None:
            return None
        case Redirect(url):
            return RedirectBody(url)
        case UssdPush(message, ussd_code):
            return UssdPushBody(message, ussd_code)
        case Otp(message, ussd_code, length):
            return OtpBody(message, ussd_code, length)
        case Display(message):
            return DisplayBody(message)
        case never:
            assert_never(never)


class CandidateBody(msgspec.Struct, frozen=True, gc=False):
    """A connection that is tried in its turn, and why it may be."""

    provider: str
    connection_id: str
    route_id: str | None
    retry_declined: bool
    why: str

    @classmethod
    def of(cls, candidate: Candidate) -> "CandidateBody":
        """Show a candidate."""
        return cls(
            candidate.provider_id,
            candidate.connection_id,
            candidate.route_id,
            candidate.retry_declined,
            candidate.why,
        )


class LeftOutBody(msgspec.Struct, frozen=True, gc=False):
    """A connection that is not tried, and why not: `because` for programs, `why` for people."""

    provider: str | None
    connection_id: str
    route_id: str | None
    because: LeftOutBecause
    why: str

    @classmethod
    def of(cls, left_out: LeftOut) -> "LeftOutBody":
        """Show what was left out."""
        return cls(left_out.provider_id, left_out.connection_id, left_out.route_id, left_out.because, left_out.why)


class RoutingBody(msgspec.Struct, frozen=True, gc=False):
    """The whole decision, explained. The same payment, routes and `seed` decide the same again."""

    strategy: Strategy
    why: str
    seed: str
    candidates: list[CandidateBody]
    left_out: list[LeftOutBody]

    @classmethod
    def of(cls, decision: Decision) -> "RoutingBody":
        """Show a decision."""
        return cls(
            decision.strategy,
            decision.why,
            decision.seed,
            [CandidateBody.of(candidate) for candidate in decision.candidates],
            [LeftOutBody.of(left_out) for left_out in decision.left_out],
        )
