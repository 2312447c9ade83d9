"""A withdrawal as an app asks for it, and as the API shows it."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from zerofee.domain.money import payable
from zerofee.domain.new_withdrawal import NewWithdrawal, new_withdrawal
from zerofee.domain.scope import Environment, Scope
from zerofee.domain.withdrawal import Withdrawal, WithdrawalStatus
from zerofee.entrypoints.http.wire.parts import FailureBody, Time
from zerofee.entrypoints.http.wire.requests import Metadata, PayableAmount


class DestinationBody(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """
    The mobile money account that receives it. `phone` in E.164, such as `+2250700000000`.

    `country` and `operator` are told from the number where they are left out and it tells them.
    """

    phone: str
    country: Annotated[str | None, msgspec.Meta(description="ISO 3166-1 alpha-2.", examples=["CI"])] = None
    operator: Annotated[str | None, msgspec.Meta(description="Such as `orange` or `mtn`.")] = None
    name: Annotated[str | None, msgspec.Meta(description="The account's holder, up to 200 characters.")] = None


class NewWithdrawalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Money of the app's to be sent out. `provider` names one of several that could send it."""

    amount: PayableAmount
    currency: Annotated[str, msgspec.Meta(description="ISO 4217, upper case.", examples=["XOF"])]
    destination: DestinationBody
    provider: Annotated[str | None, msgspec.Meta(description="A provider of `GET /v1/providers`.")] = None
    reference: Annotated[str | None, msgspec.Meta(description="Your own, up to 100 characters.")] = None
    description: Annotated[str | None, msgspec.Meta(description="Up to 1000 characters.")] = None
    metadata: Metadata | None = None

    def to_order(self, scope: Scope) -> NewWithdrawal:
        """Check the meaning of what was sent; raise a `DomainError` that names the field."""
        return new_withdrawal(
            scope=scope,
            money=payable(self.amount, self.currency),
            phone=self.destination.phone,
            country_code=self.destination.country,
            operator_name=self.destination.operator,
            name=self.destination.name,
            provider_id=self.provider,
            reference=self.reference,
            description=self.description,
            metadata=self.metadata,
        )


class ReceiverBody(msgspec.Struct, frozen=True, gc=False):
    """The mobile money account that receives it."""

    phone: str
    country: str
    operator: str | None
    name: str | None


class WithdrawalBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    One withdrawal as it stands.

    `pending`: its money is reserved and nothing was accepted yet; it is sent at `send_at` and can be cancelled until
    then. `processing`: the provider is at work, or its answer was lost and is being asked for. The rest are ends.
    """

    id: str
    object: Literal["withdrawal"] = "withdrawal"
    status: WithdrawalStatus
    amount: int
    currency: str
    destination: ReceiverBody
    provider: str
    reference: str | None
    description: str | None
    metadata: Mapping[str, str]
    failure: FailureBody | None
    needs_attention: bool
    attention: str | None
    environment: Environment
    send_at: Time | None
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, withdrawal: Withdrawal) -> "WithdrawalBody":
        """Show a withdrawal."""
        to = withdrawal.destination
        return cls(
            id=withdrawal.id,
            status=withdrawal.status,
            amount=withdrawal.money.minor,
            currency=withdrawal.money.currency,
            destination=ReceiverBody(to.phone, to.country, to.operator, to.name),
            provider=withdrawal.provider_id,
            reference=withdrawal.reference,
            description=withdrawal.description,
            metadata=withdrawal.metadata,
            failure=FailureBody.of(withdrawal.failure),
            needs_attention=withdrawal.attention is not None,
            attention=withdrawal.attention,
            environment=withdrawal.scope.environment,
            send_at=withdrawal.send_at,
            created_at=withdrawal.created_at,
            updated_at=withdrawal.updated_at,
        )
