"""Hub2's answers to a transfer, read into outcomes of a payout."""

from typing import Final

from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.hub2.answers import TransferAnswer, TransferPage, decoded
from zerofee.adapters.providers.hub2.failures import TRANSFER_FAILURES, failed
from zerofee.adapters.providers.hub2.requests import DIGITS
from zerofee.adapters.providers.hub2.responses import FAILED, SUCCEEDED, WORKING, read_refusal
from zerofee.domain.currency import currency
from zerofee.domain.errors import DomainError
from zerofee.domain.money import from_units
from zerofee.domain.outcome import Accepted, Mismatch, Outcome, Paid, Unknown
from zerofee.domain.ports.provider import PayoutOrder
from zerofee.domain.scope import Environment

ASK_AFTER_S: Final = 5


def read_created_transfer(reply: HttpReply, order: PayoutOrder, environment: Environment) -> Outcome:
    """Read the answer to a new transfer."""
    if refusal := read_refusal(reply):
        return refusal
    transfer = decoded(reply.body, TransferAnswer)
    if reply.status not in {200, 201} or transfer is None:
        return Unknown(f"HTTP {reply.status} to a transfer, or no transfer in it")
    return _read_transfer(transfer, order, environment)


def read_asked_transfer(reply: HttpReply, order: PayoutOrder, environment: Environment) -> Outcome:
    """Read the answer to a reading of a whole transfer; an error proves nothing."""
    transfer = decoded(reply.body, TransferAnswer)
    if reply.status != 200 or transfer is None:  # noqa: PLR2004  # HTTP's own number
        return Unknown(f"HTTP {reply.status} to a reading, or no transfer in it")
    return _read_transfer(transfer, order, environment)


def read_found_transfer(reply: HttpReply, order: PayoutOrder, environment: Environment) -> Outcome:
    """
    Look for a transfer by our reference.

    Not to be found is no proof that it does not exist: the list may lag or have more pages, and money would go out
    twice. A person decides.
    """
    found = decoded(reply.body, tuple[TransferAnswer, ...])
    page = decoded(reply.body, TransferPage)
    listed = found if page is None else page.data
    if reply.status != 200 or listed is None:  # noqa: PLR2004  # HTTP's own number
        return Unknown(f"HTTP {reply.status} to a list, or no transfers in it")
    for transfer in listed:
        if transfer.reference == order.attempt_id:
            return _read_transfer(transfer, order, environment)
    return Unknown("no transfer with our reference is listed")


def working_transfer(transfer_id: str) -> Outcome:
    """Say that a transfer is under way."""
    return Accepted(transfer_id, {}, ASK_AFTER_S)


def _read_transfer(transfer: TransferAnswer, order: PayoutOrder, environment: Environment) -> Outcome:
    if transfer.mode not in {None, environment.value}:
        return Unknown(f"the transfer is in {transfer.mode}", Mismatch.MODE)
    if transfer.reference not in {None, order.attempt_id}:
        return Unknown("the transfer has another reference than ours", Mismatch.REFERENCE)
    if transfer.status in WORKING:
        return working_transfer(transfer.id)
    if transfer.status in SUCCEEDED:
        return _paid(transfer)
    if transfer.status == FAILED:
        cause = transfer.failure
        code, message = (None, "") if cause is None else (cause.code, cause.message or "")
        return failed(TRANSFER_FAILURES, code, message, transfer.id)
    return Unknown(f"transfer status {transfer.status!r}")


def _paid(transfer: TransferAnswer) -> Outcome:
    if transfer.amount is None or transfer.currency is None:
        return Unknown("sent, and no amount in it")
    try:
        return Paid(from_units(transfer.amount, currency(transfer.currency), digits=DIGITS), transfer.id)
    except DomainError as wrong:
        return Unknown(f"sent, and {wrong.code}")
