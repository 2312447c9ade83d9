"""Send again what was sent or given up, and send a test."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.application.once import Once
from zerofee.application.webhooks_out.bell import Bell
from zerofee.domain.change_set import Change, ChangeSet, Conflict, ConflictKind, Insert, Update
from zerofee.domain.delivery import Delivery, again, delivery_of
from zerofee.domain.endpoint import EndpointStatus, WebhookEndpoint
from zerofee.domain.errors import DomainError
from zerofee.domain.event import Event, EventType
from zerofee.domain.idempotency import Answer, Claim
from zerofee.domain.ids import DeliveryId, EndpointId, EventId
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.outbox import Deliveries, Endpoints
from zerofee.domain.ports.signing import ShowingEndpoints
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Scope

T = TypeVar("T")

MOST_AT_ONCE: Final = 500
"""How many deliveries one request makes anew: what is committed together must stay small."""

_MOST_TRIES: Final = 10


class EndpointDisabled(DomainError):
    """Nothing is sent to an endpoint that is disabled."""

    code = "endpoint_disabled"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("The endpoint is disabled: enable it first, with PATCH and a status of enabled.")


@dataclass(frozen=True, slots=True)
class MadeAnew:
    """How many deliveries were made anew, and whether more are left to ask for."""

    count: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeliver:
    """
    `POST …/{id}/test`, `…/deliveries/{delivery_id}/redeliver` and `…/{id}/redeliver`.

    Each answers once it is certain that it will be sent. Raises `EndpointDisabled` and `NotFound`. Under a claim, what
    `answer` makes of the result is kept in the same commit, and a repeat raises `Replayed` with it.
    """

    endpoints: Endpoints
    deliveries: Deliveries
    once: Once
    showing: ShowingEndpoints
    bell: Bell
    clock: Clock
    ids: Ids

    async def test(
        self, scope: Scope, endpoint_id: EndpointId, claim: Claim | None, answer: Callable[[Delivery], Answer]
    ) -> Delivery:
        """Send an event that tells of nothing but the endpoint, whatever the endpoint wants to hear of."""
        for _ in range(_MOST_TRIES):
            stored, now = await self._enabled(scope, endpoint_id), self.clock.now()
            endpoint = replace(stored, news=stored.news + 1, version=stored.version + 1)
            event = Event(
                id=self.ids.new(EventId),
                scope=scope,
                type=EventType.ENDPOINT_TEST,
                subject_id=endpoint.id,
                sequence=endpoint.news,
                data=self.showing.endpoint(endpoint),
                created_at=now,
            )
            delivery = delivery_of(event, endpoint.id, self.ids.new(DeliveryId))
            changes = (Update(endpoint), Insert(event), Insert(delivery))
            if await self._committed(changes, claim, answer, delivery, now):
                return delivery
        raise ChangedMeanwhile

    async def one(
        self,
        scope: Scope,
        endpoint_id: EndpointId,
        delivery_id: DeliveryId,
        claim: Claim | None,
        answer: Callable[[Delivery], Answer],
    ) -> Delivery:
        """Send an event once more, under the same `webhook-id`, whatever became of it before."""
        for _ in range(_MOST_TRIES):
            await self._enabled(scope, endpoint_id)
            first = await self.deliveries.delivery(scope, delivery_id)
            if first.endpoint_id != endpoint_id:
                raise NotFound("delivery")
            now = self.clock.now()
            noted, anew = again(first, self.ids.new(DeliveryId), now)
            if await self._committed((Update(noted), Insert(anew)), claim, answer, anew, now):
                return anew
        raise ChangedMeanwhile

    async def failed(
        self,
        scope: Scope,
        endpoint_id: EndpointId,
        since: datetime,
        claim: Claim | None,
        answer: Callable[[MadeAnew], Answer],
    ) -> MadeAnew:
        """Send once more what was given up since then and was not sent anew yet; at most so many at once."""
        for _ in range(_MOST_TRIES):
            await self._enabled(scope, endpoint_id)
            found = await self.deliveries.failed_since(scope, endpoint_id, since, MOST_AT_ONCE + 1)
            made, now = MadeAnew(len(found[:MOST_AT_ONCE]), len(found) > MOST_AT_ONCE), self.clock.now()
            pairs = (again(first, self.ids.new(DeliveryId), now) for first in found[:MOST_AT_ONCE])
            changes = [change for noted, anew in pairs for change in (Update(noted), Insert(anew))]
            if await self._committed(tuple(changes), claim, answer, made, now):
                return made
        raise ChangedMeanwhile

    async def _enabled(self, scope: Scope, endpoint_id: EndpointId) -> WebhookEndpoint:
        endpoint = await self.endpoints.endpoint(scope, endpoint_id)
        if endpoint.status is EndpointStatus.DISABLED:
            raise EndpointDisabled
        return endpoint

    async def _committed(
        self,
        changes: tuple[Change, ...],
        claim: Claim | None,
        answer: Callable[[T], Answer],
        result: T,
        now: datetime,
    ) -> bool:
        """Say whether it is on disk; a lost race is to be decided again."""
        kept = () if claim is None else (Insert(replace(claim, answer=answer(result), finished_at=now)),)
        if not changes and not kept:
            return True
        try:
            await self.once.first(ChangeSet((*changes, *kept)), claim)
        except Conflict as conflict:
            if conflict.kind is not ConflictKind.VERSION:
                raise
            return False
        self.bell.ring()
        return True
