"""Which payment a verified webhook of PayPal's is about; what it says is not believed, the order is read again."""

from typing import Final

import msgspec

from zerofee.adapters.providers.paypal.bodies import Unit, Unreadable, decode
from zerofee.domain.ports.provider import ProviderEvent


class RelatedIds(msgspec.Struct, frozen=True):
    """What a capture or an authorisation belongs to."""

    order_id: str | None = None
    capture_id: str | None = None


class Supplement(msgspec.Struct, frozen=True):
    """Where PayPal keeps those ids."""

    related_ids: RelatedIds | None = None


class Resource(msgspec.Struct, frozen=True):
    """An order, a capture, an authorisation or a refund, as far as it tells which payment it is about."""

    id: str | None = None
    order_id: str | None = None
    custom_id: str | None = None
    supplementary_data: Supplement | None = None
    purchase_units: list[Unit] | None = None


class Envelope(msgspec.Struct, frozen=True):
    """One event; `id` is the same for each try to deliver it."""

    id: str
    event_type: str
    resource: msgspec.Raw = msgspec.Raw(b"{}")


def read_body(body: bytes) -> ProviderEvent:
    """
    Translate a verified body: whom it is about, for the order to be read again.

    PayPal signs a CRC-32, for which another body can be made: so whatever it says of money is not even read.

    Source: PayPal, "Webhook event names"; docs/providers/paypal.md, "Webhooks".
    """
    try:
        envelope = decode(body, Envelope)
    except Unreadable:
        return ProviderEvent(event_id=None, type="unreadable")
    event_id, event_type = envelope.id, envelope.event_type
    if event_type not in KNOWN:
        return ProviderEvent(event_id=event_id, type=event_type)
    try:
        resource = decode(bytes(envelope.resource), Resource)
    except Unreadable:
        return ProviderEvent(event_id=event_id, type=event_type)
    return ProviderEvent(
        event_id=event_id, type=event_type, our_reference=_ours(resource), reference=_theirs(event_type, resource)
    )


def _ours(resource: Resource) -> str | None:
    """Give the attempt's id, which goes with everything that PayPal makes of an order."""
    units = resource.purchase_units or []
    return resource.custom_id or (units[0].custom_id if units else None)


def _theirs(event_type: str, resource: Resource) -> str | None:
    """Give the id under which we keep it: the order's for a charge, the refund's own for a refund."""
    if event_type in _OF_REFUNDS or event_type.startswith("CHECKOUT.ORDER."):
        return resource.id
    return _order_id(resource)


def _order_id(resource: Resource) -> str | None:
    supplement = resource.supplementary_data
    related = supplement.related_ids if supplement is not None else None
    return resource.order_id or (related.order_id if related is not None else None)


_OF_REFUNDS: Final = frozenset(
    {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED", "PAYMENT.REFUND.FAILED", "PAYMENT.REFUND.PENDING"}
)
# All that tells of a payment of ours; disputes, plans and whatever comes next year do not.
KNOWN: Final = _OF_REFUNDS | {
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.ORDER.DECLINED",
    "CHECKOUT.ORDER.VOIDED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.AUTHORIZATION.CREATED",
    "PAYMENT.AUTHORIZATION.VOIDED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.PENDING",
}
