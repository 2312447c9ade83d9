"""Where an app listens: which events it wants, under which secrets, and when nobody is listening any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from zerofee.domain.errors import DomainError
from zerofee.domain.event import EventType
from zerofee.domain.ids import EndpointId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.scope import Scope

EVERYTHING: Final = "*"
MOST_ENDPOINTS: Final = 100
"""Of one app in one environment: each payment writes one row for each of them."""

OVERLAP: Final = timedelta(hours=24)
"""How long a secret that was replaced still signs beside the new one. Source: reliability rules OUTB-3."""

_FEWEST_FAILURES: Final = 10
_TYPES: Final = frozenset(EventType) - {EventType.ENDPOINT_TEST}
_NAMES: Final = {EVERYTHING, *(f"{type_.partition('.')[0]}.*" for type_ in _TYPES), *_TYPES}


class TooManyEndpoints(DomainError):
    """An app listens in too many places."""

    code = "too_many_endpoints"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(f"An app has at most {MOST_ENDPOINTS} endpoints in each environment: delete one.")


class EndpointStatus(StrEnum):
    """Whether anything is sent; what is due meanwhile waits, and what happens meanwhile is not sent later."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class DisabledBecause(StrEnum):
    """Who has disabled an endpoint: the app, or we, since it failed for days or said that it is gone."""

    BY_APP = "by_app"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """
    One place where an app listens.

    `events` are names, `payment.*` or `*`. `sealed` is the secret that signs, `previous_sealed` the one that signs
    beside it until `previous_until`. `failing_since` is the first failure after the last success, `failures` counts
    those since. `subscriber` names the Python code that listens inside a process of ours, where there is no URL.
    `is_default` is the endpoint of the app's own `webhook_url`. `news` counts the events about the endpoint itself.
    """

    id: EndpointId
    scope: Scope
    url: str
    events: tuple[str, ...] = (EVERYTHING,)
    description: str | None = None
    status: EndpointStatus = EndpointStatus.ENABLED
    disabled_because: DisabledBecause | None = None
    failing_since: datetime | None = None
    failures: int = 0
    sealed: bytes = b""
    previous_sealed: bytes = b""
    previous_until: datetime | None = None
    subscriber: str | None = None
    is_default: bool = False
    news: int = 0
    created_at: datetime
    updated_at: datetime
    version: int = 1


def wants(endpoint: WebhookEndpoint, event: EventType) -> bool:
    """Say whether an endpoint is to hear of an event. What is only a test is sent to the one that is tested."""
    if endpoint.status is EndpointStatus.DISABLED or event is EventType.ENDPOINT_TEST:
        return False
    kind = f"{event.partition('.')[0]}.*"
    return any(name in {EVERYTHING, kind, event} for name in endpoint.events)


def event_names(names: Sequence[str]) -> tuple[str, ...]:
    """Read which events are wanted; raise `InvalidField` for a name that is none."""
    if not names:
        raise InvalidField('events must name at least one event, or be ["*"].', field="events")
    for name in names:
        if name not in _NAMES:
            detail = "events must be names such as payment.succeeded, a kind such as payment.*, or * for all."
            raise InvalidField(detail, field="events")
    return tuple(dict.fromkeys(names))


def resealed(endpoint: WebhookEndpoint, sealed: bytes, now: datetime) -> WebhookEndpoint:
    """Put a new secret in place; the one before signs beside it for a day, and the one before that no more."""
    return replace(
        endpoint,
        sealed=sealed,
        previous_sealed=endpoint.sealed,
        previous_until=now + OVERLAP,
        updated_at=now,
        version=endpoint.version + 1,
    )


def enabled(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Begin anew, with nothing held against it."""
    return replace(endpoint, status=EndpointStatus.ENABLED, disabled_because=None, failing_since=None, failures=0)


def disabled(endpoint: WebhookEndpoint, because: DisabledBecause) -> WebhookEndpoint:
    """Send nothing more."""
    return replace(endpoint, status=EndpointStatus.DISABLED, disabled_because=because)


def after_success(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Note that somebody listens; the same endpoint when that was known."""
    if endpoint.failing_since is None:
        return endpoint
    return replace(endpoint, failing_since=None, failures=0, version=endpoint.version + 1)


def after_failure(endpoint: WebhookEndpoint, now: datetime, disable_after: timedelta, *, gone: bool) -> WebhookEndpoint:
    """
    Note that nobody took what was sent, and disable what has failed for too long or is gone.

    Source: reliability rules OUTB-4 and OUTB-6.
    """
    since = endpoint.failing_since or now
    failed = replace(endpoint, failing_since=since, failures=endpoint.failures + 1, version=endpoint.version + 1)
    if endpoint.status is EndpointStatus.DISABLED:
        return failed
    if gone:
        return disabled(failed, DisabledBecause.GONE)
    if now - since >= disable_after and failed.failures >= _FEWEST_FAILURES:
        return disabled(failed, DisabledBecause.FAILING)
    return failed
