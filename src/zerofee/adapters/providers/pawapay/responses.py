"""What pawaPay answers, read into outcomes; whatever is not said plainly is `Unknown`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.pawapay.configuration import APPROVE, ONE_TIME_CODE
from zerofee.adapters.providers.pawapay.failures import failed, rejected
from zerofee.adapters.providers.pawapay.operators import Auth
from zerofee.adapters.providers.pawapay.requests import DEPOSITS, PAYOUTS, REFUNDS, Plan
from zerofee.domain.currency import currency, exponent
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money, from_major
from zerofee.domain.next_action import Otp, Redirect, UssdPush
from zerofee.domain.outcome import Accepted, ActionRequired, Declined, Mismatch, Outcome, Paid, Refused, Unknown

OK: Final = 200
TOO_MANY: Final = 429
UNAUTHORIZED: Final = frozenset({401, 403})
# A redirect's address comes a moment after the deposit was taken.
SOON_S: Final = 2
_ANSWERS: Final = frozenset({OK, 400}) | UNAUTHORIZED
_WORKING: Final = frozenset({"ACCEPTED", "PROCESSING", "ENQUEUED", "IN_RECONCILIATION"})
_PROMPTED: Final = frozenset({"ACCEPTED", "PROCESSING"})

T = TypeVar("T")


class Reason(msgspec.Struct, frozen=True, rename="camel"):
    """Why something was refused or has failed."""

    failure_code: str | None = None
    failure_message: str | None = None


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    status: str | None = None
    failure_reason: Reason | None = None
    deposit_id: str | None = None
    payout_id: str | None = None
    refund_id: str | None = None
    redirect_url: str | None = None


class _Account(msgspec.Struct, frozen=True):
    provider: str | None = None


class _Party(msgspec.Struct, frozen=True, rename="camel"):
    account_details: _Account = _Account()


class Record(msgspec.Struct, frozen=True, rename="camel"):
    """A deposit, payout or refund as a status read and a callback show it."""

    status: str
    deposit_id: str | None = None
    payout_id: str | None = None
    refund_id: str | None = None
    amount: str | None = None
    currency: str | None = None
    payer: _Party | None = None
    failure_reason: Reason | None = None
    authorization_url: str | None = None

    @property
    def kind(self) -> str:
        """Say what this is: a refund may name its deposit too, so the order matters."""
        return REFUNDS if self.refund_id else PAYOUTS if self.payout_id else DEPOSITS

    @property
    def id(self) -> str | None:
        """Give the id that we made for it."""
        return self.refund_id or self.payout_id or self.deposit_id


class _Envelope(msgspec.Struct, frozen=True):
    status: str
    data: Record | None = None


class _Prediction(msgspec.Struct, frozen=True, rename="camel"):
    country: str
    provider: str
    phone_number: str | None = None
    msisdn: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The order was taken; how it will end is not known."""


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """The id was known, so this body was not used: read what became of the first."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """Asked by our id, pawaPay knows of nothing; within a quarter of an hour of sending that may be untrue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Which operator a number seems to have, and the number in pawaPay's form."""

    country_iso3: str
    provider: str
    phone: str


def read_initiation(reply: HttpReply, key: str) -> Taken | SeenBefore | Refused | Declined | Unknown:
    """
    Read the first answer to a deposit, a payout or a refund that was sent under `key`.

    Only ACCEPTED, DUPLICATE_IGNORED and REJECTED are believed, and an echo of another id is not.

    Source: pawaPay Merchant API v2, "Initiate deposit"; docs/providers/pawapay.md, "Answers".
    """
    if no := _refusal(reply):
        return no
    answer = _decoded(reply.body, _Answer)
    if answer is None or reply.status != OK:
        return Unknown(f"HTTP {reply.status} without a known answer")
    # It may be null, and a refund's may name the deposit beside it.
    echoes = {answer.refund_id, answer.payout_id, answer.deposit_id} - {None}
    if echoes and key not in echoes:
        return Unknown("the answer is about another id", Mismatch.REFERENCE)
    match answer.status:
        case "ACCEPTED":
            return Taken()
        case "DUPLICATE_IGNORED":
            return SeenBefore()
        case other:
            return Unknown(f"status {other!r}")


def read_page(reply: HttpReply) -> str | SeenBefore | Refused | Declined | Unknown:
    """Read the address of a payment page."""
    if no := _refusal(reply):
        return no
    answer = _decoded(reply.body, _Answer)
    if answer is None or reply.status != OK:
        return Unknown(f"HTTP {reply.status} without a page")
    if answer.status == "DUPLICATE_IGNORED":
        return SeenBefore()
    if answer.redirect_url is None or not answer.redirect_url.startswith(("https://", "http://")):
        return Unknown("the answer has no page")
    return answer.redirect_url


def read_status(reply: HttpReply, kind: str, key: str) -> Record | NotFound | Unknown:
    """
    Read what became of the thing with our id `key`; FOUND speaks of the record, never of the payment.

    Source: pawaPay Merchant API v2, "Check deposit status"; docs/providers/pawapay.md, "Status".
    """
    envelope = _decoded(reply.body, _Envelope) if reply.status == OK else None
    match envelope:
        case _Envelope("FOUND", Record() as record):
            fits = record.kind == kind and record.id == key
            return record if fits else Unknown("the answer is about another id", Mismatch.REFERENCE)
        case _Envelope("NOT_FOUND", None):
            return NotFound()
        case _:
            return Unknown(f"HTTP {reply.status} without a known status")


def outcome_of(record: Record, plan: Plan | None) -> Outcome:
    """Read a record's own status; `plan` is how the charge was made, where there is one."""
    key = record.id or ""
    if record.status == "COMPLETED":
        return _completed(record, key)
    if record.status == "FAILED":
        reason = record.failure_reason or Reason()
        return failed(reason.failure_code, key)
    if record.status not in _WORKING:
        return Unknown(f"status {record.status!r}")
    if record.authorization_url:
        return ActionRequired(Redirect(record.authorization_url), key)
    return awaiting(plan, key) if record.status in _PROMPTED else Accepted(key)


def awaiting(plan: Plan | None, key: str) -> Accepted | ActionRequired:
    """Say what a taken deposit waits for: the payer's PIN, an address to send the payer to, or only the operator."""
    match plan:
        case Plan(auth=Auth.PROVIDER):
            return ActionRequired(UssdPush(plan.message or APPROVE, plan.ussd_code), key, plan.to_details())
        case Plan(auth=Auth.REDIRECT):
            return Accepted(key, plan.to_details(), ask_after_s=SOON_S)
        case _:
            return Accepted(key)


def code_wanted(plan: Plan, key: str) -> ActionRequired:
    """Ask the payer for the one-time code that a PREAUTH operator gives by USSD before any deposit is made."""
    return ActionRequired(Otp(plan.message or ONE_TIME_CODE, plan.ussd_code), key, plan.to_details())


def read_prediction(reply: HttpReply) -> Prediction | None:
    """Read which operator a number seems to have; both documented names of the number are taken."""
    said = _decoded(reply.body, _Prediction) if reply.status == OK else None
    phone = None if said is None else said.phone_number or said.msisdn
    if said is None or not phone or not phone.isascii() or not phone.isdigit():
        return None
    return Prediction(country_iso3=said.country, provider=said.provider, phone=phone)


def read_denial(reply: HttpReply) -> str | None:
    """Say why the account's token was not taken, or `None` when nothing like it was answered."""
    if reply.status not in UNAUTHORIZED:
        return None
    answer = _decoded(reply.body, _Answer) or _Answer()
    reason = answer.failure_reason or Reason()
    return reason.failure_code or f"HTTP {reply.status}"


def read_record(body: bytes) -> Record | None:
    """Read a callback's body, which is a record without its envelope."""
    return _decoded(body, Record)


def _refusal(reply: HttpReply) -> Refused | Declined | Unknown | None:
    """Read a definite no; a 401 or 403 need not carry the word REJECTED."""
    if reply.status == TOO_MANY:
        return Refused(FailureCode.PROVIDER_UNAVAILABLE, "pawaPay takes no more calls for now.")
    answer = _decoded(reply.body, _Answer) if reply.status in _ANSWERS else None
    if answer is None:
        return None
    reason = answer.failure_reason or Reason()
    if answer.status == "REJECTED":
        return rejected(reason.failure_code, reason.failure_message)
    if reply.status in UNAUTHORIZED and answer.status is None:
        return rejected(reason.failure_code or "AUTHENTICATION_ERROR", reason.failure_message)
    return None


def _completed(record: Record, key: str) -> Outcome:
    money = _money(record)
    if money is None:
        return Unknown("COMPLETED without an amount that can be counted")
    return Paid(money, key, _known_of(record))


def _known_of(record: Record) -> Mapping[str, str]:
    """Keep the operator that a page's customer chose: a refund's digits depend on it."""
    provider = record.payer.account_details.provider if record.payer else None
    return {"provider": provider} if provider else {}


def _money(record: Record) -> Money | None:
    """Count what a record says; padding zeros are harmless, anything finer than our minor unit is not."""
    try:
        code = currency(record.currency)
        return from_major(record.amount or "", code, digits=exponent(code))
    except DomainError:
        return None


def _decoded(body: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
