"""A person at the dashboard: logged in, with an app of their own."""

from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.e2e.shop import Shop

PASSWORD: Final = "three hens in a canoe"
TEST: Final = {"provider": "test", "environment": "sandbox"}
STRIPE_KEY: Final = "sk_test_51NotARealKeyButOfItsForm4242"
STRIPE: Final = {"provider": "stripe", "environment": "sandbox", "credentials": {"secret_key": STRIPE_KEY}}


@dataclass
class Merchant:
    """What a test does in a person's name; paths are below the person's first app."""

    shop: Shop
    email: str
    token: str
    user_id: str
    app_id: str = field(default="")

    @property
    def path(self) -> str:
        """Give the address of the app."""
        return f"/v1/apps/{self.app_id}"

    async def ask(self, method: str, path: str, body: object = None, **query: str) -> httpx.Response:
        """Ask for something below the app."""
        return await self.at(method, self.path + path, body, **query)

    async def at(self, method: str, path: str, body: object = None, **query: str) -> httpx.Response:
        """Ask for something anywhere."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.shop.http.request(method, path, headers=headers, json=body, params=query)

    async def made(self, path: str, body: object) -> dict[str, Any]:
        """Make something below the app."""
        return done(await self.ask("POST", path, body), 201)

    async def connected(self, order: object = None) -> str:
        """Connect the app to a provider, the test provider if none is named."""
        return str((await self.made("/providers", order or TEST))["id"])

    async def listed(self, path: str, **query: str) -> list[dict[str, Any]]:
        """List what is below the app."""
        return list(done(await self.ask("GET", path, **query))["data"])

    async def log_in(self) -> None:
        """Log in anew."""
        answer = done(await self.shop.http.post("/v1/auth/login", json={"email": self.email, "password": PASSWORD}))
        self.token = answer["access_token"]


def done(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """Give the body of an answer that is as it should be."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, status: int = 422) -> str:
    """Give the field that a refusal names, or its code if it names none."""
    assert answer.status_code == status, answer.text
    problem = answer.json()
    errors = problem.get("errors") or [{"field": problem["code"]}]
    return str(errors[0]["field"])


async def a_merchant(shop: Shop, email: str = "ama@example.com") -> Merchant:
    """Register, log in, and make an app."""
    account = {"email": email, "password": PASSWORD}
    done(await shop.http.post("/v1/auth/register", json=account), 201)
    session = done(await shop.http.post("/v1/auth/login", json=account))
    merchant = Merchant(shop, email, session["access_token"], session["user"]["id"])
    merchant.app_id = done(await merchant.at("POST", "/v1/apps", {"name": "My shop"}), 201)["id"]
    return merchant
