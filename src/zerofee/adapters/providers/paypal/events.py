"""What a verified webhook of PayPal's tells, in our words; none of it is believed before the order is read again."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from zerofee.adapters.providers.paypal.bodies import Amount, Link, StatusDetails, Unit, Unreadable, decode, money
from zerofee.adapters.providers.paypal.responses import APPROVED, AUTHORIZATION_ID, CAPTURE_ID
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import (
    Accepted,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    Outcome,
    Paid,
    Proceed,
    Unknown,
)
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
    status: str | None = None
    custom_id: str | None = None
    amount: Amount | None = None
    status_details: StatusDetails | None = None
    supplementary_data: Supplement | None = None
    purchase_units: list[Unit] | None = None
    links: list[Link] | None = None


class Envelope(msgspec.Struct, frozen=True):
    """One event; `id` is the same for each try to deliver it."""

    id: str
    event_type: str
    resource: msgspec.Raw = msgspec.Raw(b"{}")


def read_body(body: bytes) -> ProviderEvent:
    """
    Translate a verified body; what tells nothing of money has no outcome.

    PayPal signs a CRC-32, for which another body can be made: so nothing here is believable, and the order is read.

    Source: PayPal, "Webhook event names"; docs/providers/paypal.md, "Webhooks".
    """
    try:
        envelope = decode(body, Envelope)
    except Unreadable:
        return ProviderEvent(event_id=None, type="unreadable")
    told = READERS.get(envelope.event_type)
    if told is None:
        return ProviderEvent(event_id=envelope.id, type=envelope.event_type)
    try:
        resource = decode(bytes(envelope.resource), Resource)
        outcome = told(resource)
    except (Unreadable, DomainError) as error:
        # The same event comes in more than one version; the news alone is worth a look.
        return ProviderEvent(event_id=envelope.id, type=envelope.event_type, outcome=Unknown(str(error)))
    return ProviderEvent(
        event_id=envelope.id,
        type=envelope.event_type,
        our_reference=_ours(resource),
        reference=_theirs(envelope.event_type, resource),
        outcome=outcome,
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


def _approved(resource: Resource) -> Outcome:
    return Proceed(resource.id, {APPROVED: "1"})


def _taken(resource: Resource) -> Outcome:
    return Paid(money(resource.amount), _order_id(resource), _named(CAPTURE_ID, resource))


def _pending(resource: Resource) -> Outcome:
    return Accepted(_order_id(resource), _named(CAPTURE_ID, resource))


def _declined(resource: Resource) -> Outcome:
    details = resource.status_details
    word = (details.reason if details is not None else None) or resource.status
    return Declined(FailureCode.DECLINED, provider_code=word, reference=_order_id(resource))


def _held(resource: Resource) -> Outcome:
    return Authorized(money(resource.amount), _order_id(resource), _named(AUTHORIZATION_ID, resource))


def _let_go(resource: Resource) -> Outcome:
    return Cancelled(_order_id(resource) or resource.id)


def _lapsed(resource: Resource) -> Outcome:
    return Expired(_order_id(resource))


def _gone_back(resource: Resource) -> Outcome:
    return Paid(money(resource.amount), resource.id)


def _going_back(resource: Resource) -> Outcome:
    return Accepted(resource.id)


def _not_gone_back(resource: Resource) -> Outcome:
    return Declined(FailureCode.DECLINED, provider_code=resource.status, reference=resource.id)


def _read_again(resource: Resource) -> Outcome:
    return Unknown(f"the order is to be read again: {resource.status}")


def _named(name: str, resource: Resource) -> Mapping[str, str]:
    return {} if resource.id is None else {name: resource.id}


READERS: Final[Mapping[str, Callable[[Resource], Outcome]]] = {
    "CHECKOUT.ORDER.APPROVED": _approved,
    "CHECKOUT.ORDER.COMPLETED": _read_again,
    "CHECKOUT.ORDER.DECLINED": _read_again,
    "CHECKOUT.ORDER.VOIDED": _let_go,
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED": _lapsed,
    "PAYMENT.AUTHORIZATION.CREATED": _held,
    "PAYMENT.AUTHORIZATION.VOIDED": _read_again,
    "PAYMENT.CAPTURE.COMPLETED": _taken,
    "PAYMENT.CAPTURE.DECLINED": _declined,
    "PAYMENT.CAPTURE.DENIED": _declined,
    "PAYMENT.CAPTURE.PENDING": _pending,
    "PAYMENT.CAPTURE.REFUNDED": _gone_back,
    "PAYMENT.CAPTURE.REVERSED": _read_again,
    "PAYMENT.REFUND.FAILED": _not_gone_back,
    "PAYMENT.REFUND.PENDING": _going_back,
}
_OF_REFUNDS: Final = frozenset(
    {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED", "PAYMENT.REFUND.FAILED", "PAYMENT.REFUND.PENDING"}
)
