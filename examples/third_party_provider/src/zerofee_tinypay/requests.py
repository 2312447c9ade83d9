"""What is ordered, written as Tinypay reads it. Pure: nothing is sent here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import msgspec

from zerofee.adapters.http.exchange import HttpCall
from zerofee.domain.ports.provider import ChargeOrder
from zerofee.domain.ports.vault import Secret

HOST: Final = "https://api.tinypay.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whom Tinypay hears, and where it is reached."""

    base_url: str
    api_key: Secret


def create_charge(account: Account, order: ChargeOrder) -> HttpCall:
    """
    Ask for a charge; the same order is the same bytes under the same key, each time.

    Source: tinypay.md, "Charge".
    """
    body = {
        "reference": order.attempt_id,
        "amount": order.money.minor,
        "currency": order.money.currency,
        "return_url": order.return_url,
    }
    return HttpCall(
        method="POST",
        url=f"{account.base_url}/v1/charges",
        headers={**_headers(account), "content-type": "application/json", "idempotency-key": order.provider_key},
        body=msgspec.json.encode(body),
    )


def find_charge(account: Account, order: ChargeOrder) -> HttpCall:
    """Ask for the charge with our own reference: that is known whatever was lost."""
    query = urlencode({"reference": order.attempt_id})
    return HttpCall(method="GET", url=f"{account.base_url}/v1/charges?{query}", headers=_headers(account))


def read_account(account: Account) -> HttpCall:
    """Ask who we are."""
    return HttpCall(method="GET", url=f"{account.base_url}/v1/account", headers=_headers(account))


def _headers(account: Account) -> Mapping[str, str]:
    return {"authorization": f"Bearer {account.api_key.reveal()}", "accept": "application/json"}
