"""Hub2's answers to a charge, read into outcomes; whatever is not a definite yes or no is `Unknown`."""

from typing import Final

from zerofee.adapters.http.exchange import HttpReply
from zerofee.adapters.providers.hub2.answers import (
    Action,
    BalanceAnswer,
    ErrorAnswer,
    IntentAnswer,
    PaymentAnswer,
    StatusAnswer,
    decoded,
)
from zerofee.adapters.providers.hub2.failures import PAYMENT_FAILURES, REFUSING_STATUSES, TOO_MANY, error, failed
from zerofee.adapters.providers.hub2.operators import Approach, rounded_up
from zerofee.adapters.providers.hub2.requests import DIGITS, TOKEN
from zerofee.adapters.providers.hub2.settings import Way
from zerofee.domain.currency import currency
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.money import Money, from_units
from zerofee.domain.next_action import Otp, Redirect, UssdPush
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Cancelled,
    Details,
    Expired,
    Mismatch,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    CredentialsAccepted,
    CredentialsRefused,
    CredentialsUnproven,
)
from zerofee.domain.scope import Environment

PAYMENT_ID: Final = "payment_id"
# What a one-time code is for: to start an attempt, or to go on with one.
CODE_FOR: Final = "code_for"
TO_START: Final = "attempt"
TO_GO_ON: Final = "authentication"
# The redirection has been given to the customer.
SHOWN: Final = "shown"

# Hub2 asks for two seconds between two readings of a status; a customer needs longer anyway.
POLL_S: Final = 2
CUSTOMER_S: Final = 5
# A fourth wrong code is no slip.
CODES_AT_MOST: Final = 3

LIVE: Final = frozenset({"created", "pending", "processing", "action_required"})
WORKING: Final = frozenset({"created", "pending", "processing"})
# Statuses say `successful` and events `succeeded`; clients have seen both.
SUCCEEDED: Final = frozenset({"successful", "succeeded"})
FAILED: Final = "failed"


def read_created_intent(reply: HttpReply, environment: Environment) -> Outcome:
    """Read the answer to a new intent: `Proceed` with the token that its attempt needs."""
    if refusal := read_refusal(reply):
        return refusal
    intent = decoded(reply.body, IntentAnswer)
    if reply.status not in {200, 201} or intent is None or not intent.token:
        return Unknown(f"HTTP {reply.status} to a new intent, or no intent in it")
    if intent.mode not in {None, environment.value}:
        # Nothing is charged without an attempt, so this is a definite no, and the last moment for it.
        return Refused(FailureCode.INVALID_CREDENTIALS, f"Hub2 made the intent in {intent.mode}.")
    return Proceed(intent.id, {TOKEN: intent.token})


def read_attempt(reply: HttpReply, order: ChargeOrder, way: Way, environment: Environment) -> Outcome:
    """
    Read the answer to an attempt or to an authentication; 201 says that it began, and never that it is paid.

    Source: Hub2 API reference, "Attempt a payment"; docs/providers/hub2.md, "Attempt".
    """
    if refusal := read_refusal(reply):
        return refusal
    intent = decoded(reply.body, IntentAnswer)
    if reply.status not in {200, 201} or intent is None:
        return Unknown(f"HTTP {reply.status} to an attempt, or no intent in it")
    outcome = read_intent(intent, order, way, environment)
    if isinstance(outcome, Absent):
        return Unknown("an attempt was taken and is not in the intent")
    return outcome


def read_refusal(reply: HttpReply) -> Outcome | None:
    """Read a definite no to a call that moves money; `None` when it is none."""
    if reply.status == TOO_MANY:
        return Refused(FailureCode.PROVIDER_UNAVAILABLE, "Hub2 takes no more calls just now.", "429")
    if reply.status not in REFUSING_STATUSES:
        return None
    said = decoded(reply.body, ErrorAnswer)
    if said is None:
        return Unknown(f"HTTP {reply.status} without Hub2's error body")
    return error(said.code, said.message, reply.status)


def read_status(reply: HttpReply) -> str | Unknown:
    """Read the one word of a `/status` path."""
    answer = decoded(reply.body, StatusAnswer)
    if reply.status != 200 or answer is None:  # noqa: PLR2004  # HTTP's own number
        return Unknown(f"HTTP {reply.status} to a reading, or no status in it")
    return answer.status


def read_asked_intent(reply: HttpReply, order: ChargeOrder, way: Way, environment: Environment) -> Outcome:
    """Read the answer to a reading of a whole intent; an error proves nothing, not even a 404."""
    intent = decoded(reply.body, IntentAnswer)
    if reply.status != 200 or intent is None:  # noqa: PLR2004  # HTTP's own number
        return Unknown(f"HTTP {reply.status} to a reading, or no intent in it")
    return read_intent(intent, order, way, environment)


def read_intent(intent: IntentAnswer, order: ChargeOrder, way: Way, environment: Environment) -> Outcome:
    """
    Say what an intent makes of its charge.

    All attempts on an intent are ours: a paid one counts first, a running one next, then the last that failed.
    """
    if intent.mode not in {None, environment.value}:
        return Unknown(f"the intent is in {intent.mode}", Mismatch.MODE)
    if intent.purchase_reference not in {None, order.attempt_id}:
        return Unknown("the intent has another reference than ours", Mismatch.REFERENCE)
    payments = intent.payments or ()
    if not payments:
        return _without_payment(intent, order, way)
    payment = _standing(payments)
    if payment.status in SUCCEEDED:
        return _paid(intent, payment, order, way)
    if payment.status == FAILED:
        return _failed(intent, payment, order, way)
    if payment.status in LIVE:
        return _running(intent, payment, order, way)
    return Unknown(f"payment status {payment.status!r}")


def working(order: ChargeOrder, way: Way, payment_id: str) -> Outcome:
    """Say what a payment under way asks of its customer: a prompt on the phone waits as long as nothing ended it."""
    details: Details = {PAYMENT_ID: payment_id}
    if way.approach is Approach.PUSH:
        return ActionRequired(_push(way), order.reference, details, CUSTOMER_S)
    return Accepted(order.reference, details, POLL_S)


def code_wanted(order: ChargeOrder, way: Way, *, again: bool = False) -> ActionRequired:
    """Ask for a one-time code that the customer makes before an attempt."""
    dial = way.operator.otp_code_for(order.money)
    how = "" if dial is None else f" Dial {dial} to get it."
    wrong = "The code was not accepted. " if again else ""
    message = f"{wrong}Give the one-time code of {way.operator.label}.{how}"
    return ActionRequired(Otp(message, dial), order.reference, {CODE_FOR: TO_START}, CUSTOMER_S)


def read_check(reply: HttpReply) -> CredentialCheck:
    """Read the balance as an answer to whether the credentials hold."""
    if reply.status in {401, 403}:
        return CredentialsRefused(
            "Hub2 does not take them: check the API key, the merchant id, that the key is of this environment, and "
            "that it may read the balance."
        )
    if reply.status == 200 and decoded(reply.body, BalanceAnswer) is not None:  # noqa: PLR2004  # HTTP's own number
        return CredentialsAccepted()
    return CredentialsUnproven(f"Hub2 answered HTTP {reply.status} and no balance.")


def _standing(payments: tuple[PaymentAnswer, ...]) -> PaymentAnswer:
    for payment in payments:
        if payment.status in SUCCEEDED:
            return payment
    running = [payment for payment in payments if payment.status != FAILED]
    return (running or payments)[-1]


def _without_payment(intent: IntentAnswer, order: ChargeOrder, way: Way) -> Outcome:
    if intent.status == "payment_required":
        return code_wanted(order, way) if way.approach is Approach.CODE_FIRST else Absent()
    if intent.status == "expired":
        return Expired(intent.id)
    if intent.status == "cancelled":
        return Cancelled(intent.id)
    if intent.status in LIVE:
        return Accepted(intent.id, {}, POLL_S)
    return Unknown(f"intent status {intent.status!r} without a payment")


def _paid(intent: IntentAnswer, payment: PaymentAnswer, order: ChargeOrder, way: Way) -> Outcome:
    """Compare what was collected; it may be more than ours by the country's rounding, which is the payer's fee."""
    amount = intent.amount if payment.amount is None else payment.amount
    code = payment.currency or intent.currency
    try:
        if amount is None or code is None:
            return Unknown("paid, and no amount in it")
        collected = from_units(amount, currency(code), digits=DIGITS)
        rounded = collected.currency == order.money.currency and order.money <= collected
        if rounded and collected <= rounded_up(order.money, way.operator):
            return Paid(order.money, intent.id, _kept(payment, collected, order.money))
    except DomainError as wrong:
        return Unknown(f"paid, and {wrong.code}")
    # Another amount: the rules of every charge turn it into a matter for a person.
    return Paid(collected, intent.id, {PAYMENT_ID: payment.id})


def _kept(payment: PaymentAnswer, collected: Money, ordered: Money) -> Details:
    if collected == ordered:
        return {PAYMENT_ID: payment.id}
    return {PAYMENT_ID: payment.id, "collected_minor": str(collected.minor)}


def _failed(intent: IntentAnswer, payment: PaymentAnswer, order: ChargeOrder, way: Way) -> Outcome:
    cause = payment.failure
    code = None if cause is None else cause.code
    another = intent.status == "payment_required" and len(intent.payments or ()) < CODES_AT_MOST
    if code == "authentication_failed" and way.approach is Approach.CODE_FIRST and another:
        return code_wanted(order, way, again=True)
    message = "" if cause is None else cause.message or ""
    return failed(PAYMENT_FAILURES, code, message, intent.id)


def _running(intent: IntentAnswer, payment: PaymentAnswer, order: ChargeOrder, way: Way) -> Outcome:
    action = payment.next_action or intent.next_action
    if action is None:
        # It is filled in later; who was told to act and not how is asked about again.
        return working(order, way, payment.id)
    return _asked_of_customer(action, order, way, payment.id)


def _asked_of_customer(action: Action, order: ChargeOrder, way: Way, payment_id: str) -> Outcome:
    details = {PAYMENT_ID: payment_id}
    if action.type == "otp":
        message = action.message or f"Give the one-time code that {way.operator.label} has sent."
        return ActionRequired(Otp(message), order.reference, {**details, CODE_FOR: TO_GO_ON}, CUSTOMER_S)
    if action.type == "redirection":
        url = (None if action.data is None else action.data.url) or action.url
        method = None if action.data is None else action.data.method
        if url is not None and url.startswith(("https://", "http://")) and (method or "GET").upper() == "GET":
            return ActionRequired(Redirect(url), order.reference, {**details, SHOWN: "yes"}, CUSTOMER_S)
        return Unknown("a redirection without a page to open")
    return Unknown(f"next action {action.type!r}")


def _push(way: Way) -> UssdPush:
    dial = way.operator.push_code
    by_hand = "" if dial is None else f" If no prompt appears, dial {dial}."
    return UssdPush(f"Approve the payment on your {way.operator.label} phone.{by_hand}", dial)
