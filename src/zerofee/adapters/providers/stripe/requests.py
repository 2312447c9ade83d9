"""What we ask of Stripe, as calls that are byte for byte the same each time the same order is sent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from zerofee.adapters.http.exchange import HttpCall
from zerofee.adapters.providers.stripe.capabilities import DIGITS, STEPS
from zerofee.adapters.providers.stripe.credentials import Account
from zerofee.domain.money import AmountNotRepresentable, Money, to_units
from zerofee.domain.ports.provider import ChargeOrder, OperationOrder, RefundOrder
from zerofee.domain.sweeping import Span
from zerofee.domain.wish import CaptureMode

# Every field and status in this folder is of this version; without the header each account has its own.
API_VERSION: Final = "2026-10-28.endive"
ATTEMPT: Final = "zerofee_attempt_id"
PAYMENT: Final = "zerofee_payment_id"
REFUND: Final = "zerofee_refund_id"

# Stripe takes 30 minutes to 24 hours. Clocks differ, so we stay a minute clear of the one and five of the other.
_SHORTEST: Final = timedelta(minutes=31)
_LONGEST: Final = timedelta(hours=23, minutes=55)
# Where a lost session is looked for: made no earlier than our clock's error, no later than Stripe may still be at it.
_BEFORE: Final = timedelta(minutes=5)
_AFTER: Final = timedelta(minutes=15)
_PAGE: Final = 100
# A session comes with its intent and its charge, in every reply, so that there is one way to read it.
_WHOLE: Final = "payment_intent.latest_charge"
_NAME_LENGTH: Final = 250
_DESCRIPTION_LENGTH: Final = 1000
# `fraudulent` also puts the payer on the merchant's block list, which is not ours to do.
_REFUND_REASONS: Final = frozenset({"duplicate", "requested_by_customer"})

Form = Mapping[str, object]


def create_session(account: Account, order: ChargeOrder) -> HttpCall:
    """
    Ask for a hosted page on which the customer pays `order.money` by card.

    Raises `AmountNotRepresentable` for an amount that Stripe does not take as it is.

    Source: docs.stripe.com, "Create a Checkout Session"; docs/providers/stripe.md, "Create".
    """
    ours = {ATTEMPT: order.attempt_id, PAYMENT: order.payment_id}
    email = None if order.customer is None else order.customer.email
    form = {
        "mode": "payment",
        "client_reference_id": order.attempt_id,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.money.currency.lower(),
                    "unit_amount": units(order.money),
                    "product_data": {"name": _product_name(order)},
                },
            }
        ],
        "success_url": order.return_url,
        "cancel_url": order.cancel_url,
        "customer_email": email if email is not None and email.isascii() else None,
        "expires_at": _expires_at(order),
        "allowed_payment_method_types": ["card"],
        # On, the payer may pay another amount in another currency than the one we asked for.
        "adaptive_pricing": {"enabled": False},
        "metadata": ours,
        "payment_intent_data": {
            "capture_method": "manual" if order.capture is CaptureMode.MANUAL else None,
            "description": (order.description or "").strip()[:_DESCRIPTION_LENGTH] or None,
            # A session's metadata stays on the session: what the intent and its events shall carry is said again.
            "metadata": ours,
        },
        "expand": [_WHOLE],
    }
    return _post(account, "/v1/checkout/sessions", form, f"{order.provider_key}:create")


def read_session(account: Account, session_id: str) -> HttpCall:
    """Read a session with its intent and its charge, in one go."""
    return _get(account, f"/v1/checkout/sessions/{_part(session_id)}", {"expand": [_WHOLE]})


def list_sessions(account: Account, sent_at: datetime, after: str | None = None) -> HttpCall:
    """List the sessions made about the time of an order, a page at a time, the newest first."""
    return list_sessions_of(account, Span(sent_at - _BEFORE, sent_at + _AFTER), after)


def list_sessions_of(account: Account, span: Span, after: str | None = None) -> HttpCall:
    """List the sessions made in a span of time, a page at a time, the newest first."""
    created = {"gte": _unix(span.begins_at), "lte": _unix(span.ends_at)}
    expand = [f"data.{_WHOLE}"]
    query = {"created": created, "limit": _PAGE, "starting_after": after, "expand": expand}
    return _get(account, "/v1/checkout/sessions", query)


def expire_session(account: Account, order: OperationOrder, session_id: str) -> HttpCall:
    """Close a session that nobody has paid yet; its intent cannot be cancelled while it is open."""
    path = f"/v1/checkout/sessions/{_part(session_id)}/expire"
    return _post(account, path, {"expand": [_WHOLE]}, f"{order.provider_key}:expire")


def cancel_intent(account: Account, order: OperationOrder, intent_id: str) -> HttpCall:
    """Let go of what is held."""
    form = {"cancellation_reason": "requested_by_customer"}
    return _post(account, f"/v1/payment_intents/{_part(intent_id)}/cancel", form, f"{order.provider_key}:cancel")


def capture_intent(account: Account, order: OperationOrder, intent_id: str) -> HttpCall:
    """Take `order.money` of what is held; the rest is let go. Raises `AmountNotRepresentable`."""
    form = {"amount_to_capture": units(order.money)}
    return _post(account, f"/v1/payment_intents/{_part(intent_id)}/capture", form, f"{order.provider_key}:capture")


def create_refund(account: Account, order: RefundOrder, intent_id: str) -> HttpCall:
    """Give `order.money` back. Raises `AmountNotRepresentable`."""
    form = {
        "payment_intent": intent_id,
        "amount": units(order.money),
        "reason": order.reason if order.reason in _REFUND_REASONS else None,
        "metadata": {ATTEMPT: order.attempt_id, PAYMENT: order.charge.payment_id, REFUND: order.refund_id},
    }
    return _post(account, "/v1/refunds", form, f"{order.provider_key}:refund")


def read_refund(account: Account, refund_id: str) -> HttpCall:
    """Read one refund."""
    return _get(account, f"/v1/refunds/{_part(refund_id)}", {})


def list_refunds(account: Account, intent_id: str, after: str | None = None) -> HttpCall:
    """List the refunds of one intent, a page at a time, the newest first."""
    return _get(account, "/v1/refunds", {"payment_intent": intent_id, "limit": _PAGE, "starting_after": after})


def read_balance(account: Account) -> HttpCall:
    """Read the balance: the one thing that shows whether a key holds, restricted ones included."""
    return _get(account, "/v1/balance", {})


def units(money: Money) -> int:
    """
    Count an amount as Stripe does.

    Raises `AmountNotRepresentable` when it is finer than what Stripe takes of this currency.
    """
    digits, step = DIGITS[money.currency], STEPS.get(money.currency, 1)
    counted = to_units(money, digits=digits)
    if counted % step:
        coarser = digits - (len(str(step)) - 1)
        raise AmountNotRepresentable(money.currency, digits, coarser)
    return counted


def encode(form: Form) -> str:
    """
    Write nested names as Stripe reads them: `a[b][0][c]=v`. What is `None` is left out.

    An empty text would unset a field, so no caller gives one.

    Source: docs/providers/stripe.md, "Base facts".
    """
    return urlencode(list(_pairs(form)), quote_via=quote, safe="[]")


def _pairs(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case None:
            return
        case Mapping():
            for key, inner in value.items():
                yield from _pairs(inner, f"{name}[{key}]" if name else str(key))
        case str():
            yield name, value
        case bool():
            yield name, "true" if value else "false"
        case Sequence():
            for index, inner in enumerate(value):
                yield from _pairs(inner, f"{name}[{index}]")
        case _:
            yield name, str(value)


def _post(account: Account, path: str, form: Form, key: str) -> HttpCall:
    headers = {**_headers(account), "content-type": "application/x-www-form-urlencoded", "idempotency-key": key}
    return HttpCall(method="POST", url=account.url + path, headers=headers, body=encode(form).encode())


def _get(account: Account, path: str, query: Form) -> HttpCall:
    text = encode(query)
    url = f"{account.url}{path}?{text}" if text else account.url + path
    return HttpCall(method="GET", url=url, headers=_headers(account))


def _headers(account: Account) -> dict[str, str]:
    return {
        "accept": "application/json",
        "authorization": f"Bearer {account.secret_key.reveal()}",
        "stripe-version": API_VERSION,
    }


def _expires_at(order: ChargeOrder) -> int | None:
    """Follow the order, inside Stripe's bounds, and never the clock: a resend must have the same bytes."""
    if order.expires_at is None:
        return None
    wanted = max(order.expires_at, order.sent_at + _SHORTEST)
    return _unix(min(wanted, order.sent_at + _LONGEST))


def _product_name(order: ChargeOrder) -> str:
    words = (order.description or "").strip() or (order.merchant_reference or "").strip()
    return words[:_NAME_LENGTH] or f"Payment {order.payment_id}"


def _unix(at: datetime) -> int:
    return int(at.timestamp())


def _part(id: str) -> str:
    return quote(id, safe="")
