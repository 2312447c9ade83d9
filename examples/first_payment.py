"""
From nothing to a paid payment, over HTTP alone: what a merchant does on the first day.

    make run                              # in another terminal
    python examples/first_payment.py      # or with the server's URL behind it

It needs Python and nothing else. The same steps with curl are in the README.
"""

import json
import secrets
import sys
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"


def main() -> None:
    """Register, log in, make an app, connect it, route, and pay."""
    account = {"email": f"ama-{secrets.token_hex(4)}@example.com", "password": secrets.token_urlsafe(16)}
    call("POST", "/v1/auth/register", account)
    token = call("POST", "/v1/auth/login", account)["access_token"]
    tell("logged in as", account["email"])

    app = call("POST", "/v1/apps", {"name": "My shop"}, token)["id"]
    tell("app", app)

    # The test provider needs no credentials and moves no money. GET /v1/providers tells what the others need.
    order = {"provider": "test", "environment": "sandbox"}
    connection = call("POST", f"/v1/apps/{app}/providers", order, token)["id"]
    checked = call("POST", f"/v1/apps/{app}/providers/{connection}/validate", None, token)
    tell("connection", f"{connection}, valid: {checked['valid']}")

    route = {"environment": "sandbox", "provider_id": connection, "countries": ["CI"], "currencies": ["XOF"]}
    tell("route", call("POST", f"/v1/apps/{app}/routes", route, token)["id"])

    wanted = {"environment": "sandbox", "name": "Backend", "scopes": ["payments", "refunds"]}
    key = call("POST", f"/v1/apps/{app}/keys", wanted, token)["key"]
    tell("secret key, shown this once", key)

    payment = {
        "amount": 10_000,
        "currency": "XOF",
        "payment_method": "PAYIN_ORANGE_CI",
        "customer": {"phone": "+2250700000000"},
        "reference": "order-1",
    }
    # From here on it is the shop's server that speaks. The same key again gives the same answer, and charges nothing.
    once = {"Idempotency-Key": "order-1"}
    paid = call("POST", "/v1/payments", payment, key, once)
    again = call("POST", "/v1/payments", payment, key, once)
    if paid != again or paid["status"] != "succeeded":
        sys.exit(f"this is not what should have come back: {paid} {again}")
    tell("payment", f"{paid['id']} {paid['status']}, through {paid['routing']['candidates'][0]['connection_id']}")


def call(
    method: str, path: str, body: object = None, token: str | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """Ask the server for something; stop with what it says when it refuses."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(URL + path, data, sent, method=method), timeout=30) as answer:  # noqa: S310  your own URL
            found: dict[str, Any] = json.load(answer)
            return found
    except HTTPError as refusal:
        sys.exit(f"{method} {path}: {refusal.code} {refusal.read().decode()}")


def tell(what: str, value: str) -> None:
    """Print one step."""
    print(f"{what + ':':<30}{value}")


if __name__ == "__main__":
    main()
