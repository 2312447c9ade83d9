"""Webhook endpoints and deliveries as the API takes and shows them."""

from typing import Annotated, Final, Literal

import msgspec

from zerofee.application.webhooks_out.redeliver import MadeAnew
from zerofee.application.webhooks_out.write_endpoints import Armed, EndpointChanges, NewEndpoint
from zerofee.domain.delivery import Delivery, DeliveryStatus, Silent, Try
from zerofee.domain.endpoint import EVERYTHING, DisabledBecause, EndpointStatus, WebhookEndpoint
from zerofee.domain.event import EventType
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.http.wire.parts import Time

Url = Annotated[
    str,
    msgspec.Meta(
        description="https, on port 443 or 8443; at most 2048 characters.", examples=["https://shop.example/hooks"]
    ),
]
Events = Annotated[
    list[str],
    msgspec.Meta(description="Names such as `payment.succeeded`, kinds such as `payment.*`, or `*` for all."),
]
Description = Annotated[str, msgspec.Meta(description="1 to 500 characters, for yourself.")]

_ENCODER: Final = msgspec.json.Encoder()


class NewEndpointBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place where your app listens. `events` is `["*"]`, everything, when left out."""

    url: Url
    events: Events = msgspec.field(default_factory=lambda: [EVERYTHING])
    description: Description | None = None

    def to_order(self, scope: Scope) -> NewEndpoint:
        """Read what was sent, unchecked."""
        return NewEndpoint(scope=scope, url=self.url, events=self.events, description=self.description)


class EndpointChangesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays as it is."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    status: EndpointStatus | None = None

    def to_changes(self) -> EndpointChanges:
        """Read what was sent, unchecked."""
        return EndpointChanges(url=self.url, events=self.events, description=self.description, status=self.status)


class EndpointBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    One endpoint, without its secret.

    `disabled_because` is `by_app`, or `failing` or `gone` when we have given it up. `failing_since` is the first
    failure after the last success. `is_default` is the endpoint of the app's `webhook_url`. Until
    `previous_secret_until`, the secret before this one signs too.
    """

    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    url: str
    events: list[str]
    description: str | None
    status: EndpointStatus
    disabled_because: DisabledBecause | None
    failing_since: Time | None
    previous_secret_until: Time | None
    is_default: bool
    environment: Environment
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> "EndpointBody":
        """Show an endpoint."""
        return cls(
            id=endpoint.id,
            url=endpoint.url,
            events=list(endpoint.events),
            description=endpoint.description,
            status=endpoint.status,
            disabled_because=endpoint.disabled_because,
            failing_since=endpoint.failing_since,
            previous_secret_until=endpoint.previous_until,
            is_default=endpoint.is_default,
            environment=endpoint.scope.environment,
            created_at=endpoint.created_at,
            updated_at=endpoint.updated_at,
        )


class ArmedEndpointBody(EndpointBody, frozen=True, kw_only=True):
    """An endpoint with its new secret: keep `secret` now, for it is never shown again."""

    secret: str

    @classmethod
    def armed(cls, armed: Armed) -> "ArmedEndpointBody":
        """Show an endpoint together with its secret."""
        shown = EndpointBody.of(armed.endpoint)
        fields = {name: getattr(shown, name) for name in EndpointBody.__struct_fields__}
        return cls(**fields, secret=armed.secret.reveal())


class TryBody(msgspec.Struct, frozen=True, kw_only=True):
    """One try: `status` and the first KiB of the answer, or why there was none (`failure`)."""

    at: Time
    url: str
    status: int | None
    failure: Silent | None
    response: str
    duration_ms: int

    @classmethod
    def of(cls, done: Try) -> "TryBody":
        """Show a try."""
        return cls(
            at=done.at,
            url=done.url,
            status=done.status,
            failure=done.silent,
            response=done.response,
            duration_ms=done.duration_ms,
        )


class DeliveryBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    One event on its way to one endpoint; what was sent is `GET /v1/events/{event_id}`, under that `webhook-id`.

    `pending` until the endpoint has answered 2xx or the last try has failed. `redelivery_of` names the first delivery
    of the same event.
    """

    id: str
    object: Literal["webhook_delivery"] = "webhook_delivery"
    endpoint_id: str
    event_id: str
    event_type: EventType
    status: DeliveryStatus
    tries: list[TryBody]
    next_try_at: Time | None
    redelivery_of: str | None
    environment: Environment
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryBody":
        """Show a delivery."""
        return cls(
            id=delivery.id,
            endpoint_id=delivery.endpoint_id,
            event_id=delivery.event_id,
            event_type=delivery.event_type,
            status=delivery.status,
            tries=[TryBody.of(done) for done in delivery.tries],
            next_try_at=delivery.due_at,
            redelivery_of=delivery.redelivery_of,
            environment=delivery.scope.environment,
            created_at=delivery.created_at,
            updated_at=delivery.updated_at,
        )


class TestEndpointBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing need be said."""


class RedeliverBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing need be said."""


class RedeliverFailedBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the failed deliveries to make anew: those that were born then or later."""

    since: Annotated[Time, msgspec.Meta(description="RFC 3339.")]


class RedeliveriesBody(msgspec.Struct, frozen=True, kw_only=True):
    """How many deliveries were made anew. `has_more`: ask once more for the rest, under another Idempotency-Key."""

    object: Literal["webhook_redeliveries"] = "webhook_redeliveries"
    count: int
    has_more: bool

    @classmethod
    def of(cls, made: MadeAnew) -> "RedeliveriesBody":
        """Show what was done."""
        return cls(count=made.count, has_more=made.has_more)


class JsonEndpoints:
    """The `ShowingEndpoints` port."""

    def endpoint(self, endpoint: WebhookEndpoint) -> bytes:
        """Write an endpoint as JSON in UTF-8."""
        return _ENCODER.encode(EndpointBody.of(endpoint))
