"""Refusals as problem details: one table from the type of a refusal to its answer (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from zerofee.application.accounts.log_in import CredentialsRefused, EmailNotVerified
from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.application.payments.charged import Unsupported
from zerofee.application.webhooks_in.receive_event import EventRefused, VerificationUnavailable
from zerofee.application.webhooks_out.redeliver import EndpointDisabled
from zerofee.domain.booking import InsufficientBalance
from zerofee.domain.checkout import MethodNotOffered, TooManyPays
from zerofee.domain.country import UnknownCountry
from zerofee.domain.currency import UnknownCurrency
from zerofee.domain.customer import InvalidCustomer
from zerofee.domain.endpoint import TooManyEndpoints
from zerofee.domain.errors import DomainError
from zerofee.domain.idempotency import Answer, InFlight, InvalidKey, KeyReused
from zerofee.domain.method import InvalidOperator, UnknownMethod
from zerofee.domain.money import AmountInvalid, AmountNotRepresentable, AmountOverflow, CurrencyMismatch
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.one_time_code import CodeRefused
from zerofee.domain.opening import AmountTooLarge, OperationInFlight, OutcomeUnknown, WrongStatus
from zerofee.domain.password import WeakPassword
from zerofee.domain.payment_status import IllegalMove
from zerofee.domain.ports.sender import BlockedAddress
from zerofee.domain.ports.store import NotFound, StorageUnavailable
from zerofee.domain.session import ReauthenticationRequired, SessionRefused
from zerofee.domain.tally import TooManyTries
from zerofee.domain.withdrawal import WithdrawalStatusConflict
from zerofee.domain.withdrawing import NoPayoutConnection, WithdrawalLimitExceeded
from zerofee.entrypoints.http import refusals

PROBLEM_JSON: Final = "application/problem+json"
INTERNAL: Final = "internal_error"
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    How one refusal is answered.

    `kept`: it tells of the state of things, so under an idempotency key it is the answer from now on; what a
    corrected request mends, and what passes by itself, is not kept. Source: reliability rules IDM-7 and IDM-8.
    """

    status: int
    title: str
    kept: bool = False
    retry_after_s: int | None = None


# fmt: off
KINDS: Final[Mapping[type[DomainError], Kind]] = {
    refusals.BadRequest:           Kind(status=400, title="Request not understood"),
    refusals.BadJson:              Kind(status=400, title="Body is not JSON"),
    InvalidKey:                    Kind(status=400, title="Idempotency-Key is invalid"),
    refusals.NotAuthenticated:     Kind(status=401, title="Not authenticated"),
    EventRefused:                  Kind(status=401, title="Signature is invalid"),
    CredentialsRefused:            Kind(status=401, title="Not logged in"),
    CodeRefused:                   Kind(status=401, title="Code is not good"),
    SessionRefused:                Kind(status=401, title="Session is over"),
    refusals.KeyNotAllowed:        Kind(status=403, title="Secret key required"),
    refusals.InsufficientScope:    Kind(status=403, title="Scope missing"),
    refusals.PersonNeeded:         Kind(status=403, title="Access token required"),
    refusals.AppNotNamed:          Kind(status=403, title="App not named"),
    EmailNotVerified:              Kind(status=403, title="Address not verified"),
    ReauthenticationRequired:      Kind(status=403, title="Log in again"),
    NotFound:                      Kind(status=404, title="Not found", kept=True),
    refusals.NoSuchRoute:          Kind(status=404, title="No such address"),
    refusals.MethodNotAllowed:     Kind(status=405, title="Method not allowed"),
    refusals.BodyTooSlow:          Kind(status=408, title="Body came too slowly"),
    InFlight:                      Kind(status=409, title="Still running", retry_after_s=1),
    OperationInFlight:             Kind(status=409, title="Operation under way", retry_after_s=1),
    OutcomeUnknown:                Kind(status=409, title="Outcome not known yet", retry_after_s=1),
    ChangedMeanwhile:              Kind(status=409, title="Changed meanwhile", retry_after_s=1),
    TooManyEndpoints:              Kind(status=409, title="Too many endpoints"),
    EndpointDisabled:              Kind(status=409, title="Endpoint is disabled", kept=True),
    InsufficientBalance:           Kind(status=409, title="Balance is too low", kept=True),
    NoPayoutConnection:            Kind(status=409, title="No connection pays this out", kept=True),
    WithdrawalLimitExceeded:       Kind(status=409, title="Limit reached", kept=True),
    WithdrawalStatusConflict:      Kind(status=409, title="Status does not allow it", kept=True),
    WrongStatus:                   Kind(status=409, title="Status does not allow it", kept=True),
    IllegalMove:                   Kind(status=409, title="Status does not allow it", kept=True),
    refusals.BodyTooLarge:         Kind(status=413, title="Body too large"),
    refusals.TargetTooLong:        Kind(status=414, title="Address too long"),
    refusals.UnsupportedMediaType: Kind(status=415, title="Body must be JSON"),
    refusals.InvalidRequest:       Kind(status=422, title="Request is invalid"),
    refusals.CursorInvalid:        Kind(status=422, title="Cursor is invalid"),
    AmountInvalid:                 Kind(status=422, title="Amount is invalid"),
    AmountOverflow:                Kind(status=422, title="Amount is too large to count"),
    AmountNotRepresentable:        Kind(status=422, title="Amount is too fine"),
    CurrencyMismatch:              Kind(status=422, title="Currencies differ"),
    UnknownCurrency:               Kind(status=422, title="Currency is unknown"),
    UnknownCountry:                Kind(status=422, title="Country is unknown"),
    UnknownMethod:                 Kind(status=422, title="Payment method is unknown"),
    InvalidOperator:               Kind(status=422, title="Operator is invalid"),
    InvalidCustomer:               Kind(status=422, title="Customer is invalid"),
    BlockedAddress:                Kind(status=422, title="Address must not be called"),
    InvalidField:                  Kind(status=422, title="Field is invalid"),
    KeyReused:                     Kind(status=422, title="Idempotency-Key was used before"),
    MethodNotOffered:              Kind(status=422, title="Method not offered"),
    AmountTooLarge:                Kind(status=422, title="Amount is too large", kept=True),
    Unsupported:                   Kind(status=422, title="Not offered by the provider", kept=True),
    WeakPassword:                  Kind(status=422, title="Password is too weak"),
    TooManyPays:                   Kind(status=429, title="Too many tries"),
    TooManyTries:                  Kind(status=429, title="Too many tries"),
    refusals.TooManyRequests:      Kind(status=429, title="Too many requests", retry_after_s=1),
    refusals.HeadersTooLarge:      Kind(status=431, title="Headers too large"),
    VerificationUnavailable:       Kind(status=503, title="Cannot verify just now", retry_after_s=1),
    StorageUnavailable:            Kind(status=503, title="Storage not available", retry_after_s=1),
}
# fmt: on


class FieldError(msgspec.Struct, frozen=True):
    """One field that is wrong, and what to do about it."""

    field: str
    message: str


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    What went wrong, for programs (`code`, which never changes) and for people (`detail`).

    `type` is the URL of the error's page. `errors` comes with status 422 and names the fields.

    Source: RFC 9457.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FieldError] | msgspec.UnsetType = msgspec.UNSET
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Where a problem occurred: the request's id and its path, percent-encoded."""

    request_id: str
    path: str


_ENCODER: Final = msgspec.json.Encoder()


def problem(public_url: str, refusal: DomainError, where: Occurrence) -> Answer:
    """Write the answer to a refusal."""
    kind = KINDS[type(refusal)]
    body = ProblemBody(
        type=page_url(public_url, refusal.code),
        title=kind.title,
        status=kind.status,
        detail=refusal.detail,
        instance=where.path,
        code=refusal.code,
        errors=_errors(refusal) if kind.status == _UNPROCESSABLE else msgspec.UNSET,
        request_id=where.request_id,
    )
    return Answer(status=kind.status, body=_ENCODER.encode(body), content_type=PROBLEM_JSON)


def internal_problem(public_url: str, where: Occurrence) -> Answer:
    """Write the answer to a bug: it tells the request's id, and nothing else of ours."""
    body = ProblemBody(
        type=page_url(public_url, INTERNAL),
        title="Internal error",
        status=500,
        detail="This is our fault, and it is logged. Tell us the request_id if it lasts.",
        instance=where.path,
        code=INTERNAL,
        request_id=where.request_id,
    )
    return Answer(status=500, body=_ENCODER.encode(body), content_type=PROBLEM_JSON)


def problem_headers(refusal: DomainError) -> list[tuple[bytes, bytes]]:
    """Give the headers that belong to a refusal beside its body."""
    headers: list[tuple[bytes, bytes]] = []
    if isinstance(refusal, refusals.NotAuthenticated):
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(refusal, refusals.MethodNotAllowed):
        headers.append((b"allow", refusal.allow.encode()))
    retry_after_s = KINDS[type(refusal)].retry_after_s
    if isinstance(refusal, TooManyTries | refusals.TooManyRequests):
        retry_after_s = refusal.retry_after_s
    if retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % retry_after_s))
    return headers


def page_url(public_url: str, code: str) -> str:
    """Give the URL of an error's page."""
    return f"{public_url}/docs/errors/{code}"


def _errors(refusal: DomainError) -> list[FieldError]:
    if isinstance(refusal, refusals.InvalidRequest):
        return [FieldError(violation.field, violation.message) for violation in refusal.violations]
    return [] if refusal.field is None else [FieldError(refusal.field, refusal.detail)]
