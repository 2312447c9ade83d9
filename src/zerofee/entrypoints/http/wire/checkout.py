"""Checkout on the wire: sessions, ways to pay, countries; what a customer's browser may see of each."""

from typing import Annotated, Literal

import msgspec

from zerofee.domain.checkout import (
    CheckoutSession,
    LineItem,
    Presentation,
    SessionState,
    presentation,
    session_state,
)
from zerofee.domain.choosing import Choice
from zerofee.domain.country import Country, country
from zerofee.domain.customer import customer
from zerofee.domain.method import method_choice, operator
from zerofee.domain.money import payable
from zerofee.domain.new_payment import NewPayment, new_payment
from zerofee.domain.offering import Offer
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.scope import Environment, Scope
from zerofee.domain.wish import CaptureMode
from zerofee.entrypoints.http.wire.parts import CustomerBody, FailureBody, NextActionBody, Time, next_action_of
from zerofee.entrypoints.http.wire.requests import Metadata, PayableAmount


class LineItemBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of what is bought. `amount` is for one piece; the lines add up to the session's amount."""

    name: str
    amount: int
    quantity: int = 1

    def to_item(self) -> LineItem:
        """Read what was sent, unchecked."""
        return LineItem(name=self.name, amount_minor=self.amount, quantity=self.quantity)


class NewSessionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A checkout session to be made. Without `methods`, the customer may choose among all that the app can take."""

    amount: PayableAmount
    currency: Annotated[str, msgspec.Meta(description="ISO 4217, upper case.", examples=["XOF"])]
    line_items: Annotated[list[LineItemBody], msgspec.Meta(max_length=50)] = []
    methods: Annotated[list[str], msgspec.Meta(max_length=10, description="Such as `mobile_money`, `card`.")] = []
    locale: Annotated[str | None, msgspec.Meta(description="`en` or `fr`; the browser's when left out.")] = None
    country: Annotated[str | None, msgspec.Meta(description="ISO 3166-1 alpha-2; shown first.")] = None
    customer: CustomerBody | None = None
    reference: Annotated[str | None, msgspec.Meta(description="Your own, up to 100 characters.")] = None
    description: Annotated[str | None, msgspec.Meta(description="Up to 1000 characters; shown to the customer.")] = None
    metadata: Metadata | None = None
    success_url: Annotated[str | None, msgspec.Meta(description="https; gets `?session_id=`, and no proof.")] = None
    cancel_url: Annotated[str | None, msgspec.Meta(description="https; where a customer who gives up goes.")] = None
    capture: CaptureMode = CaptureMode.AUTOMATIC
    provider: Annotated[str | None, msgspec.Meta(description="A provider of `GET /v1/providers`.")] = None
    expires_in: Annotated[int | None, msgspec.Meta(description="1 to 604800 seconds.")] = None

    def to_order(self, scope: Scope) -> NewPayment:
        """Check the meaning of the payment; raise a `DomainError` that names the field."""
        return new_payment(
            scope=scope,
            money=payable(self.amount, self.currency),
            country_code=self.country,
            payer=self.customer.to_customer() if self.customer else None,
            reference=self.reference,
            description=self.description,
            metadata=self.metadata,
            return_url=self.success_url,
            cancel_url=self.cancel_url,
            capture=self.capture,
            provider_id=self.provider,
            expires_in_s=self.expires_in,
        )

    def to_presentation(self) -> Presentation:
        """Check the meaning of the rest; raise a `DomainError` that names the field."""
        lines = [line.to_item() for line in self.line_items]
        money = payable(self.amount, self.currency)
        return presentation(money, methods=self.methods, line_items=lines, locale=self.locale)


class PayBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The customer's choice. The operator is guessed from the phone number when it is left out."""

    payment_method: Annotated[str, msgspec.Meta(description="A method, or a code such as `PAYIN_ORANGE_CI`.")]
    country: Annotated[str | None, msgspec.Meta(description="ISO 3166-1 alpha-2.", examples=["CI"])] = None
    operator: Annotated[str | None, msgspec.Meta(description="Such as `orange` or `mtn`.")] = None
    customer: CustomerBody | None = None

    def to_choice(self) -> Choice:
        """Check the meaning; raise a `DomainError` that names the field."""
        chosen = method_choice(self.payment_method)
        return Choice(
            method=chosen.method,
            country=chosen.country or (country(self.country) if self.country else None),
            operator=chosen.operator or (operator(self.operator) if self.operator else None),
            customer=customer(self.customer.to_customer()) if self.customer else None,
        )


class ExpireBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Nothing needs to be said to end a session."""


class PaidOnPageBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How a session's payment stands: all that the customer's browser needs, and no more of it."""

    object: Literal["checkout.payment"] = "checkout.payment"
    payment_id: str
    status: SessionState
    payment_status: PaymentStatus
    amount: int
    currency: str
    next_action: NextActionBody | None
    failure: FailureBody | None
    url: str | None

    @classmethod
    def of(cls, payment: Payment) -> "PaidOnPageBody":
        """Show a payment as its page does."""
        return cls(
            payment_id=payment.id,
            status=session_state(payment),
            payment_status=payment.status,
            amount=payment.money.minor,
            currency=payment.money.currency,
            next_action=next_action_of(payment.next_action),
            failure=FailureBody.of(payment.failure),
            url=payment.hosted_url,
        )


class SessionBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    A checkout session, with how its one payment stands.

    `url` is the page for the customer. A publishable key may read this too, so it tells nothing of the customer.
    """

    id: str
    object: Literal["checkout.session"] = "checkout.session"
    status: SessionState
    payment_id: str
    payment_status: PaymentStatus
    amount: int
    currency: str
    line_items: list[LineItemBody]
    methods: list[str]
    locale: str | None
    description: str | None
    success_url: str | None
    cancel_url: str | None
    next_action: NextActionBody | None
    failure: FailureBody | None
    url: str | None
    environment: Environment
    expires_at: Time | None
    created_at: Time

    @classmethod
    def of(cls, session: CheckoutSession, payment: Payment) -> "SessionBody":
        """Show a session."""
        return cls(
            id=session.id,
            status=session_state(payment),
            payment_id=payment.id,
            payment_status=payment.status,
            amount=payment.money.minor,
            currency=payment.money.currency,
            line_items=[
                LineItemBody(name=line.name, amount=line.amount_minor, quantity=line.quantity)
                for line in session.line_items
            ],
            methods=list(session.methods),
            locale=session.locale,
            description=payment.description,
            success_url=payment.return_url,
            cancel_url=payment.cancel_url,
            next_action=next_action_of(payment.next_action),
            failure=FailureBody.of(payment.failure),
            url=payment.hosted_url,
            environment=session.scope.environment,
            expires_at=payment.expires_at,
            created_at=session.created_at,
        )


class OfferBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One way to pay. `fields` are what the customer must give; limits are in the currency's minor unit."""

    object: Literal["payment_method"] = "payment_method"
    payment_method: str
    name: str
    country: str | None
    operator: str | None
    fields: list[str]
    steps: list[str]
    min_amount: int | None
    max_amount: int | None
    icon: str

    @classmethod
    def of(cls, offer: Offer, name: str, icon: str) -> "OfferBody":
        """Show an offer under its name and icon."""
        return cls(
            payment_method=offer.method,
            name=name,
            country=offer.country,
            operator=offer.operator,
            fields=list(offer.fields),
            steps=sorted(offer.steps),
            min_amount=offer.limits.least_minor,
            max_amount=offer.limits.most_minor,
            icon=icon,
        )


class OffersBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Every way to pay that was asked for, the likeliest first; there is one page."""

    object: Literal["list"] = "list"
    data: list[OfferBody]
    has_more: bool = False
    next_cursor: str | None = None


class CountryBody(msgspec.Struct, frozen=True, gc=False):
    """A country in which mobile money can be taken."""

    code: str
    name: str
    object: Literal["country"] = "country"


class CountriesBody(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Every country; there is one page."""

    object: Literal["list"] = "list"
    data: list[CountryBody]
    has_more: bool = False
    next_cursor: str | None = None


class OffersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which payment ways are asked for; a country is needed for mobile money."""

    amount: Annotated[int, msgspec.Meta(description="In the minor unit of the currency.")]
    currency: Annotated[str, msgspec.Meta(description="ISO 4217, upper case.")]
    country: Annotated[str | None, msgspec.Meta(description="ISO 3166-1 alpha-2.")] = None

    def where(self) -> Country | None:
        """Read the country; raise `UnknownCountry`."""
        return None if self.country is None else country(self.country)
