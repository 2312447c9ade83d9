"""Every call that we make to PayPal, built from an order of ours and nothing else."""

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5

import msgspec

from zerofee.adapters.http.exchange import HttpCall
from zerofee.adapters.providers.paypal.capabilities import CAPABILITIES, digits
from zerofee.adapters.providers.paypal.credentials import Credentials
from zerofee.domain.money import Money, to_major
from zerofee.domain.ports.provider import ChargeOrder, OperationOrder, RefundOrder
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode

API_HOSTS: Final[Mapping[Environment, str]] = {
    Environment.LIVE: "https://api-m.paypal.com",
    Environment.SANDBOX: "https://api-m.sandbox.paypal.com",
}
PAYER_HOSTS: Final[Mapping[Environment, str]] = {
    Environment.LIVE: "https://www.paypal.com",
    Environment.SANDBOX: "https://www.sandbox.paypal.com",
}
_DESCRIPTION_LENGTH: Final = 127
# Keys and tokens are small and quick to get; a webhook's sender waits for them.
_SHORT_S: Final = 5
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


def request_id(provider_key: str, step: str) -> str:
    """
    Name one step of one attempt for `PayPal-Request-Id`: the same for each resend, another for each step.

    PayPal compares no bodies: one id for two steps would give back the first one's object in silence.
    """
    return str(uuid5(NAMESPACE_URL, f"zerofee:paypal:{provider_key}:{step}"))


def token_call(api: str, credentials: Credentials) -> HttpCall:
    """Ask for an access token; this moves nothing, and is how credentials are checked."""
    pair = f"{credentials.client_id}:{credentials.client_secret.reveal()}".encode()
    return HttpCall(
        method="POST",
        url=f"{api}/v1/oauth2/token",
        headers={
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
        body=urlencode({"grant_type": "client_credentials"}).encode(),
    )


def bearing(call: HttpCall, token: Secret) -> HttpCall:
    """Add the access token; everything else of the call stays, its request id above all."""
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token.reveal()}"})


def create_order(api: str, order: ChargeOrder) -> HttpCall:
    """
    Open an order for the payer to approve; it takes no money.

    Raises `AmountNotRepresentable` for an amount that PayPal cannot count.
    """
    unit: dict[str, object] = {
        "reference_id": "default",
        "custom_id": order.attempt_id,
        "amount": _amount(order.money),
    }
    description = _CONTROL.sub(" ", order.description or "").strip()[:_DESCRIPTION_LENGTH]
    if description:
        unit["description"] = description
    experience = {
        "return_url": order.return_url,
        "cancel_url": order.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
    }
    body = {
        "intent": "AUTHORIZE" if order.capture is CaptureMode.MANUAL else "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": experience}},
    }
    return _post(f"{api}/v2/checkout/orders", request_id(order.provider_key, "create"), body)


def take_order(api: str, order: ChargeOrder, reference: str, tries: int) -> HttpCall:
    """Capture an approved order, or authorise it when the payment is captured later; `tries` were declined before."""
    verb = "authorize" if order.capture is CaptureMode.MANUAL else "capture"
    return _post(f"{_order_url(api, reference)}/{verb}", request_id(order.provider_key, f"{verb}:{tries}"), {})


def capture_authorization(api: str, order: OperationOrder, authorization_id: str) -> HttpCall:
    """Take `order.money` of what is held; the rest is let go, as a payment is captured once."""
    body = {"amount": _amount(order.money), "final_capture": True}
    url = f"{api}/v2/payments/authorizations/{_quoted(authorization_id)}/capture"
    return _post(url, request_id(order.provider_key, "capture"), body)


def void_authorization(api: str, authorization_id: str) -> HttpCall:
    """Let go what is held; PayPal takes no request id here, and a second void is told that it was voided before."""
    return _post(f"{api}/v2/payments/authorizations/{_quoted(authorization_id)}/void", None, {})


def refund_capture(api: str, order: RefundOrder, capture_id: str) -> HttpCall:
    """
    Give `order.money` back.

    The amount is always said: an empty body would give back all that is left, which may no longer be what we mean.
    """
    body = {"amount": _amount(order.money), "custom_id": order.attempt_id}
    url = f"{api}/v2/payments/captures/{_quoted(capture_id)}/refund"
    return _post(url, request_id(order.provider_key, "refund"), body)


def show_order(api: str, reference: str) -> HttpCall:
    """Read an order with its captures, authorisations and refunds."""
    return _get(_order_url(api, reference))


def show_capture(api: str, capture_id: str) -> HttpCall:
    """Read one capture."""
    return _get(f"{api}/v2/payments/captures/{_quoted(capture_id)}")


def show_refund(api: str, refund_id: str) -> HttpCall:
    """Read one refund."""
    return _get(f"{api}/v2/payments/refunds/{_quoted(refund_id)}")


def verify_signature(api: str, webhook_id: str, headers: Mapping[str, str], body: bytes) -> HttpCall:
    """
    Ask PayPal whether it sent a webhook.

    The event goes in byte for byte: PayPal signs bytes, and a round trip through JSON would change some.
    """
    told = {
        "auth_algo": headers["paypal-auth-algo"],
        "cert_url": headers["paypal-cert-url"],
        "transmission_id": headers["paypal-transmission-id"],
        "transmission_sig": headers["paypal-transmission-sig"],
        "transmission_time": headers["paypal-transmission-time"],
        "webhook_id": webhook_id,
    }
    opened = msgspec.json.encode(told).removesuffix(b"}")
    return HttpCall(
        method="POST",
        url=f"{api}/v1/notifications/verify-webhook-signature",
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        body=opened + b',"webhook_event":' + body + b"}",
        timeout_s=_SHORT_S,
    )


def fetch_certificate(url: str) -> HttpCall:
    """Fetch a certificate; whoever calls has checked that the URL is PayPal's."""
    return HttpCall(method="GET", url=url, timeout_s=_SHORT_S)


def payer_url(payer: str, reference: str) -> str:
    """Say where the payer approves an order, for answers that bring no link."""
    return f"{payer}/checkoutnow?token={_quoted(reference)}"


def _post(url: str, identity: str | None, body: Mapping[str, object]) -> HttpCall:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Prefer": "return=representation"}
    if identity is not None:
        headers["PayPal-Request-Id"] = identity
    return HttpCall(
        method="POST",
        url=url,
        headers=headers,
        body=msgspec.json.encode(body),
        timeout_s=CAPABILITIES.call_timeout_s,
    )


def _get(url: str) -> HttpCall:
    return HttpCall(method="GET", url=url, headers={"Accept": "application/json"})


def _order_url(api: str, reference: str) -> str:
    return f"{api}/v2/checkout/orders/{_quoted(reference)}"


def _amount(money: Money) -> dict[str, str]:
    return {"currency_code": money.currency, "value": to_major(money, digits=digits(money.currency))}


def _quoted(text: str) -> str:
    return quote(text, safe="")
