"""Replay an app's past payments over a draft of routes, and move nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from zerofee.application.apps.write_routes import Drawn, WriteRoutes
from zerofee.domain.ids import ConnectionId, RouteId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ordering import CHOICES, Strategy
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.store import RoutingTables
from zerofee.domain.ports.views import PageOf, PaymentFilter, Views
from zerofee.domain.replaying import Past, Replay, past_of, replay
from zerofee.domain.routing import Route
from zerofee.domain.scope import Scope

_MOST_PAYMENTS: Final = 10_000
_MOST_SHOWN: Final = 100
_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    Routes that are not written, and the payments to be replayed over them.

    Each route is a connection and what is said of the route to it. No `strategy` keeps the app's own.
    """

    routes: Sequence[tuple[ConnectionId, Drawn]]
    strategy: Strategy | None = None
    created_from: datetime
    created_to: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A replay; `passed_over` named their provider themselves, and `truncated`: there were more than are looked at."""

    replay: Replay
    strategy: Strategy
    payments: int
    passed_over: int
    truncated: bool


@dataclass(frozen=True, slots=True)
class SimulateRoutes:
    """`POST /v1/apps/{app_id}/routes/simulate`, whoever asks."""

    tables: RoutingTables
    views: Views
    write_routes: WriteRoutes
    clock: Clock
    ids: Ids

    async def __call__(self, scope: Scope, draft: Draft) -> Simulated:
        """
        Replay the newest payments of the span; raise `InvalidField` for a draft that could not be written.

        Health is left out: nobody knows today what was closed off then.
        """
        if draft.created_from >= draft.created_to:
            raise InvalidField("created_from must be before created_to.", field="created_from")
        if draft.strategy is not None and draft.strategy not in CHOICES:
            raise InvalidField(f"routing_strategy must be one of {', '.join(CHOICES)}.", field="routing_strategy")
        table = await self.tables.routing(scope)
        routes = await self._checked(scope, draft.routes)
        table = replace(table, routes=routes, strategy=draft.strategy or table.strategy, health={})
        past, passed_over, truncated = await self._past(scope, draft)
        # Ten thousand decisions take a second: other requests go on meanwhile.
        replayed = await asyncio.to_thread(replay, past, table, _MOST_SHOWN)
        return Simulated(
            replay=replayed,
            strategy=table.strategy,
            payments=len(past),
            passed_over=passed_over,
            truncated=truncated,
        )

    async def _checked(self, scope: Scope, routes: Sequence[tuple[ConnectionId, Drawn]]) -> tuple[Route, ...]:
        checked, now = [], self.clock.now()
        for place, (connection_id, draw) in enumerate(routes):
            route_id = self.ids.new(RouteId)
            blank = Route(id=route_id, scope=scope, connection_id=connection_id, created_at=now, updated_at=now)
            try:
                checked.append(await self.write_routes.checked(draw(blank)))
            except InvalidField as refusal:
                raise InvalidField(refusal.detail, field=f"routes.{place}.{refusal.field}") from refusal
        return tuple(checked)

    async def _past(self, scope: Scope, draft: Draft) -> tuple[list[Past], int, bool]:
        wanted = PaymentFilter(created_from=draft.created_from, created_to=draft.created_to)
        past: list[Past] = []
        passed_over, after, more = 0, None, True
        while more and len(past) + passed_over < _MOST_PAYMENTS:
            listed = await self.views.payments(scope, wanted, PageOf(_PAGE, after))
            for payment in listed.items:
                told = past_of(payment)
                if told is None:
                    passed_over += 1
                else:
                    past.append(told)
                after = payment.id
            more = listed.has_more
        return past, passed_over, more
