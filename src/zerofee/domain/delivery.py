"""One event on its way to one endpoint: the tries, the waits between them, and how it ends."""

import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from zerofee.domain.event import Event, EventType
from zerofee.domain.ids import DeliveryId, EndpointId, EventId
from zerofee.domain.scope import Scope

MINUTE_S: Final = 60
HOUR_S: Final = 3600

_LONGEST_WAIT_S: Final = 24 * HOUR_S
_GONE: Final = 410
_ASKS_TO_WAIT: Final = frozenset({429, 503})
# Whole per mille: the wait is made shorter or longer by a tenth at most.
_JITTER: Final = 100


class DeliveryStatus(StrEnum):
    """`pending` until a 2xx was heard, or the last try has failed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Silent(StrEnum):
    """Why there was no answer."""

    NOT_CONNECTED = "not_connected"
    TIMED_OUT = "timed_out"
    BLOCKED_ADDRESS = "blocked_address"
    BROKEN = "broken_answer"
    UNSIGNED = "secret_unreadable"
    ENDPOINT_DELETED = "endpoint_deleted"
    RAISED = "subscriber_raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of one try: a status with the beginning of the answer, or the reason why there was none."""

    status: int | None = None
    silent: Silent | None = None
    response: str = ""
    retry_after_s: int | None = None
    duration_ms: int = 0

    @property
    def is_success(self) -> bool:
        """Say whether the message was taken; a redirect is no success."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  2xx

    @property
    def is_gone(self) -> bool:
        """Say whether the receiver wants nothing more."""
        return self.status == _GONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One line of the delivery log: when, where to, and what was heard."""

    at: datetime
    url: str
    status: int | None
    silent: Silent | None
    response: str
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    One event for one endpoint. `due_at` is the next try, `None` when there is none.

    A redelivery is a row of its own, of the same event and so under the same `webhook-id`; `redelivery_of` names the
    first one, which is `redelivered`.
    """

    id: DeliveryId
    scope: Scope
    endpoint_id: EndpointId
    event_id: EventId
    event_type: EventType
    status: DeliveryStatus = DeliveryStatus.PENDING
    tries: tuple[Try, ...] = ()
    due_at: datetime | None
    redelivery_of: DeliveryId | None = None
    redelivered: bool = False
    created_at: datetime
    updated_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRules:
    """The waits before each try, in seconds, and how long an endpoint may fail. Source: OUTB-4 and OUTB-6."""

    delays_s: tuple[int, ...] = (
        0, 5, 5 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 5 * HOUR_S, 10 * HOUR_S, 14 * HOUR_S, 20 * HOUR_S, 24 * HOUR_S,
    )  # fmt: skip
    disable_after: timedelta = timedelta(days=5)


def delivery_of(event: Event, endpoint_id: EndpointId, delivery_id: DeliveryId) -> Delivery:
    """Make the delivery of an event that happens now; its first try is due at once."""
    return Delivery(
        id=delivery_id,
        scope=event.scope,
        endpoint_id=endpoint_id,
        event_id=event.id,
        event_type=event.type,
        due_at=event.created_at,
        created_at=event.created_at,
        updated_at=event.created_at,
    )


def again(first: Delivery, delivery_id: DeliveryId, now: datetime) -> tuple[Delivery, Delivery]:
    """Make a new delivery of the same event, beside the old one with a note of it."""
    noted = replace(first, redelivered=True, version=first.version + 1)
    anew = replace(
        first,
        id=delivery_id,
        status=DeliveryStatus.PENDING,
        tries=(),
        due_at=now,
        redelivery_of=first.redelivery_of or first.id,
        redelivered=False,
        created_at=now,
        updated_at=now,
        version=1,
    )
    return noted, anew


def after_try(delivery: Delivery, url: str, heard: Heard, now: datetime, rules: DeliveryRules) -> Delivery:
    """Write a try down, and say what follows: it is done, or tried again, or given up."""
    line = Try(
        at=now,
        url=url,
        status=heard.status,
        silent=heard.silent,
        response=heard.response,
        duration_ms=heard.duration_ms,
    )
    tried = replace(delivery, tries=(*delivery.tries, line), updated_at=now, version=delivery.version + 1)
    if heard.is_success:
        return replace(tried, status=DeliveryStatus.DELIVERED, due_at=None)
    if heard.is_gone or heard.silent is Silent.ENDPOINT_DELETED or len(tried.tries) >= len(rules.delays_s):
        return replace(tried, status=DeliveryStatus.FAILED, due_at=None)
    return replace(tried, due_at=now + timedelta(milliseconds=_wait_ms(tried, heard, rules)))


def _wait_ms(tried: Delivery, heard: Heard, rules: DeliveryRules) -> int:
    number = len(tried.tries)
    # Chance without a source of chance: each try of each delivery has its own, and always the same.
    jitter = zlib.crc32(f"{tried.id} {number}".encode()) % (2 * _JITTER + 1) - _JITTER
    planned = rules.delays_s[number] * (1000 + jitter)
    if heard.status not in _ASKS_TO_WAIT or heard.retry_after_s is None:
        return planned
    return max(planned, 1000 * min(heard.retry_after_s, _LONGEST_WAIT_S))
