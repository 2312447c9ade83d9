"""What the README promises is run as it stands, against a server as an operator runs it."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.house.tree import ROOT
from tests.integration.test_cli import Shop

PASSWORD = "three hens in a canoe"
STRIPE_KEY = "sk_test_51NotARealKeyButOfItsForm4242"
WEBHOOK_SECRET = "whsec_NotARealSecretButOfItsForm"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Return a folder in which somebody uses the command line."""
    return Shop(tmp_path)


def test_the_first_payment_is_paid_through_a_route_that_a_person_made(shop: Shop) -> None:
    with shop.server("run", "--port", "0") as server:
        url = server.wait_for(r"curl -sS (http://\S+)/v1/payments")
        done = subprocess.run(
            (sys.executable, ROOT / "examples/first_payment.py", url), capture_output=True, text=True, check=False
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert " succeeded, through con_" in done.stdout


def test_no_secret_is_written_down(shop: Shop) -> None:
    """Not in the log, whatever is sent; not in the database, its log of writes, or any other file."""
    shop.settings = {"ZEROFEE_LOG_LEVEL": "debug"}
    with shop.server("run", "--port", "0") as server:
        url = server.wait_for(r"curl -sS (http://\S+)/v1/payments")
        with httpx.Client(base_url=url, trust_env=False) as client:
            secrets = use_secrets(client)
        server.stop()

    written = {path.name: path.read_bytes() for path in shop.folder.iterdir() if path.is_file()}
    assert {"zerofee.db", "said"} <= written.keys()
    for name, content in written.items():
        for what, secret in secrets.items():
            assert secret.encode() not in content, f"{what} is in {name}"


def use_secrets(client: httpx.Client) -> dict[str, str]:
    """Log in, make keys and connections, send some of it wrongly, and return everything that is secret of it."""
    account = {"email": "ama@example.com", "password": PASSWORD}
    client.post("/v1/auth/register", json=account)
    session = client.post("/v1/auth/login", json=account).json()
    client.headers["Authorization"] = f"Bearer {session['access_token']}"
    app = f"/v1/apps/{client.post('/v1/apps', json={'name': 'Shop'}).json()['id']}"
    key = client.post(f"{app}/keys", json={"environment": "sandbox", "name": "k"}).json()["key"]
    stripe = {"provider": "stripe", "environment": "sandbox"}
    credentials = {"secret_key": STRIPE_KEY, "webhook_secret": WEBHOOK_SECRET}
    made = client.post(f"{app}/providers", json=stripe | {"credentials": credentials})
    refused = [
        client.post(f"{app}/providers", json=stripe | {"environment": "live", "credentials": credentials}),
        client.post(f"{app}/providers", json=stripe | {"credentials": credentials | {"other": STRIPE_KEY}}),
        client.post(f"{app}/providers", json=stripe | {"credentials": {"secret_key": [STRIPE_KEY]}}),
        client.post(f"{app}/providers", content=STRIPE_KEY, headers={"Content-Type": "application/json"}),
        client.get(f"/v1/payments?api_key={key}"),
    ]
    shown = [client.get(f"{app}{path}") for path in ("/providers", "/keys", "/audit?limit=100", "")]

    assert made.status_code == 201, made.text
    assert {answer.status_code for answer in refused} <= {400, 401, 403, 422}
    assert all(answer.is_success for answer in shown)
    secrets = {
        "the password": PASSWORD,
        "the access token": session["access_token"],
        "the refresh token": session["refresh_token"],
        "the API key": key,
        "the provider's key": STRIPE_KEY,
        "the webhook's secret": WEBHOOK_SECRET,
    }
    for answer in (made, *refused, *shown):
        assert not any(secret in answer.text for secret in secrets.values()), answer.text
    return secrets
