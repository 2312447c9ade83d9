"""What is ordered, written as calls of pawaPay's second API."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import msgspec

from zerofee.adapters.http.exchange import HttpCall
from zerofee.adapters.providers.pawapay.operators import ISO3, Auth
from zerofee.domain.money import Money, to_major
from zerofee.domain.outcome import Details
from zerofee.domain.ports.provider import ChargeOrder, PayoutOrder, RefundOrder
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment

HOSTS: Final[Mapping[Environment, str]] = {
    Environment.SANDBOX: "https://api.sandbox.pawapay.io",
    Environment.LIVE: "https://api.pawapay.io",
}
DEPOSITS: Final = "deposits"
PAYOUTS: Final = "payouts"
REFUNDS: Final = "refunds"
# What only looks something up must leave time for the call that it prepares.
_LOOK_UP_S: Final = 5
_MESSAGE_LENGTH: Final = range(4, 23)
_NOT_PLAIN: Final = re.compile(r"[^a-zA-Z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where an account is reached, and the token that opens it."""

    base_url: str
    token: Secret

    def get(self, path: str, *, timeout_s: int | None = None) -> HttpCall:
        """Write a call that only reads."""
        return HttpCall(method="GET", url=self.base_url + path, headers=self._headers(), timeout_s=timeout_s)

    def post(self, path: str, body: Mapping[str, object], *, timeout_s: int | None = None) -> HttpCall:
        """Write a call with a body, the same bytes for the same values each time."""
        headers = {**self._headers(), "Content-Type": "application/json"}
        content = msgspec.json.encode(body)
        return HttpCall(method="POST", url=self.base_url + path, headers=headers, body=content, timeout_s=timeout_s)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token.reveal()}", "Accept": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    How a charge is made, decided once and kept with the attempt before anything is ordered.

    `amount` is in pawaPay's form. `provider` is pawaPay's code, or `None` for its own page, where the customer
    chooses; `page_url` is that page, once there is one. `message` and `ussd_code` are what the customer reads while
    the operator waits.
    """

    amount: str
    provider: str | None = None
    phone: str | None = None
    auth: Auth | None = None
    message: str | None = None
    ussd_code: str | None = None
    page_url: str | None = None

    def to_details(self) -> Details:
        """Write the plan as what is kept with an attempt."""
        found = {
            "flow": "page" if self.provider is None else "deposit",
            "amount": self.amount,
            "provider": self.provider,
            "phone": self.phone,
            "auth": self.auth,
            "message": self.message,
            "ussd_code": self.ussd_code,
            "page_url": self.page_url,
        }
        return {name: str(value) for name, value in found.items() if value is not None}

    @classmethod
    def of(cls, details: Details) -> "Plan | None":
        """Read a kept plan; `None` when there is none yet."""
        if "flow" not in details or "amount" not in details:
            return None
        auth = details.get("auth")
        return cls(
            amount=details["amount"],
            provider=details.get("provider") if details["flow"] == "deposit" else None,
            phone=details.get("phone"),
            auth=None if auth is None else Auth(auth),
            message=details.get("message"),
            ussd_code=details.get("ussd_code"),
            page_url=details.get("page_url"),
        )


def amount_text(money: Money, *, digits: int) -> str:
    """
    Write an amount in pawaPay's form: major units, at most `digits` decimals, no zero at their end.

    Raises `AmountNotRepresentable`.

    Source: pawaPay Merchant API v2, "amount": `5` and `10.5`, never `5.00` or `10.50`.
    """
    text = to_major(money, digits=digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def deposit(account: Account, order: ChargeOrder, plan: Plan, code: str | None = None) -> HttpCall:
    """Order a deposit from the payer's own phone; `code` is what a PREAUTH operator's customer was given."""
    body: dict[str, object] = {
        "depositId": order.provider_key,
        "amount": plan.amount,
        "currency": order.money.currency,
        "payer": _party(plan.phone, plan.provider),
        "clientReferenceId": order.payment_id,
    }
    if message := customer_message(order.description):
        body["customerMessage"] = message
    if plan.auth is Auth.REDIRECT:
        body |= {"successfulUrl": order.return_url, "failedUrl": order.cancel_url}
    if code is not None:
        body["preAuthorisationCode"] = code
    return account.post("/v2/deposits", body)


def page(account: Account, order: ChargeOrder, plan: Plan, language: str | None) -> HttpCall:
    """Order a page of pawaPay's on which the customer chooses how to pay exactly this amount."""
    body: dict[str, object] = {
        "depositId": order.provider_key,
        "returnUrl": order.return_url,
        "amountDetails": {"amount": plan.amount, "currency": order.money.currency},
    }
    if order.country is not None and order.country in ISO3:
        body["country"] = ISO3[order.country]
    if plan.phone is not None:
        body["phoneNumber"] = plan.phone
    if message := customer_message(order.description):
        body["customerMessage"] = message
    if language is not None:
        body["language"] = language
    return account.post("/v2/paymentpage", body)


def refund(account: Account, order: RefundOrder, amount: str | None) -> HttpCall:
    """Order a refund of a deposit; `amount` is `None` for all of it."""
    body: dict[str, object] = {"refundId": order.provider_key, "depositId": order.charge.provider_key}
    if amount is not None:
        body |= {"amount": amount, "currency": order.money.currency}
    body["clientReferenceId"] = order.refund_id
    return account.post("/v2/refunds", body)


def payout(account: Account, order: PayoutOrder, plan: Plan) -> HttpCall:
    """Order money out of the account's wallet to a mobile money account."""
    body: dict[str, object] = {
        "payoutId": order.provider_key,
        "amount": plan.amount,
        "currency": order.money.currency,
        "recipient": _party(plan.phone, plan.provider),
        "clientReferenceId": order.withdrawal_id,
    }
    return account.post("/v2/payouts", body)


def status(account: Account, kind: str, key: str) -> HttpCall:
    """Ask what became of a deposit, a payout or a refund, by the id that we gave it."""
    return account.get(f"/v2/{kind}/{quote(key, safe='')}")


def predict(account: Account, phone: str) -> HttpCall:
    """Ask which operator a number seems to belong to."""
    return account.post("/v2/predict-provider", {"phoneNumber": phone}, timeout_s=_LOOK_UP_S)


def active_configuration(account: Account) -> HttpCall:
    """Ask what the account may do; a wrong token is refused here too."""
    return account.get("/v2/active-conf", timeout_s=_LOOK_UP_S)


def public_keys(account: Account) -> HttpCall:
    """Ask for the keys with which pawaPay signs its callbacks."""
    return account.get("/v2/public-key/http", timeout_s=_LOOK_UP_S)


def digits_of(phone: str) -> str:
    """Write a number of E.164 as pawaPay wants it: digits only, the country's code first."""
    return phone.removeprefix("+")


def customer_message(text: str | None) -> str | None:
    """Write what the customer reads on the phone: 4 to 22 plain letters, digits and spaces, or nothing."""
    folded = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode()
    plain = _NOT_PLAIN.sub(" ", folded).strip()[: _MESSAGE_LENGTH.stop - 1].strip()
    return plain if len(plain) in _MESSAGE_LENGTH else None


def _party(phone: str | None, provider: str | None) -> dict[str, object]:
    return {"type": "MMO", "accountDetails": {"phoneNumber": phone, "provider": provider}}
