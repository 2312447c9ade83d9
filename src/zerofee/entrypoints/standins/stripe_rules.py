"""What Stripe's stand-in takes, and what it says to the rest."""

from typing import Final

from zerofee.adapters.providers.stripe.capabilities import STEPS
from zerofee.adapters.providers.stripe.objects import money
from zerofee.domain.errors import DomainError
from zerofee.domain.money import Money
from zerofee.entrypoints.standins.stripe_form import NewSession, StripeError
from zerofee.entrypoints.standins.stripe_objects import Intent

# Source: docs.stripe.com, "Create a Checkout Session", "Minimum and maximum charge amounts". The real minimum counts in
# the currency of the payout; this one is the same number in every currency.
_SHORTEST_S: Final = 30 * 60
_LONGEST_S: Final = 24 * 60 * 60
_LEAST: Final = 50
_MOST: Final = 99_999_999


def check_session(order: NewSession, amount: int, currency: str, now: int) -> int:
    """Hold a new session against what Stripe takes, and say when it ends."""
    if any(item.price_data.currency != currency for item in order.line_items):
        raise StripeError(400, "All line items must have the same currency.", param="line_items", kept=False)
    counted(amount, currency)
    email = order.customer_email
    if email is not None and "@" not in email:
        raise StripeError(400, f"Invalid email address: {email}", "email_invalid", param="customer_email", kept=False)
    if "card" not in order.allowed_payment_method_types:
        raise StripeError(400, "This account takes cards only.", param="allowed_payment_method_types", kept=False)
    if amount < _LEAST:
        raise StripeError(400, "The session's total must be worth at least 50 cents.", "amount_too_small", kept=False)
    if amount > _MOST:
        raise StripeError(400, f"The session's total is at most {_MOST}.", "amount_too_large", kept=False)
    expires_at = now + _LONGEST_S if order.expires_at is None else order.expires_at
    if not _SHORTEST_S <= expires_at - now <= _LONGEST_S:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        raise StripeError(400, message, param="expires_at", kept=False)
    return expires_at


def counted(amount: int, currency: str) -> Money:
    """Count an amount as we do, for the book; Stripe knows its currencies in lower case only."""
    try:
        read = money(amount, currency)
    except DomainError as error:
        raise StripeError(400, f"Invalid currency: {currency}.", param="currency", kept=False) from error
    if currency != currency.lower() or amount % STEPS.get(read.currency, 1):
        raise StripeError(400, f"Invalid amount of {currency}.", "parameter_invalid_integer", kept=False)
    return read


def missing(kind: str, object_id: str, param: str) -> StripeError:
    """Say that there is no such object in this mode."""
    return StripeError(404, f"No such {kind}: '{object_id}'", "resource_missing", param=param)


def unexpected(intent: Intent, wish: str) -> StripeError:
    """Say that an intent has moved on."""
    message = f"This PaymentIntent could not be {wish} because it has a status of {intent.status}."
    return StripeError(400, message, "payment_intent_unexpected_state")
