"""What PayPal's answers about refunds mean."""

from datetime import datetime, timedelta
from typing import Final

from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.paypal.bodies import Order, Refund, Unreadable, decode, money
from zerofee.adapters.providers.paypal.refusals import DONE, Look, PayerAgain, in_doubt, read_refusal
from zerofee.adapters.providers.paypal.responses import CAPTURE_ID
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Absent, Accepted, Cancelled, Declined, Outcome, Paid, Unknown
from zerofee.domain.ports.provider import RefundOrder

# PayPal's clock and ours need not agree to the second.
_SLACK: Final = timedelta(minutes=5)
_TAKEN: Final = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})


def read_refund(reply: HttpReply) -> Outcome | Look:
    """Read the answer to a refund; `Look` when PayPal says that it has been done, or that the capture is not there."""
    if reply.status in DONE:
        return _read(reply)
    refusal = read_refusal(reply)
    if isinstance(refusal, PayerAgain):
        return Unknown(refusal.issue)
    return refusal


def read_asked_refund(reply: HttpReply) -> Outcome:
    """Read the answer to a question about one refund."""
    return _read(reply) if reply.status in DONE else in_doubt(read_refusal(reply))


def find_refund(reply: HttpReply, order: RefundOrder) -> Outcome:
    """
    Look for a refund whose id was never heard among those of its order.

    It carries our attempt's id. `Absent` only when none could be it: one of the same amount, made since and not
    marked as another's, leaves us in doubt.
    """
    if reply.status not in DONE:
        return in_doubt(read_refusal(reply))
    try:
        found = decode(reply.body, Order)
        refunds = found.payments().refunds or []
        for refund in refunds:
            if refund.custom_id == order.attempt_id:
                return _told(refund)
        if any(_could_be(refund, order) for refund in refunds):
            return Unknown("a refund that may be this one carries no mark of ours")
        return Absent() if found.purchase_units else Unknown("the order came without its refunds")
    except (Unreadable, DomainError) as error:
        return Unknown(f"HTTP {reply.status}: {error}")


def find_capture(reply: HttpReply) -> str | None:
    """Find the capture that can be refunded in an order; `None` when there is none to be read."""
    if reply.status not in DONE:
        return None
    try:
        captures = decode(reply.body, Order).payments().captures or []
    except Unreadable:
        return None
    return next((capture.id for capture in reversed(captures) if capture.status in _TAKEN), None)


def capture_of(order: RefundOrder) -> str | None:
    """Give the capture that the charge's answers named."""
    return order.charge.details.get(CAPTURE_ID)


def _read(reply: HttpReply) -> Outcome:
    try:
        return _told(decode(reply.body, Refund))
    except (Unreadable, DomainError) as error:
        return Unknown(f"HTTP {reply.status}: {error}")


def _told(refund: Refund) -> Outcome:
    match refund.status:
        case "COMPLETED":
            return Paid(money(refund.amount), refund.id)
        case "PENDING":
            return Accepted(refund.id)
        case "FAILED":
            return Declined(FailureCode.DECLINED, provider_code=refund.status, reference=refund.id)
        case "CANCELLED":
            return Cancelled(refund.id)
        case status:
            return Unknown(f"refund status {status!r}")


def _could_be(refund: Refund, order: RefundOrder) -> bool:
    other = refund.custom_id not in {None, order.charge.attempt_id}
    return not other and money(refund.amount) == order.money and not _older(refund.create_time, order.sent_at)


def _older(text: str | None, than: datetime) -> bool:
    try:
        return text is not None and datetime.fromisoformat(text) < than - _SLACK
    except (ValueError, TypeError):
        return False
