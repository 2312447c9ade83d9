"""Register, change and delete endpoints, and give them new secrets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar

from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.application.once import Once
from zerofee.domain.change_set import Change, ChangeSet, Conflict, ConflictKind, Delete, Insert, Update
from zerofee.domain.endpoint import (
    MOST_ENDPOINTS,
    DisabledBecause,
    EndpointStatus,
    TooManyEndpoints,
    WebhookEndpoint,
    disabled,
    enabled,
    event_names,
    resealed,
)
from zerofee.domain.idempotency import Answer, Claim
from zerofee.domain.ids import EndpointId
from zerofee.domain.new_payment import text
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.forgetting import Forgetting
from zerofee.domain.ports.outbox import Endpoints
from zerofee.domain.ports.sender import Sender
from zerofee.domain.ports.signing import Signing
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Scope

T = TypeVar("T")

LONGEST_DESCRIPTION: Final = 500
_MOST_TRIES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """What is to be registered, as it was sent."""

    scope: Scope
    url: str
    events: Sequence[str]
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChanges:
    """What is to be changed; `None` leaves it as it is."""

    url: str | None = None
    events: Sequence[str] | None = None
    description: str | None = None
    status: EndpointStatus | None = None


@dataclass(frozen=True, slots=True)
class Armed:
    """An endpoint with its new secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: Secret = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteEndpoints:
    """
    `POST`, `PATCH` and `DELETE /v1/webhook-endpoints`, and `…/{id}/rotate-secret`.

    What cannot be is refused with `InvalidField` or `BlockedAddress`, which name the field. Under a claim, what
    `answer` makes of the result is kept in the same commit, and a repeat raises `Replayed` with it.
    """

    endpoints: Endpoints
    once: Once
    sender: Sender
    signing: Signing
    forgetting: Forgetting
    clock: Clock
    ids: Ids

    async def make(self, order: NewEndpoint, claim: Claim | None, answer: Callable[[Armed], Answer]) -> Armed:
        """Register an endpoint; raise `TooManyEndpoints` when there are as many as may be."""
        events, description = event_names(order.events), _described(order.description)
        await self.sender.refuse(order.url)
        if len(await self.endpoints.endpoints(order.scope)) >= MOST_ENDPOINTS:
            raise TooManyEndpoints
        now, secret = self.clock.now(), self.signing.make()
        blank = WebhookEndpoint(
            id=self.ids.new(EndpointId),
            scope=order.scope,
            url=order.url,
            events=events,
            description=description,
            created_at=now,
            updated_at=now,
        )
        armed = Armed(replace(blank, sealed=self.signing.seal(blank, secret)), secret)
        await self.once.first(ChangeSet((Insert(armed.endpoint), *_kept(claim, answer, armed, now))), claim)
        await self.forgetting.endpoints_changed(order.scope)
        return armed

    async def change(self, scope: Scope, endpoint_id: EndpointId, wanted: EndpointChanges) -> WebhookEndpoint:
        """Change an endpoint; enabling one begins anew, with nothing held against it. Raise `NotFound`."""
        if wanted.url is not None:
            await self.sender.refuse(wanted.url)

        def decide(stored: WebhookEndpoint, now: datetime) -> tuple[WebhookEndpoint, tuple[Change, ...]]:
            drawn = _drawn(stored, wanted)
            if drawn == stored:
                return stored, ()
            changed = replace(drawn, updated_at=now, version=stored.version + 1)
            return changed, (Update(changed),)

        return await self._decided(scope, endpoint_id, None, decide)

    async def rotate(
        self, scope: Scope, endpoint_id: EndpointId, claim: Claim | None, answer: Callable[[Armed], Answer]
    ) -> Armed:
        """Give an endpoint a new secret; the old one signs beside it for 24 hours. Raise `NotFound`."""
        secret = self.signing.make()

        def decide(stored: WebhookEndpoint, now: datetime) -> tuple[Armed, tuple[Change, ...]]:
            armed = Armed(resealed(stored, self.signing.seal(stored, secret), now), secret)
            return armed, (Update(armed.endpoint), *_kept(claim, answer, armed, now))

        return await self._decided(scope, endpoint_id, claim, decide)

    async def delete(self, scope: Scope, endpoint_id: EndpointId) -> WebhookEndpoint:
        """Delete an endpoint; nothing more is sent there. Raise `NotFound`."""

        def decide(stored: WebhookEndpoint, _: datetime) -> tuple[WebhookEndpoint, tuple[Change, ...]]:
            return stored, (Delete(stored),)

        return await self._decided(scope, endpoint_id, None, decide)

    async def _decided(
        self,
        scope: Scope,
        endpoint_id: EndpointId,
        claim: Claim | None,
        decide: Callable[[WebhookEndpoint, datetime], tuple[T, tuple[Change, ...]]],
    ) -> T:
        """Decide and commit; a lost race is decided again."""
        for _ in range(_MOST_TRIES):
            result, changes = decide(await self.endpoints.endpoint(scope, endpoint_id), self.clock.now())
            if not changes:
                return result
            try:
                await self.once.first(ChangeSet(changes), claim)
            except Conflict as conflict:
                if conflict.kind is not ConflictKind.VERSION:
                    raise
                continue
            await self.forgetting.endpoints_changed(scope)
            return result
        raise ChangedMeanwhile


def _drawn(stored: WebhookEndpoint, wanted: EndpointChanges) -> WebhookEndpoint:
    drawn = stored
    if wanted.url is not None:
        drawn = replace(drawn, url=wanted.url)
    if wanted.events is not None:
        drawn = replace(drawn, events=event_names(wanted.events))
    if wanted.description is not None:
        drawn = replace(drawn, description=_described(wanted.description))
    if wanted.status is EndpointStatus.ENABLED and stored.status is EndpointStatus.DISABLED:
        drawn = enabled(drawn)
    if wanted.status is EndpointStatus.DISABLED and stored.status is EndpointStatus.ENABLED:
        drawn = disabled(drawn, DisabledBecause.BY_APP)
    return drawn


def _described(description: str | None) -> str | None:
    return text("description", description, LONGEST_DESCRIPTION)


def _kept(claim: Claim | None, answer: Callable[[Armed], Answer], armed: Armed, now: datetime) -> tuple[Change, ...]:
    if claim is None:
        return ()
    return (Insert(replace(claim, answer=answer(armed), finished_at=now)),)
