"""Ids in addresses: what cannot be one is not found, with no look into the database."""

from collections.abc import Callable, Mapping
from typing import Final

from zerofee.domain.ids import (
    AppId,
    CheckoutId,
    ConnectionId,
    DeliveryId,
    EndpointId,
    EventId,
    IdKind,
    IdT,
    InboxId,
    KeyId,
    PaymentId,
    RefundId,
    RouteId,
    WithdrawalId,
    is_id,
)
from zerofee.domain.ports.store import NotFound

_WORDS: Final[Mapping[Callable[[str], str], str]] = {
    AppId: "app",
    KeyId: "API key",
    ConnectionId: "connection",
    RouteId: "route",
    PaymentId: "payment",
    CheckoutId: "checkout session",
    RefundId: "refund",
    EventId: "event",
    EndpointId: "webhook endpoint",
    DeliveryId: "delivery",
    InboxId: "provider event",
    WithdrawalId: "withdrawal",
}


def addressed(kind: IdKind[IdT], text: str) -> IdT:
    """Read an id out of a path; raise `NotFound` for what has not its form."""
    if not is_id(kind, text):
        raise NotFound(_WORDS[kind])
    return kind(text)
