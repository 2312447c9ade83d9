"""A draft of routes as the API takes it, and what past payments would have made of it."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from zerofee.application.apps.simulate_routes import Draft, Simulated
from zerofee.domain.ids import ConnectionId, PaymentId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ordering import Strategy
from zerofee.domain.replaying import Moved, Share
from zerofee.domain.routing import Route
from zerofee.domain.scope import Environment
from zerofee.entrypoints.http.wire.app_routes import (
    Bound,
    Countries,
    Currencies,
    Methods,
    Operators,
    Priority,
    ProviderId,
    Weight,
    drawn,
)
from zerofee.entrypoints.http.wire.apps import RoutingStrategy
from zerofee.entrypoints.http.wire.parts import Time

_MOST_ROUTES = 200


class DraftRouteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One route of a draft; as a route that is made, without an environment of its own."""

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

    def draw(self, route: Route) -> Route:
        """Write what was sent into a route; raise a `DomainError` that names the field."""
        return drawn(self, route)


class SimulateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A draft of routes, and the span of past payments to replay over it.

    With no `routes` the app's connections would serve in the order they were made. `routing_strategy` is the app's own
    when it is left out.
    """

    environment: Environment
    created_from: Time
    created_to: Time
    routes: list[DraftRouteBody]
    routing_strategy: RoutingStrategy | None = None

    def to_draft(self) -> Draft:
        """Give the draft; what its routes say is checked when they are drawn."""
        if len(self.routes) > _MOST_ROUTES:
            raise InvalidField(f"routes may hold at most {_MOST_ROUTES}.", field="routes")
        return Draft(
            routes=[(ConnectionId(route.provider_id), route.draw) for route in self.routes],
            strategy=self.routing_strategy,
            created_from=self.created_from,
            created_to=self.created_to,
        )


Amounts = Annotated[Mapping[str, int], msgspec.Meta(description="Minor units by currency.", examples=[{"XOF": 10_000}])]


class ShareBody(msgspec.Struct, frozen=True, kw_only=True):
    """The payments of one side. `paid_per_thousand` is null where there are none."""

    payments: int
    amounts: Amounts
    paid: int
    paid_per_thousand: int | None

    @classmethod
    def of(cls, share: Share) -> "ShareBody":
        """Show a share."""
        rate = share.paid * 1000 // share.payments if share.payments else None
        return cls(
            payments=share.payments,
            amounts={str(name): minor for name, minor in share.amounts.items()},
            paid=share.paid,
            paid_per_thousand=rate,
        )


class SideBySideBody(msgspec.Struct, frozen=True, kw_only=True):
    """One connection, tried first; null is for the payments that none could take. `draft.paid` is an estimate."""

    provider_id: str | None
    was: ShareBody
    draft: ShareBody


class MovedBody(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that would have gone elsewhere first, and why it would have gone there."""

    payment: PaymentId
    amount: int
    currency: str
    was: str | None
    draft: str | None
    why: str

    @classmethod
    def of(cls, moved: Moved) -> "MovedBody":
        """Show one payment."""
        money = moved.money
        return cls(
            payment=moved.payment_id,
            amount=money.minor,
            currency=money.currency,
            was=moved.before,
            draft=moved.after,
            why=moved.why,
        )


class SimulationBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    What past payments would have made of a draft. No money moved.

    `payments` were replayed. `pinned` named their provider, or have no method yet, and are left out. `truncated`: there
    were more, and the newest were taken. `moved` tells how many would have gone elsewhere first, `moved_payments` the
    newest of them.
    """

    object: Literal["routing_simulation"] = "routing_simulation"
    payments: int
    pinned: int
    truncated: bool
    routing_strategy: Strategy
    connections: list[SideBySideBody]
    moved: ShareBody
    moved_payments: list[MovedBody]

    @classmethod
    def of(cls, simulated: Simulated) -> "SimulationBody":
        """Show a replay, its connections by id, and last what none could take."""
        replay = simulated.replay
        ids = sorted(replay.was.keys() | replay.would_be.keys(), key=lambda name: (name is None, name or ""))
        return cls(
            payments=simulated.payments,
            pinned=simulated.passed_over,
            truncated=simulated.truncated,
            routing_strategy=simulated.strategy,
            connections=[
                SideBySideBody(
                    provider_id=name,
                    was=ShareBody.of(replay.was.get(name, Share())),
                    draft=ShareBody.of(replay.would_be.get(name, Share())),
                )
                for name in ids
            ],
            moved=ShareBody.of(replay.moved_in_all),
            moved_payments=[MovedBody.of(moved) for moved in replay.moved],
        )
