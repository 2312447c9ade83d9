import logging

import pytest

from tests.providers.stripe.samples import KEY, ORDER, SIGNING, Line, a_session, an_opening, answer, error, stripe
from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.adapters.provider_kind import CredentialsInvalid
from zerofee.adapters.providers.stripe import requests
from zerofee.adapters.providers.stripe.adapter import PROVIDER
from zerofee.adapters.providers.stripe.credentials import account
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment

LIVE_KEY = "rk_live_51H8xExampleExample4242"


def given(key: str, signing: str = "") -> dict[str, Secret]:
    return {"secret_key": Secret(key), "webhook_secret": Secret(signing)}


@pytest.mark.parametrize(
    ("key", "environment"),
    [
        (KEY, Environment.SANDBOX),
        ("rk_test_51H8xExample", Environment.SANDBOX),
        ("sk_live_51H8xExample", Environment.LIVE),
        (LIVE_KEY, Environment.LIVE),
        (f"  {KEY}\n", Environment.SANDBOX),
    ],
)
def test_opens_with_a_key_of_its_environment(key: str, environment: Environment) -> None:
    opened = account(an_opening(Line(), credentials=given(key), environment=environment))

    assert opened.live is (environment is Environment.LIVE)
    assert opened.secret_key.reveal() == key.strip()


@pytest.mark.parametrize(
    ("key", "environment"),
    [(LIVE_KEY, Environment.SANDBOX), (KEY, Environment.LIVE), ("rk_test_51H8xExample", Environment.LIVE)],
)
def test_refuses_a_key_of_the_other_mode(key: str, environment: Environment) -> None:
    with pytest.raises(CredentialsInvalid, match=f"A {environment} connection needs") as refusal:
        PROVIDER.open(an_opening(Line(), credentials=given(key), environment=environment))

    assert refusal.value.field == "secret_key"
    assert key not in str(refusal.value)


@pytest.mark.parametrize(
    ("credentials", "field", "why"),
    [
        ({}, "secret_key", "Give the account's secret key"),
        (given(""), "secret_key", "Give the account's secret key"),
        (given("pk_test_51H8xExample"), "secret_key", "publishable"),
        (given("pk_live_51H8xExample"), "secret_key", "publishable"),
        (given("whsec_51H8xExample"), "secret_key", "has the form"),
        (given("sk_test_"), "secret_key", "has the form"),
        (given("sk_test_51H8x Example"), "secret_key", "has the form"),
        (given("sk_test_51H8xExample\nX-Evil: 1"), "secret_key", "has the form"),
        (given(KEY, "not a secret"), "webhook_secret", "whsec_"),
        ({**given(KEY), "api_key": Secret("x")}, "api_key", "nothing else"),
    ],
)
def test_refuses_what_cannot_be_credentials(credentials: dict[str, Secret], field: str, why: str) -> None:
    with pytest.raises(CredentialsInvalid, match=why) as refusal:
        PROVIDER.hints(credentials)

    assert refusal.value.field == field


def test_hints_tell_kind_and_end_only() -> None:
    assert PROVIDER.hints(given(KEY, f"{SIGNING} whsec_another_one_1234")) == {
        "secret_key": "sk_test_…p7dc",
        "webhook_secret": "whsec_…4c61 whsec_…1234",
    }
    assert PROVIDER.hints(given(LIVE_KEY)) == {"secret_key": "rk_live_…4242"}


@pytest.mark.parametrize(
    "reply", [answer(a_session()), error(401), HttpReply(status=200, body=KEY.encode()), Silence("cut")]
)
async def test_shows_no_secret(reply: HttpReply | Silence, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in what it holds, nor in what it sends, answers or logs."""
    caplog.set_level(logging.DEBUG)
    provider, line = stripe(reply, published=False)

    outcome = await provider.charge(ORDER)

    shown = f"{provider!r} {line.calls!r} {outcome!r} {requests.read_balance(provider.account)!r} {caplog.text}"
    assert KEY not in shown
    assert SIGNING not in shown
    assert f"Bearer {KEY}" == line.calls[0].headers["authorization"]
