"""What is ordered, written as Hub2 reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from zerofee.adapters.http.exchange import HttpCall
from zerofee.adapters.providers.hub2.credentials import Hub2Credentials
from zerofee.adapters.providers.hub2.operators import Approach, Operator
from zerofee.adapters.providers.hub2.settings import Settings, Way, msisdn, provider_value
from zerofee.domain.money import Money, to_units
from zerofee.domain.ports.provider import ChargeOrder, PayoutOrder
from zerofee.domain.scope import Environment

HOST: Final = "https://api.hub2.io"
# What the intent's answer gave and the attempt needs. The store seals details whose name begins so.
TOKEN: Final = "secret_token"  # noqa: S105  # the name of it, not a token
# Of the three currencies none has a minor unit, here or at Hub2: 100 is 100 francs.
DIGITS: Final = 0
# How far around its sending a lost transfer is looked for.
_BEFORE: Final = timedelta(minutes=5)
_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whom Hub2 hears: the merchant in one environment, at one address, with the connection's settings."""

    base_url: str
    environment: Environment
    credentials: Hub2Credentials
    settings: Settings


def create_intent(account: Account, order: ChargeOrder) -> HttpCall:
    """
    Open an intent; no money moves without an attempt on it.

    The references may hold letters, digits and `-_.` alone, which our ids do and a merchant's own need not.

    Source: Hub2 API reference, "Create a payment intent object".
    """
    return _post(
        account,
        "/payment-intents",
        {
            "customerReference": order.payment_id,
            "purchaseReference": order.attempt_id,
            "amount": to_units(order.money, digits=DIGITS),
            "currency": order.money.currency,
        },
    )


def attempt(account: Account, order: ChargeOrder, phone: str, way: Way, code: str | None = None) -> HttpCall:
    """
    Try the order's intent once; `code` is a one-time code that the customer has made beforehand.

    Raises `BadSetting`. Source: Hub2 API reference, "Attempt a payment"; guide "Payments authentication".
    """
    body = {
        "token": order.details[TOKEN],
        "paymentMethod": "mobile_money",
        "country": way.operator.country,
        "provider": provider_value(way.operator, account.settings),
        "mobileMoney": {
            "msisdn": msisdn(phone, way.operator, account.environment, account.settings),
            **_agreement(order, way, code),
        },
    }
    return _post(account, f"/payment-intents/{_id(order)}/payments", body)


def authenticate(account: Account, order: ChargeOrder, code: str) -> HttpCall:
    """
    Hand over the code that a running payment asks for.

    Source: Hub2 API reference, "Authenticate the current payment"; the token in the body is inferred.
    """
    body = {"token": order.details[TOKEN], "confirmationCode": code}
    return _post(account, f"/payment-intents/{_id(order)}/authentication", body)


def read_intent(account: Account, intent_id: str) -> HttpCall:
    """Read a whole intent; Hub2 allows it once in five seconds."""
    return _get(account, f"/payment-intents/{quote(intent_id, safe='')}")


def read_payment_status(account: Account, payment_id: str) -> HttpCall:
    """Read the status of a payment alone; Hub2 allows five in five seconds."""
    return _get(account, f"/payments/{quote(payment_id, safe='')}/status")


def create_transfer(account: Account, order: PayoutOrder, operator: Operator) -> HttpCall:
    """
    Send money out of the transfer account.

    Source: Hub2 API reference, "Create transfer"; which fields are required is not settled, so all usual ones go.
    """
    body = {
        "reference": order.attempt_id,
        "amount": to_units(order.money, digits=DIGITS),
        "currency": order.money.currency,
        "description": order.withdrawal_id,
        "destination": {
            "type": "mobile_money",
            "country": operator.country,
            "recipientName": order.name or order.phone,
            "msisdn": order.phone,
            "provider": provider_value(operator, account.settings),
        },
    }
    return _post(account, "/transfers", body)


def read_transfer(account: Account, transfer_id: str) -> HttpCall:
    """Read a whole transfer; Hub2 allows it once in five seconds."""
    return _get(account, f"/transfers/{quote(transfer_id, safe='')}")


def read_transfer_status(account: Account, transfer_id: str) -> HttpCall:
    """Read the status of a transfer alone; Hub2 allows five in five seconds."""
    return _get(account, f"/transfers/{quote(transfer_id, safe='')}/status")


def list_transfers(account: Account, order: PayoutOrder) -> HttpCall:
    """List what was sent out around the order's time; Hub2 allows it once in thirty seconds."""
    span = {"from": (order.sent_at - _BEFORE).isoformat(), "to": (order.sent_at + _AFTER).isoformat()}
    return _get(account, f"/transfers?{urlencode(span)}")


def read_balance(account: Account) -> HttpCall:
    """Read the balances: it moves nothing, and tells whether the key holds."""
    query = urlencode({"currency": account.settings.get("balance_currency", "XOF")})
    return _get(account, f"/balance?{query}")


def payout_misfit(operator: Operator, money: Money) -> str | None:
    """Say why an operator cannot be paid so much, or `None` when it can."""
    limits = operator.payout
    if limits is None:
        return f"Hub2 names no payouts to {operator.label} in {operator.country}."
    if money.currency != operator.nation.currency:
        return f"{operator.label} in {operator.country} is paid in {operator.nation.currency}."
    if not limits.least_minor <= money.minor <= limits.most_minor:
        return f"{operator.label} in {operator.country} takes {limits.least_minor} to {limits.most_minor}."
    if money.minor % limits.multiple:
        return f"{operator.label} in {operator.country} takes multiples of {limits.multiple}."
    return None


def _agreement(order: ChargeOrder, way: Way, code: str | None) -> Mapping[str, str]:
    """Write how the payer agrees; only Orange has a choice, and Wave names the way back differently."""
    match way.approach:
        case Approach.PUSH:
            return {}
        case Approach.CODE_FIRST:
            return {"workflow": Approach.CODE_FIRST.value, "otp": code or ""}
        case Approach.REDIRECT if way.operator.value == "wave":
            return {"onSuccessRedirectionUrl": order.return_url, "onFailedRedirectionUrl": order.cancel_url}
        case Approach.REDIRECT:
            return {
                "workflow": Approach.REDIRECT.value,
                "onFinishRedirectionUrl": order.return_url,
                "onCancelRedirectionUrl": order.cancel_url,
            }


def _id(order: ChargeOrder) -> str:
    return quote(order.reference or "", safe="")


def _post(account: Account, path: str, body: Mapping[str, Any]) -> HttpCall:
    return HttpCall(
        method="POST", url=account.base_url + path, headers=_headers(account), body=msgspec.json.encode(body)
    )


def _get(account: Account, path: str) -> HttpCall:
    return HttpCall(method="GET", url=account.base_url + path, headers=_headers(account))


def _headers(account: Account) -> Mapping[str, str]:
    return {
        "ApiKey": account.credentials.api_key.reveal(),
        "MerchantId": account.credentials.merchant_id,
        "Environment": account.environment.value,
        "Content-Type": "application/json",
        "Accept": "application/json",
        "x-use-standardized-error": "true",
    }
