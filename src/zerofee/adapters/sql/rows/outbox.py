"""Where apps listen and what is on its way to them, from and to rows."""

from typing import Any, Final

import msgspec

from zerofee.adapters.sql.rows.encoding import Row, json_of, maybe_micros, maybe_time, micros, scope_of, time_of
from zerofee.adapters.sql.rows.event import event_of
from zerofee.domain.delivery import Delivery, DeliveryStatus, Try
from zerofee.domain.endpoint import DisabledBecause, EndpointStatus, WebhookEndpoint
from zerofee.domain.event import EventType
from zerofee.domain.ports.outbox import DueDelivery, Lane

OF_EVENT: Final = "event_"
"""What stands before an event's columns in a row that holds its delivery too."""

_TRIES: Final = msgspec.json.Decoder(tuple[Try, ...])
_NAMES: Final = msgspec.json.Decoder(tuple[str, ...])


def endpoint_row(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Write an endpoint; a new one is in nobody's lane."""
    because = endpoint.disabled_because
    return {
        "app_id": endpoint.scope.app_id,
        "environment": endpoint.scope.environment.value,
        "id": endpoint.id,
        "url": endpoint.url,
        "events": json_of(endpoint.events),
        "description": endpoint.description,
        "status": endpoint.status.value,
        "disabled_because": None if because is None else because.value,
        "failing_since": maybe_micros(endpoint.failing_since),
        "failures": endpoint.failures,
        "sealed": endpoint.sealed,
        "previous_sealed": endpoint.previous_sealed,
        "previous_until": maybe_micros(endpoint.previous_until),
        "subscriber": endpoint.subscriber,
        "is_default": endpoint.is_default,
        "news": endpoint.news,
        "lane_owner": None,
        "lane_until": None,
        "created_at": micros(endpoint.created_at),
        "updated_at": micros(endpoint.updated_at),
        "version": endpoint.version,
    }


def endpoint_of(row: Row) -> WebhookEndpoint:
    """Read an endpoint."""
    because = row["disabled_because"]
    return WebhookEndpoint(
        id=row["id"],
        scope=scope_of(row),
        url=row["url"],
        events=_NAMES.decode(row["events"]),
        description=row["description"],
        status=EndpointStatus(row["status"]),
        disabled_because=None if because is None else DisabledBecause(because),
        failing_since=maybe_time(row["failing_since"]),
        failures=row["failures"],
        sealed=row["sealed"],
        previous_sealed=row["previous_sealed"],
        previous_until=maybe_time(row["previous_until"]),
        subscriber=row["subscriber"],
        is_default=bool(row["is_default"]),
        news=row["news"],
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )


def lane_of(row: Row) -> Lane:
    """Read an endpoint with who delivers to it."""
    return Lane(endpoint_of(row), row["lane_owner"], maybe_time(row["lane_until"]))


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """Write a delivery."""
    return {
        "app_id": delivery.scope.app_id,
        "environment": delivery.scope.environment.value,
        "id": delivery.id,
        "endpoint_id": delivery.endpoint_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type.value,
        "status": delivery.status.value,
        "tries": json_of(delivery.tries),
        "due_at": maybe_micros(delivery.due_at),
        "redelivery_of": delivery.redelivery_of,
        "redelivered": delivery.redelivered,
        "created_at": micros(delivery.created_at),
        "updated_at": micros(delivery.updated_at),
        "version": delivery.version,
    }


def delivery_of_row(row: Row) -> Delivery:
    """Read a delivery."""
    return Delivery(
        id=row["id"],
        scope=scope_of(row),
        endpoint_id=row["endpoint_id"],
        event_id=row["event_id"],
        event_type=EventType(row["event_type"]),
        status=DeliveryStatus(row["status"]),
        tries=_TRIES.decode(row["tries"]),
        due_at=maybe_time(row["due_at"]),
        redelivery_of=row["redelivery_of"],
        redelivered=bool(row["redelivered"]),
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )


def due_of(row: Row) -> DueDelivery:
    """Read a delivery and its event."""
    told = {
        **{name: row[name] for name in ("app_id", "environment")},
        **{name.removeprefix(OF_EVENT): value for name, value in row.items() if name.startswith(OF_EVENT)},
        # What the two have in common stands once.
        "id": row["event_id"],
        "type": row["event_type"],
    }
    return DueDelivery(delivery_of_row(row), event_of(told))
