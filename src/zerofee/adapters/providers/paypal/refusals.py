"""What an answer of PayPal's that is no success means: by its HTTP status and its issue, never by its text."""

from dataclasses import dataclass
from typing import Final, assert_never

from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.paypal.bodies import Problem, TokenProblem, Unreadable, decode, way_out
from zerofee.adapters.providers.paypal.issues import ISSUES, No, PayerNo, Special
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Declined, Expired, NotSent, Refused, Unknown

DONE: Final = frozenset({200, 201})
_BAD_REQUEST: Final = 400
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_CONFLICT: Final = 409
_REQUEST_TIMEOUT: Final = 408
_TOO_MANY: Final = 429
_SERVER: Final = 500
_MESSAGE_LENGTH: Final = 300
# They say no to the request before anybody has looked at what it asks for.
_UNTOUCHED: Final = frozenset({405, 406, 415})


@dataclass(frozen=True, slots=True)
class Look:
    """The answer is in the order: read that. `issue` is the word that said so."""

    issue: str


@dataclass(frozen=True, slots=True)
class PayerAgain:
    """The payer must go back to PayPal; `url` when the answer says where."""

    issue: str
    message: str
    url: str | None


Refusal = Refused | Declined | Expired | Unknown | Look | PayerAgain


def read_refusal(reply: HttpReply) -> Refusal:
    """
    Read an answer that is no 200 or 201.

    All that PayPal does not document as a definite no is `Unknown`: 5xx, 408, 409, pages of a proxy, new words of
    a 422.

    Source: PayPal, "API responses" and "Orders v2 errors"; docs/providers/paypal.md, "Errors".
    """
    status = reply.status
    if status >= _SERVER or status in {_REQUEST_TIMEOUT, _CONFLICT}:
        return Unknown(f"HTTP {status}")
    if status == _TOO_MANY:
        return Refused(FailureCode.PROVIDER_UNAVAILABLE, "PayPal takes no more calls just now.", "RATE_LIMIT_REACHED")
    if status in _UNTOUCHED:
        return Refused(FailureCode.INVALID_REQUEST, f"PayPal answered HTTP {status}.", str(status))
    try:
        problem = decode(reply.body, Problem)
    except Unreadable:
        return _of_the_token(reply)
    return _meant(status, problem)


def in_doubt(refusal: Refusal) -> Unknown:
    """Say what a refusal means to a question: an error while asking proves nothing."""
    match refusal:
        case Unknown():
            return refusal
        case Refused(_, message, word) | Declined(_, message, word):
            return Unknown(f"asking was answered {word}: {message}")
        case Look(issue) | PayerAgain(issue):
            return Unknown(f"asking was answered {issue}")
        case Expired():
            return Unknown("asking was answered that it has lapsed")
        case never:
            assert_never(never)


def unasked(answer: NotSent | Refused | Unknown) -> Unknown:
    """Say that a question was not answered: that proves nothing about what was asked."""
    return Unknown(f"not asked: {answer.reason}") if isinstance(answer, NotSent) else in_doubt(answer)


def _meant(status: int, problem: Problem) -> Refusal:
    issue, words = problem.issue(), problem.words()[:_MESSAGE_LENGTH]
    match ISSUES.get(issue):
        case Special.LOOK:
            return Look(issue)
        case Special.PAYER_AGAIN:
            return PayerAgain(issue, words, way_out(problem.links))
        case Special.LAPSED:
            return Expired()
        case Special.RUNNING:
            return Unknown(f"{issue}: {words}")
        case No(code):
            return Refused(code, words, issue)
        case PayerNo(code, soft):
            return Declined(code, words, issue, soft=soft)
        case None:
            return _by_status(status, issue, words)


def _by_status(status: int, issue: str, words: str) -> Refusal:
    """Read a word that is in no table; only 400, 401 and 403 say by themselves that nothing was made."""
    if status in {_UNAUTHORIZED, _FORBIDDEN}:
        return Refused(FailureCode.INVALID_CREDENTIALS, words, issue)
    if status == _BAD_REQUEST:
        return Refused(FailureCode.INVALID_REQUEST, words, issue)
    return Unknown(f"HTTP {status}, {issue}: {words}")


def _of_the_token(reply: HttpReply) -> Refusal:
    if reply.status == _UNAUTHORIZED:
        try:
            problem = decode(reply.body, TokenProblem)
        except Unreadable:
            return Unknown("HTTP 401 without a reason")
        return Refused(FailureCode.INVALID_CREDENTIALS, problem.error_description[:_MESSAGE_LENGTH], problem.error)
    return Unknown(f"HTTP {reply.status} in no form of PayPal's")
