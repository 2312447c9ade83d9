"""What an app is told: names, numbers and the object as it stood."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from zerofee.domain.ids import EventId
from zerofee.domain.scope import Scope

API_VERSION: Final = "2026-11-01"
"""The version of the API in whose shapes objects are shown, in events too."""


class EventType(StrEnum):
    """Every kind of event; the word before the dot is the object's."""

    PAYMENT_CREATED = "payment.created"
    PAYMENT_REQUIRES_ACTION = "payment.requires_action"
    PAYMENT_PROCESSING = "payment.processing"
    PAYMENT_AUTHORIZED = "payment.authorized"
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_CANCELLED = "payment.cancelled"
    PAYMENT_EXPIRED = "payment.expired"
    PAYMENT_REFUNDED = "payment.refunded"
    REFUND_CREATED = "refund.created"
    REFUND_SUCCEEDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    REFUND_CANCELLED = "refund.cancelled"
    WITHDRAWAL_CREATED = "withdrawal.created"
    WITHDRAWAL_PROCESSING = "withdrawal.processing"
    WITHDRAWAL_SUCCEEDED = "withdrawal.succeeded"
    WITHDRAWAL_FAILED = "withdrawal.failed"
    WITHDRAWAL_CANCELLED = "withdrawal.cancelled"
    ENDPOINT_TEST = "webhook_endpoint.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    One thing that happened to one object, written in the commit that made it true.

    `sequence` counts an object's events from 1 without a gap, so that a receiver can order them and notice a
    hole. `data` is the object's JSON as the API showed it then.
    """

    id: EventId
    scope: Scope
    type: EventType
    subject_id: str
    sequence: int
    data: bytes
    created_at: datetime
