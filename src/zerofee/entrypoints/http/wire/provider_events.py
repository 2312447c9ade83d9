"""What a provider told, as the API shows it."""

from typing import Annotated, Literal

import msgspec

from zerofee.domain.inbox import InboxEvent, InboxState
from zerofee.domain.scope import Environment
from zerofee.entrypoints.http.wire.parts import Time


class ProviderEventBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    One verified webhook of a provider's, and what became of it.

    `status`: `new` is still to be applied, `applied` made us ask the provider, `ignored` names nothing of the app's,
    `unmatched` named something that was not found within a day, `dead` failed too often and can be replayed.
    `our_reference` and `provider_reference` are the names by which it was matched with `attempt_id`.
    """

    id: str
    object: Literal["provider_event"] = "provider_event"
    provider: str
    connection_id: str
    event_key: Annotated[str, msgspec.Meta(description="The provider's id of it, or the SHA-256 of its body.")]
    type: str
    status: InboxState
    note: str | None
    tries: int
    our_reference: str | None
    provider_reference: str | None
    attempt_id: str | None
    body: Annotated[str, msgspec.Meta(description="What came, without what is secret in it.")]
    environment: Environment
    next_try_at: Time | None
    created_at: Time

    @classmethod
    def of(cls, event: InboxEvent) -> "ProviderEventBody":
        """Show an event."""
        return cls(
            id=event.id,
            provider=event.provider_id,
            connection_id=event.connection_id,
            event_key=event.event_key,
            type=event.type,
            status=event.state,
            note=event.note,
            tries=event.tries,
            our_reference=event.our_reference,
            provider_reference=event.reference,
            attempt_id=event.attempt_id,
            body=event.body.decode(errors="replace"),
            environment=event.scope.environment,
            next_try_at=event.due_at,
            created_at=event.created_at,
        )
