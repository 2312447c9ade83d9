"""What an app may send: each field that is not here does not exist."""

from typing import Annotated, Final

import msgspec

from zerofee.domain.money import MAX_MINOR, payable
from zerofee.domain.new_payment import NewPayment, metadata_of, new_payment, text
from zerofee.domain.refunding import NewRefund
from zerofee.domain.scope import Scope
from zerofee.domain.wish import CaptureMode
from zerofee.entrypoints.http.wire.parts import CustomerBody

_LONGEST_REASON: Final = 500

# The bounds of an amount are the domain's to check, since it says them with the currency; here they are for the page.
PayableAmount = Annotated[
    int,
    msgspec.Meta(
        description="An integer in the minor unit of the currency.",
        examples=[10_000],
        extra_json_schema={"minimum": 1, "maximum": MAX_MINOR},
    ),
]
PartAmount = Annotated[
    int,
    msgspec.Meta(ge=1, le=MAX_MINOR, description="In the payment's minor unit; all that is left when left out."),
]
Metadata = Annotated[
    dict[str, str],
    msgspec.Meta(description="Up to 50 keys of 1 to 40 characters; values of at most 500.", max_length=50),
]


class NewPaymentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A payment to be made. `provider` pins it to one provider, with no routing; `expires_in` is in seconds."""

    amount: PayableAmount
    currency: Annotated[str, msgspec.Meta(description="ISO 4217, upper case.", examples=["XOF"])]
    payment_method: Annotated[
        str | None,
        msgspec.Meta(description="A method (`mobile_money`, `card`, …) or a code such as `PAYIN_ORANGE_CI`."),
    ] = None
    country: Annotated[str | None, msgspec.Meta(description="ISO 3166-1 alpha-2.", examples=["CI"])] = None
    operator: Annotated[str | None, msgspec.Meta(description="Such as `orange` or `mtn`.")] = None
    customer: CustomerBody | None = None
    reference: Annotated[str | None, msgspec.Meta(description="Your own, up to 100 characters.")] = None
    description: Annotated[str | None, msgspec.Meta(description="Up to 1000 characters.")] = None
    metadata: Metadata | None = None
    return_url: Annotated[str | None, msgspec.Meta(description="https; the customer comes back here.")] = None
    cancel_url: Annotated[str | None, msgspec.Meta(description="https; or here, having given up.")] = None
    capture: CaptureMode = CaptureMode.AUTOMATIC
    provider: Annotated[str | None, msgspec.Meta(description="A provider of `GET /v1/providers`.")] = None
    expires_in: Annotated[int | None, msgspec.Meta(description="1 to 604800 seconds.")] = None

    def to_order(self, scope: Scope) -> NewPayment:
        """Check the meaning of what was sent; raise a `DomainError` that names the field."""
        return new_payment(
            scope=scope,
            money=payable(self.amount, self.currency),
            payment_method=self.payment_method,
            country_code=self.country,
            payer=self.customer.to_customer() if self.customer else None,
            operator_name=self.operator,
            reference=self.reference,
            description=self.description,
            metadata=self.metadata,
            return_url=self.return_url,
            cancel_url=self.cancel_url,
            capture=self.capture,
            provider_id=self.provider,
            expires_in_s=self.expires_in,
        )


class CaptureBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How much of a held payment to take: all of it when `amount` is left out; what is left is released."""

    amount: PartAmount | None = None


class AuthenticateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The customer's one-time code."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=32, examples=["123456"])]


class CancelBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Nothing needs to be said to cancel."""


class NewRefundBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How much goes back: all that is left when `amount` is left out."""

    amount: PartAmount | None = None
    reason: Annotated[str | None, msgspec.Meta(description="Up to 500 characters.")] = None
    metadata: Metadata | None = None

    def to_order(self) -> NewRefund:
        """Check the meaning of what was sent; raise a `DomainError` that names the field."""
        return NewRefund(
            amount_minor=self.amount,
            reason=text("reason", self.reason, _LONGEST_REASON),
            metadata=metadata_of(self.metadata or {}),
        )
