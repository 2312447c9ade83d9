"""An attempt as the API shows it."""

from typing import Literal

import msgspec

from zerofee.domain.attempt import Attempt, AttemptKind, AttemptState
from zerofee.domain.scope import Environment
from zerofee.entrypoints.http.wire.parts import FailureBody, NextActionBody, Time, next_action_of


class AttemptBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    One thing that was asked of one provider, for a payment or a withdrawal.

    `status` says what is known of it: `unknown` is an answer that was lost and is being asked for.
    `provider_reference` is the provider's id of it. `asked` counts how often it was asked about since.
    """

    id: str
    object: Literal["attempt"] = "attempt"
    payment_id: str | None
    refund_id: str | None
    withdrawal_id: str | None
    kind: AttemptKind
    number: int
    status: AttemptState
    amount: int
    currency: str
    provider: str
    connection_id: str
    provider_reference: str | None
    next_action: NextActionBody | None
    failure: FailureBody | None
    note: str | None
    asked: int
    environment: Environment
    created_at: Time
    ended_at: Time | None

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptBody":
        """Show an attempt."""
        return cls(
            id=attempt.id,
            payment_id=attempt.payment_id,
            refund_id=attempt.refund_id,
            withdrawal_id=attempt.withdrawal_id,
            kind=attempt.kind,
            number=attempt.number,
            status=attempt.state,
            amount=attempt.money.minor,
            currency=attempt.money.currency,
            provider=attempt.provider_id,
            connection_id=attempt.connection_id,
            provider_reference=attempt.reference,
            next_action=next_action_of(attempt.next_action),
            failure=FailureBody.of(attempt.failure),
            note=attempt.note,
            asked=attempt.asked,
            environment=attempt.scope.environment,
            created_at=attempt.started_at,
            ended_at=attempt.ended_at,
        )
