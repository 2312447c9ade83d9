"""Take a provider's webhook: verify it, keep it once, answer fast."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from zerofee.application.webhooks_in.apply_event import ApplyEvent
from zerofee.domain.change_set import ChangeSet, Conflict, Insert
from zerofee.domain.connection import Connection
from zerofee.domain.errors import DomainError
from zerofee.domain.ids import ConnectionId, InboxId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.outcome import SECRET_DETAIL, Details
from zerofee.domain.plain_text import is_plain
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.inbox import Inbox
from zerofee.domain.ports.provider import CannotOpen, CannotVerify, ForgedEvent, ProviderEvent, Providers, RawEvent
from zerofee.domain.ports.store import Commit

_LOG: Final = logging.getLogger(__name__)
_MOST_NAMES: Final = 200
_LONGEST_NAME: Final = 128
# What is applied behind the answer is nobody else's for so long; after a crash the worker finds it then.
_OURS_FOR: Final = timedelta(seconds=60)


class EventRefused(DomainError):
    """The webhook is not verified: not that connection's, not of now, or for nobody here."""

    code = "signature_invalid"

    def __init__(self) -> None:
        """Tell the sender nothing of why."""
        super().__init__("The signature is not valid for this address. Check the webhook secret and the URL.")


class VerificationUnavailable(DomainError):
    """What the webhook must be verified with could not be had just now."""

    code = "verification_unavailable"

    def __init__(self) -> None:
        super().__init__("The webhook cannot be verified just now. Send it again later.")


@dataclass(frozen=True, slots=True)
class ReceiveEvent:
    """
    `POST /v1/webhooks/{provider_id}` and `…/{connection_id}`, whoever asks.

    `redact` takes out of a body what nothing stored may hold (reliability rules LOG-1).
    """

    inbox: Inbox
    commit: Commit
    providers: Providers
    apply_event: ApplyEvent
    clock: Clock
    ids: Ids
    redact: Callable[[str], str]

    async def __call__(self, provider_id: str, connection_id: ConnectionId | None, raw: RawEvent) -> InboxEvent | None:
        """
        Keep one event, have it applied behind the answer, and give it; `None` for one that is there already.

        Raises `EventRefused` when no connection verifies it; `VerificationUnavailable` and `StorageUnavailable` so that
        the provider tries again.
        """
        for connection in await self._connections(provider_id, connection_id, raw):
            told = await self._verified(connection, raw)
            if told is not None:
                return await self._kept(connection, told, raw)
        raise EventRefused

    async def _connections(
        self, provider_id: str, connection_id: ConnectionId | None, raw: RawEvent
    ) -> tuple[Connection, ...]:
        if connection_id is None:
            return await self.inbox.connections_known_by(provider_id, tuple(_names(raw.body)))
        connection = await self.inbox.connection(connection_id)
        if connection is None or connection.provider_id != provider_id:
            return ()
        return (connection,)

    async def _verified(self, connection: Connection, raw: RawEvent) -> ProviderEvent | None:
        try:
            provider = await self.providers.open(connection)
            return await provider.read_event(raw, self.clock.now())
        except CannotOpen:
            return None
        except CannotVerify as fault:
            raise VerificationUnavailable from fault
        except ForgedEvent as forged:
            _LOG.warning("webhook for %s refused: %s", connection.id, forged)
            if forged.stale:
                self.apply_event.ask_soon(connection, tuple(_names(raw.body)))
            return None

    async def _kept(self, connection: Connection, told: ProviderEvent, raw: RawEvent) -> InboxEvent | None:
        now, later = self.clock.now(), self.apply_event.busy
        event = InboxEvent(
            id=self.ids.new(InboxId),
            scope=connection.scope,
            connection_id=connection.id,
            provider_id=connection.provider_id,
            event_key=_name(told.event_id) or hashlib.sha256(raw.body).hexdigest(),
            type=_name(told.type) or "unreadable",
            our_reference=_name(told.our_reference),
            reference=_name(told.reference),
            details=dict(_kept_details(told.details)),
            body=self.redact(raw.body.decode(errors="replace")).encode(),
            due_at=now if later else now + _OURS_FOR,
            created_at=now,
        )
        try:
            await self.commit(ChangeSet((Insert(event),)))
        except Conflict:
            return None
        if not later:
            self.apply_event.soon(event)
        return event


def _names(body: bytes) -> Iterator[str]:
    """Find every text in a body that could name an attempt: this only finds whose secret must verify it."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return
    seen = 0
    waiting = [found]
    while waiting and seen < _MOST_NAMES:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str) and (name := _name(value)) is not None:
            seen += 1
            yield name


def _kept_details(details: Details) -> Iterator[tuple[str, str]]:
    """Give what can be kept: an event's row holds nothing secret."""
    for name, value in details.items():
        if is_plain(value) and not name.startswith(SECRET_DETAIL):
            yield name, value


def _name(text: str | None) -> str | None:
    """Give what can be somebody's id: what is too long, or no store could hold, is nobody's."""
    return text if text and len(text) <= _LONGEST_NAME and is_plain(text) else None
