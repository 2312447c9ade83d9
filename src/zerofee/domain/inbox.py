"""What a provider told us, kept once: a verified hint that makes us ask, whatever it claims."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from zerofee.domain.ids import AttemptId, ConnectionId, InboxId
from zerofee.domain.scope import Scope

MOST_TRIES: Final = 20
_MATCH_WITHIN: Final = timedelta(hours=24)
_LONGEST_WAIT: Final = timedelta(hours=1)


class InboxState(StrEnum):
    """
    What became of an event.

    `new`: still to be applied. `applied`: it was matched and its provider asked. `ignored`: it tells of nothing of
    ours. `unmatched`: nothing of ours was found for a day. `dead`: applying it failed too often; a person may
    replay it.
    """

    NEW = "new"
    APPLIED = "applied"
    IGNORED = "ignored"
    UNMATCHED = "unmatched"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEvent:
    """
    One verified webhook. `event_key` is the provider's id of it, or the SHA-256 of its body: unique per connection.

    `our_reference` is an attempt's id or provider key, `reference` the provider's id; `details` are what it tells
    the adapter for later. `body` is what came, for people. `due_at` is when it is to be applied; `note` says what
    became of it.
    """

    id: InboxId
    scope: Scope
    connection_id: ConnectionId
    provider_id: str
    event_key: str
    type: str
    our_reference: str | None = None
    reference: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    state: InboxState = InboxState.NEW
    attempt_id: AttemptId | None = None
    tries: int = 0
    note: str | None = None
    due_at: datetime | None
    created_at: datetime
    version: int = 1


def applied(event: InboxEvent, attempt_id: AttemptId, note: str) -> InboxEvent:
    """Close an event that was matched and acted upon."""
    return replace(_closed(event, InboxState.APPLIED, note), attempt_id=attempt_id)


def ignored(event: InboxEvent) -> InboxEvent:
    """Close an event that names nothing of ours."""
    return _closed(event, InboxState.IGNORED, "It names no payment.")


def not_matched(event: InboxEvent, now: datetime) -> InboxEvent:
    """Try again later: an event may overtake the answer that it is about. After a day it stays unmatched."""
    if now - event.created_at >= _MATCH_WITHIN:
        return _closed(event, InboxState.UNMATCHED, "Nothing of the app's was found for it.")
    return _later(event, "Nothing of the app's was found for it yet.", now)


def not_applied(event: InboxEvent, why: str, now: datetime) -> InboxEvent:
    """Try again later; after 20 failures only a person can help."""
    if event.tries + 1 >= MOST_TRIES:
        return replace(_closed(event, InboxState.DEAD, why), tries=event.tries + 1)
    return _later(event, why, now)


def replayed(event: InboxEvent, due_at: datetime) -> InboxEvent:
    """Apply it once more, whatever became of it; asking twice changes nothing. `due_at`: if nobody has done it then."""
    return replace(event, state=InboxState.NEW, tries=0, due_at=due_at, version=event.version + 1)


def _later(event: InboxEvent, note: str, now: datetime) -> InboxEvent:
    wait = min(timedelta(seconds=5 * 2 ** min(event.tries, 10)), _LONGEST_WAIT)
    return replace(event, tries=event.tries + 1, note=note, due_at=now + wait, version=event.version + 1)


def _closed(event: InboxEvent, state: InboxState, note: str) -> InboxEvent:
    return replace(event, state=state, note=note, due_at=None, version=event.version + 1)
