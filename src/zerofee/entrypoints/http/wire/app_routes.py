"""A route as the API takes and shows it, and the question how a payment would be routed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

import msgspec

from zerofee.domain.country import country
from zerofee.domain.currency import currency
from zerofee.domain.ids import AppId
from zerofee.domain.method import operator
from zerofee.domain.money import MAX_MINOR, payable
from zerofee.domain.new_payment import wish_of
from zerofee.domain.route_rules import HEAVIEST, LOWEST_PRIORITY, condition, named_method
from zerofee.domain.routing import Route
from zerofee.domain.scope import Environment, Scope
from zerofee.domain.wish import CaptureMode, Wish
from zerofee.entrypoints.http.wire.parts import RoutingBody, Time
from zerofee.entrypoints.http.wire.requests import PayableAmount

Unset = msgspec.UnsetType
ProviderId = Annotated[str, msgspec.Meta(description="The connection, `con_…`, of the same environment.")]
# The bounds are the domain's to check; here they are for the page.
Priority = Annotated[
    int, msgspec.Meta(description="1 is tried first.", extra_json_schema={"minimum": 1, "maximum": LOWEST_PRIORITY})
]
Weight = Annotated[
    int,
    msgspec.Meta(
        description="Its share among routes of one priority.", extra_json_schema={"minimum": 1, "maximum": HEAVIEST}
    ),
]
Countries = Annotated[list[str], msgspec.Meta(description="ISO 3166-1 alpha-2; none for all.", examples=[["CI"]])]
Currencies = Annotated[list[str], msgspec.Meta(description="ISO 4217; none for all.", examples=[["XOF"]])]
Methods = Annotated[list[str], msgspec.Meta(description="None for all.", examples=[["mobile_money"]])]
Operators = Annotated[list[str], msgspec.Meta(description="None for all.", examples=[["orange"]])]
Bound = Annotated[
    int, msgspec.Meta(description="In minor units.", extra_json_schema={"minimum": 1, "maximum": MAX_MINOR})
]

# What the API calls it, what the domain calls it.
_PLAIN: Final = {
    "priority": "priority",
    "weight": "weight",
    "min_amount": "min_amount_minor",
    "max_amount": "max_amount_minor",
    "retry_declined": "retry_declined",
    "active": "active",
    "provider_id": "connection_id",
}
_CONDITIONS: Final[Mapping[str, Callable[[str], Any]]] = {
    "countries": country,
    "currencies": currency,
    "methods": named_method,
    "operators": operator,
}


class RouteChangesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays as it is, and null takes a bound away."""

    provider_id: ProviderId | Unset = msgspec.UNSET
    priority: Priority | Unset = msgspec.UNSET
    weight: Weight | Unset = msgspec.UNSET
    countries: Countries | Unset = msgspec.UNSET
    currencies: Currencies | Unset = msgspec.UNSET
    methods: Methods | Unset = msgspec.UNSET
    operators: Operators | Unset = msgspec.UNSET
    min_amount: Bound | Unset | None = msgspec.UNSET
    max_amount: Bound | Unset | None = msgspec.UNSET
    retry_declined: bool | Unset = msgspec.UNSET
    active: bool | Unset = msgspec.UNSET

    def draw(self, route: Route) -> Route:
        """Write what was sent into a route; raise a `DomainError` that names the field."""
        return drawn(self, route)


class NewRouteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A route to be made: payments that fit its conditions may go through the connection.

    `retry_declined`: after a decline that another provider might not give, the next candidate may be tried.
    """

    environment: Environment
    provider_id: ProviderId
    priority: Priority = 1
    weight: Weight = 1
    countries: Countries = []
    currencies: Currencies = []
    methods: Methods = []
    operators: Operators = []
    min_amount: Bound | None = None
    max_amount: Bound | None = None
    retry_declined: bool = False
    active: bool = True

    def scope(self, app_id: AppId) -> Scope:
        """Give the scope in which the route is made."""
        return Scope(app_id, self.environment)

    def draw(self, route: Route) -> Route:
        """Write what was sent into a route; raise a `DomainError` that names the field."""
        return drawn(self, route)


def drawn(body: msgspec.Struct, route: Route) -> Route:
    """Write into a route what a request says of it."""
    said = {name: getattr(body, name) for name in RouteChangesBody.__struct_fields__}
    sent = {name: value for name, value in said.items() if value is not msgspec.UNSET}
    fields: dict[str, Any] = {_PLAIN[name]: value for name, value in sent.items() if name in _PLAIN}
    fields |= {name: condition(name, sent[name], read) for name, read in _CONDITIONS.items() if name in sent}
    return replace(route, **fields)


class RouteBody(msgspec.Struct, frozen=True, kw_only=True):
    """One route. An empty condition fits every payment."""

    id: str
    object: Literal["route"] = "route"
    environment: Environment
    provider_id: str
    priority: int
    weight: int
    countries: list[str]
    currencies: list[str]
    methods: list[str]
    operators: list[str]
    min_amount: int | None
    max_amount: int | None
    retry_declined: bool
    active: bool
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, route: Route) -> "RouteBody":
        """Show a route, every condition in alphabetical order."""
        return cls(
            id=route.id,
            environment=route.scope.environment,
            provider_id=route.connection_id,
            priority=route.priority,
            weight=route.weight,
            countries=sorted(route.countries),
            currencies=sorted(route.currencies),
            methods=sorted(route.methods),
            operators=sorted(route.operators),
            min_amount=route.min_amount_minor,
            max_amount=route.max_amount_minor,
            retry_declined=route.retry_declined,
            active=route.active,
            created_at=route.created_at,
            updated_at=route.updated_at,
        )


class DeletedRouteBody(msgspec.Struct, frozen=True, kw_only=True):
    """A route that is gone. Payments keep the decisions that it took part in."""

    id: str
    object: Literal["route"] = "route"
    deleted: Literal[True] = True


class PreviewBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A payment to be imagined: its environment, and the facts of it that routing asks about.

    `provider` pins it to one provider; `seed` shows how weights fall for one payment, chance when left out.
    """

    environment: Environment
    amount: PayableAmount
    currency: Annotated[str, msgspec.Meta(description="ISO 4217, upper case.", examples=["XOF"])]
    payment_method: Annotated[
        str, msgspec.Meta(description="A method, or a code such as `PAYIN_ORANGE_CI`.", examples=["mobile_money"])
    ]
    country: Annotated[str | None, msgspec.Meta(description="ISO 3166-1 alpha-2.", examples=["CI"])] = None
    operator: Annotated[str | None, msgspec.Meta(description="Such as `orange` or `mtn`.")] = None
    capture: CaptureMode = CaptureMode.AUTOMATIC
    provider: Annotated[str | None, msgspec.Meta(description="A provider of `GET /v1/providers`.")] = None
    seed: Annotated[str, msgspec.Meta(max_length=100)] | None = None

    def to_wish(self) -> Wish:
        """Check the meaning of what was sent; raise a `DomainError` that names the field."""
        return wish_of(
            payable(self.amount, self.currency), self.payment_method, self.country, self.operator, self.capture
        )


class DecisionBody(RoutingBody, frozen=True, gc=False):
    """How the payment would be routed, now."""

    object: Literal["routing_decision"] = "routing_decision"
