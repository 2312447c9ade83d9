"""What Stripe's replies prove, and what they do not."""

from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.adapters.providers.stripe.failures import MOVED, declined, refused
from zerofee.adapters.providers.stripe.objects import (
    Balance,
    Failed,
    Intent,
    Refund,
    Refunds,
    Session,
    Sessions,
    intent_outcome,
    refund_outcome,
    session_outcome,
)
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import AttemptId
from zerofee.domain.outcome import Declined, Mismatch, Outcome, Refused, Unknown
from zerofee.domain.ports.provider import (
    CredentialCheck,
    CredentialsAccepted,
    CredentialsRefused,
    CredentialsUnproven,
)

OK: Final = 200
_REFUSING: Final = frozenset({400, 401, 402, 403, 404, 429})
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_BY_STATUS: Final = {
    _UNAUTHORIZED: FailureCode.INVALID_CREDENTIALS,
    _FORBIDDEN: FailureCode.INVALID_CREDENTIALS,
    429: FailureCode.PROVIDER_UNAVAILABLE,
}
_ShapeT = TypeVar("_ShapeT")


@dataclass(frozen=True, slots=True)
class Moved:
    """A definite no to this call, because the object is no longer in the state we took it for: read it again."""

    code: str | None


def read_session_reply(reply: HttpReply, attempt_id: AttemptId, *, live: bool) -> Outcome | Moved:
    """Read the reply to a session that was asked for, by making, by reading or by expiring it."""
    if reply.status != OK:
        return read_no(reply)
    session = _shape(reply, Session)
    return session if isinstance(session, Unknown) else session_outcome(session, attempt_id, live=live)


def read_intent_reply(reply: HttpReply, reference: str, *, live: bool) -> Outcome | Moved:
    """Read the reply to a capture or a cancel; `reference` is the session's id."""
    if reply.status != OK:
        return read_no(reply)
    intent = _shape(reply, Intent)
    if isinstance(intent, Unknown):
        return intent
    if intent.livemode is not live:
        return Unknown("the intent is of the other mode", Mismatch.MODE)
    return intent_outcome(intent, reference) or Unknown(f"an intent {intent.status!r}")


def read_refund_reply(reply: HttpReply) -> Outcome | Moved:
    """Read the reply to a refund that was made or asked about."""
    if reply.status != OK:
        return read_no(reply)
    refund = _shape(reply, Refund)
    return refund if isinstance(refund, Unknown) else refund_outcome(refund)


def read_sessions(reply: HttpReply | Silence) -> Sessions | Unknown:
    """Read one page of sessions; whatever is no page proves nothing."""
    return _page(reply, Sessions)


def read_refunds(reply: HttpReply | Silence) -> Refunds | Unknown:
    """Read one page of refunds; whatever is no page proves nothing."""
    return _page(reply, Refunds)


def read_no(reply: HttpReply) -> Refused | Declined | Moved | Unknown:
    """
    Read a reply that is not a yes: definite only with one of the listed statuses and a body in Stripe's form.

    A 409, a 424 and every 5xx may still have an effect, and so may whatever `idempotency_error` hides.

    Source: docs.stripe.com, "Errors", "Idempotent requests"; docs/providers/stripe.md, "Errors".
    """
    if reply.status not in _REFUSING:
        return Unknown(f"HTTP {reply.status}")
    body = _shape(reply, Failed)
    if isinstance(body, Unknown):
        return body
    error = body.error
    if reply.status in _BY_STATUS:
        return Refused(_BY_STATUS[reply.status], provider_code=error.code)
    match error.type:
        case "card_error" if error.code not in MOVED:
            return declined(error.code, error.decline_code, error.message or "")
        case "card_error" | "invalid_request_error":
            return Moved(error.code) if error.code in MOVED else refused(error.code)
        case _:
            return Unknown(f"HTTP {reply.status} with an error of type {error.type!r}")


def read_check(reply: HttpReply | Silence, *, live: bool) -> CredentialCheck:
    """
    Read the balance's reply for what it says of the key.

    Source: docs.stripe.com, "Restricted API keys"; docs/providers/stripe.md, "Credential check".
    """
    if isinstance(reply, Silence):
        return CredentialsUnproven(reply.reason)
    if reply.status == OK:
        balance = _shape(reply, Balance)
        if isinstance(balance, Unknown):
            return CredentialsUnproven(balance.reason)
        if balance.livemode is not live:
            return CredentialsRefused("The key is of the other mode (live or test) than this connection.")
        return CredentialsAccepted()
    definite = isinstance(read_no(reply), Refused)
    if definite and reply.status == _FORBIDDEN:
        return CredentialsAccepted("The key is restricted and may not read the balance; its other rights are unseen.")
    if definite and reply.status == _UNAUTHORIZED:
        return CredentialsRefused("Stripe does not know this key.")
    return CredentialsUnproven(f"HTTP {reply.status}")


def _page(reply: HttpReply | Silence, shape: type[_ShapeT]) -> _ShapeT | Unknown:
    if isinstance(reply, Silence):
        return Unknown(reply.reason)
    return _shape(reply, shape) if reply.status == OK else Unknown(f"HTTP {reply.status}")


def _shape(reply: HttpReply, shape: type[_ShapeT]) -> _ShapeT | Unknown:
    try:
        return msgspec.json.decode(reply.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # The library's words name a path in the answer and never its values.
        return Unknown(f"HTTP {reply.status} with a body we cannot read: {error}")
