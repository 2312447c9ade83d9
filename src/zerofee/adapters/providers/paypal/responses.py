"""What PayPal's answers about orders, captures and authorisations mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import Final, assert_never

from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.paypal.bodies import (
    Authorization,
    Capture,
    Order,
    Unreadable,
    decode,
    money,
)
from zerofee.adapters.providers.paypal.refusals import DONE, Look, PayerAgain, Refusal, in_doubt, read_refusal
from zerofee.adapters.providers.paypal.requests import payer_url
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import (
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    Mismatch,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.ports.provider import ChargeOrder, OperationOrder
from zerofee.domain.wish import CaptureMode

APPROVED: Final = "approved"
TRIES: Final = "tries"
RETRY_AT: Final = "retry_at"
CAPTURE_ID: Final = "capture_id"
AUTHORIZATION_ID: Final = "authorization_id"

# PayPal gives the payer three hours; nobody can approve, and we cannot capture, what is older and not approved.
APPROVAL_WINDOW: Final = timedelta(hours=3)
# PayPal advises to poll one order no faster than every 3 to 5 seconds; a payer needs longer than that anyway.
PAYER_NEEDS_S: Final = 10
# After a decline the order stays approved, so nothing tells that the payer has chosen another way to pay. So we try
# again, but slowly, and not for ever: PayPal counts the attempts too.
RETRY_AFTER_S: Final = 60
MOST_TRIES: Final = 5

_TAKEN: Final = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
_NOT_TAKEN: Final = frozenset({"DECLINED", "FAILED"})
_OPEN: Final = frozenset({"CREATED", "PAYER_ACTION_REQUIRED", "SAVED"})
_FRAUD: Final = "DECLINED_BY_RISK_FRAUD_FILTERS"
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class View:
    """What a reading depends on besides the answer: the charge, the time, and where payers approve."""

    order: ChargeOrder
    now: datetime
    payer: str


def read_created(reply: HttpReply, view: View) -> Outcome:
    """
    Read the answer to a create: an order to approve.

    An order takes no money by itself, so a 422 of any kind is a definite no.
    """
    if reply.status in DONE:
        return read_order(reply, view)
    refusal = read_refusal(reply)
    match refusal:
        case PayerAgain(issue, message, _):
            return Declined(FailureCode.DECLINED, message, issue)
        case Look(issue):
            return Refused(FailureCode.INVALID_REQUEST, "", issue)
        case Unknown(reason) if reply.status == 422:  # noqa: PLR2004  a word that is in no table
            return Refused(FailureCode.INVALID_REQUEST, reason)
        case Refused() | Declined() | Expired() | Unknown():
            return refusal
        case never:
            assert_never(never)


def read_asked(reply: HttpReply, view: View) -> Outcome:
    """
    Read the answer to a question about an order.

    A missing order has lapsed when nobody approved it in time; one that we may have captured is a riddle.
    """
    if reply.status in DONE:
        return read_order(reply, view)
    order = view.order
    refusal = read_refusal(reply)
    if reply.status == _NOT_FOUND and isinstance(refusal, Look):
        touched = APPROVED in order.details or CAPTURE_ID in order.details or AUTHORIZATION_ID in order.details
        if not touched and view.now - order.sent_at >= APPROVAL_WINDOW:
            return Expired(order.reference)
        return Unknown(f"PayPal does not find the order ({refusal.issue}): another account or mode, or too old")
    return in_doubt(refusal)


def read_taken(reply: HttpReply, view: View) -> Outcome | Look:
    """Read the answer to capturing or authorising an approved order; `Look` when the order itself must tell."""
    if reply.status in DONE:
        return read_order(reply, view)
    refusal = read_refusal(reply)
    match refusal:
        case PayerAgain():
            return _sent_back(refusal, view)
        case Refused(FailureCode.PROVIDER_UNAVAILABLE):
            # The approval stands; it is only too early.
            return Accepted(view.order.reference)
        case Expired():
            return Expired(view.order.reference)
        case Refused() | Declined() | Unknown() | Look():
            return refusal
        case never:
            assert_never(never)


def read_order(reply: HttpReply, view: View) -> Outcome:
    """
    Read an order: its captures and authorisations tell more than its own status.

    Source: PayPal, "Orders v2", order_status and capture_status; docs/providers/paypal.md, "Status by status".
    """
    try:
        return _told(decode(reply.body, Order), view)
    except (Unreadable, DomainError) as error:
        return Unknown(f"HTTP {reply.status}: {error}")


def read_operation(reply: HttpReply, operation: OperationOrder) -> Outcome | Look:
    """Read the answer to a capture of what is held."""
    if reply.status not in DONE:
        return _operated(read_refusal(reply))
    return read_capture(reply, operation.charge.reference)


def read_capture(reply: HttpReply, reference: str | None) -> Outcome:
    """Read one capture by itself."""
    if reply.status not in DONE:
        return in_doubt(read_refusal(reply))
    try:
        return _captured([decode(reply.body, Capture)], reference) or Unknown("a capture in no known status")
    except (Unreadable, DomainError) as error:
        return Unknown(f"HTTP {reply.status}: {error}")


def read_void(reply: HttpReply, operation: OperationOrder) -> Outcome | Look:
    """Read the answer to a void: 204 when minimal, else the authorisation."""
    reference = operation.charge.reference
    if reply.status == 204:  # noqa: PLR2004
        return Cancelled(reference)
    if reply.status not in DONE:
        return _operated(read_refusal(reply))
    try:
        status = decode(reply.body, Authorization).status
    except Unreadable as error:
        return Unknown(str(error))
    return Cancelled(reference) if status == "VOIDED" else Unknown(f"a void left the authorisation {status}")


def _operated(refusal: Refusal) -> Outcome | Look:
    match refusal:
        case PayerAgain(issue, message, _):
            return Declined(FailureCode.DECLINED, message, issue)
        case _:
            return refusal


def _told(found: Order, view: View) -> Outcome:
    order = view.order
    payments = found.payments()
    captures, authorizations = payments.captures or [], payments.authorizations or []
    if order.reference not in {None, found.id} or not _is_ours(found, order):
        return Unknown("the order is another one than ours", Mismatch.REFERENCE)
    if order.capture is CaptureMode.MANUAL and authorizations:
        return _held(captures, authorizations[-1], found.id, view.now)
    if captures:
        return _captured(captures, found.id) or Unknown("a capture in no known status")
    if any(unit.amount is not None and money(unit.amount) != order.money for unit in found.purchase_units or []):
        return Unknown("the order is of another amount", Mismatch.AMOUNT)
    if found.status in _OPEN:
        url = found.link() or payer_url(view.payer, found.id)
        return ActionRequired(Redirect(url), found.id, ask_after_s=PAYER_NEEDS_S)
    if found.status == "APPROVED":
        return _approved(found, view)
    return Cancelled(found.id) if found.status == "VOIDED" else Unknown(f"order status {found.status!r}")


def _is_ours(found: Order, order: ChargeOrder) -> bool:
    units = found.purchase_units
    return units is None or (len(units) == 1 and units[0].custom_id in {None, order.attempt_id})


def _approved(found: Order, view: View) -> Outcome:
    """Take what is approved; after a decline not before the payer has had time to choose again."""
    retry_at = view.order.details.get(RETRY_AT)
    if retry_at and view.now < datetime.fromisoformat(retry_at):
        return ActionRequired(Redirect(found.link() or payer_url(view.payer, found.id)), found.id)
    return Proceed(found.id, {APPROVED: "1"})


def _sent_back(again: PayerAgain, view: View) -> Outcome:
    order = view.order
    tries = tries_of(order) + 1
    if order.reference is None or tries >= MOST_TRIES:
        return Declined(FailureCode.DECLINED, again.message, again.issue, reference=order.reference)
    url = again.url or payer_url(view.payer, order.reference)
    retry_at = (view.now + timedelta(seconds=RETRY_AFTER_S)).isoformat()
    details = {APPROVED: "", TRIES: str(tries), RETRY_AT: retry_at}
    return ActionRequired(Redirect(url), order.reference, details, ask_after_s=RETRY_AFTER_S)


def tries_of(order: ChargeOrder) -> int:
    """Say how often this charge was declined with the payer sent back."""
    return int(order.details.get(TRIES, "0"))


def _captured(captures: Sequence[Capture], reference: str | None) -> Outcome | None:
    """Add up what was taken; `None` when a status is in no table."""
    taken = [capture for capture in captures if capture.status in _TAKEN]
    if taken:
        total = reduce(add, (money(capture.amount) for capture in taken))
        return Paid(total, reference, {CAPTURE_ID: taken[-1].id})
    pending = [capture for capture in captures if capture.status == "PENDING"]
    if pending:
        return Accepted(reference, {CAPTURE_ID: pending[-1].id})
    last = captures[-1]
    if last.status not in _NOT_TAKEN:
        return None
    reason = (last.status_details.reason if last.status_details else None) or last.status
    code = FailureCode.FRAUD_SUSPECTED if reason == _FRAUD else FailureCode.DECLINED
    return Declined(code, provider_code=reason, reference=reference)


def _held(captures: Sequence[Capture], held: Authorization, reference: str, now: datetime) -> Outcome:
    if any(capture.status in _TAKEN for capture in captures):
        return _captured(captures, reference) or Unknown("a capture in no known status")
    if any(capture.status == "PENDING" for capture in captures):
        return Accepted(reference)
    if any(capture.status not in _NOT_TAKEN for capture in captures):
        return Unknown("a capture in no known status")
    details = {AUTHORIZATION_ID: held.id}
    match held.status:
        case "CREATED":
            return Authorized(money(held.amount), reference, details)
        case "PENDING":
            return Accepted(reference, details)
        case "DENIED":
            return Declined(FailureCode.DECLINED, provider_code=held.status, reference=reference)
        case "VOIDED":
            lapsed = held.expiration_time is not None and now >= _time(held.expiration_time)
            return Expired(reference) if lapsed else Cancelled(reference)
        case _:
            return Unknown(f"authorisation status {held.status!r}")


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("a time in no known form") from None
    if found.tzinfo is None:
        raise Unreadable("a time without a zone")
    return found
