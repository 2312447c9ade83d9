import asyncio
from dataclasses import replace

import pytest

from tests.providers.paypal.samples import (
    CREATE,
    ORDER,
    SCOPES,
    TOKEN,
    Answer,
    Hand,
    Line,
    a_line,
    a_problem,
    a_token,
    an_order,
    opened,
    replied,
)
from zerofee.adapters.http.exchange import HttpCall, Silence
from zerofee.adapters.providers.paypal.adapter import PayPalKind
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import ActionRequired, NotSent, Refused
from zerofee.domain.ports.provider import CredentialsAccepted, CredentialsRefused, CredentialsUnproven

INVALID = replied(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})


def tokens_of(line: Line) -> list[str]:
    return [call.headers["Authorization"] for call in line.sent("/v2/checkout/orders")]


async def test_fetches_one_token_for_all_who_need_it_at_once() -> None:
    """Twenty payments begin together; the first's wish to stop does not take the token from the others."""
    line, opens = a_line({CREATE: replied(201, an_order())}), asyncio.Event()

    async def slow(call: HttpCall) -> Answer:
        if call.url.endswith("/token"):
            await opens.wait()
        return await line(call)

    kind = PayPalKind()
    charges = [asyncio.create_task(opened(slow, kind=kind).charge(ORDER)) for _ in range(20)]
    await asyncio.sleep(0)
    charges[0].cancel()
    await asyncio.sleep(0)
    opens.set()
    first, *others = await asyncio.gather(*charges, return_exceptions=True)

    assert isinstance(first, asyncio.CancelledError)
    assert all(isinstance(outcome, ActionRequired) for outcome in others)
    assert len(line.sent("/token")) == 1


async def test_keeps_a_token_and_renews_it_before_it_ends() -> None:
    line, clock = a_line({CREATE: replied(201, an_order()), TOKEN: a_token(expires_in=3600)}), Hand()
    paypal = opened(line, clock)

    await paypal.charge(ORDER)
    clock.move(seconds=3299)
    await paypal.charge(ORDER)
    assert len(line.sent("/token")) == 1
    clock.move(seconds=1)
    await paypal.charge(ORDER)

    assert len(line.sent("/token")) == 2


async def test_uses_a_short_token_for_half_of_its_life() -> None:
    line, clock = a_line({CREATE: replied(201, an_order()), TOKEN: a_token(expires_in=60)}), Hand()
    paypal = opened(line, clock)

    await paypal.charge(ORDER)
    clock.move(seconds=29)
    await paypal.charge(ORDER)
    assert len(line.sent("/token")) == 1
    clock.move(seconds=1)
    await paypal.charge(ORDER)

    assert len(line.sent("/token")) == 2


async def test_shares_a_token_between_connections_of_one_account_only() -> None:
    line, kind = a_line({CREATE: replied(201, an_order())}), PayPalKind()

    await opened(line, kind=kind).charge(ORDER)
    await opened(line, kind=kind).charge(ORDER)
    assert len(line.sent("/token")) == 1
    await opened(line, kind=kind, credentials={"client_secret": "another-secret-of-the-app"}).charge(ORDER)
    await opened(line, kind=kind, base_url="https://stand-in.example").charge(ORDER)

    assert len(line.sent("/token")) == 3


@pytest.mark.parametrize(
    "rejection", [replied(401, {"error": "invalid_token"}), replied(401, {"name": "AUTHENTICATION_FAILURE"})]
)
async def test_repeats_a_call_once_with_a_fresh_token(rejection: Answer) -> None:
    line = a_line({CREATE: [rejection, replied(201, an_order())], TOKEN: [a_token("old"), a_token("new")]})

    outcome = await opened(line).charge(ORDER)

    assert isinstance(outcome, ActionRequired)
    assert tokens_of(line) == ["Bearer old", "Bearer new"]
    one, other = line.sent("/v2/checkout/orders")
    assert replace(one, headers={}) == replace(other, headers={})
    assert one.headers["PayPal-Request-Id"] == other.headers["PayPal-Request-Id"]


async def test_repeats_it_only_once() -> None:
    line = a_line({CREATE: replied(401, {"error": "invalid_token"})})

    outcome = await opened(line).charge(ORDER)

    assert isinstance(outcome, Refused)
    assert outcome.code is FailureCode.INVALID_CREDENTIALS
    assert len(line.sent("/v2/checkout/orders")) == 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (INVALID, Refused(FailureCode.INVALID_CREDENTIALS, "Client Authentication failed", "invalid_client")),
        (replied(500), NotSent("no token: HTTP 500")),
        (replied(400, {"error": "unsupported_grant_type"}), NotSent("no token: HTTP 400")),
        (replied(200, {"access_token": ""}), NotSent),
        (replied(200, {"access_token": "a", "token_type": "Bearer", "expires_in": 0}), NotSent),
        (replied(200, {"access_token": "é", "token_type": "Bearer", "expires_in": 10}), NotSent),
        (Silence("ReadTimeout"), NotSent("no token: ReadTimeout")),
        (replied(429), Refused),
    ],
)
async def test_sends_nothing_without_a_token(answer: Answer, outcome: object) -> None:
    """Even a lost answer to the token call is `NotSent`: the charge itself never left."""
    line = a_line({TOKEN: answer})

    read = await opened(line).charge(ORDER)

    assert read == outcome or (isinstance(outcome, type) and isinstance(read, outcome))
    assert line.paths() == []


async def test_tries_again_after_a_token_could_not_be_had() -> None:
    line = a_line({CREATE: replied(201, an_order()), TOKEN: [replied(503), a_token()]})
    paypal = opened(line)

    assert isinstance(await paypal.charge(ORDER), NotSent)
    assert isinstance(await paypal.charge(ORDER), ActionRequired)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (a_token(), CredentialsAccepted),
        (INVALID, CredentialsRefused),
        (replied(503), CredentialsUnproven),
        (replied(429), CredentialsUnproven),
        (Silence("ConnectError", sent=False), CredentialsUnproven),
        (replied(403, a_problem("PERMISSION_DENIED")), CredentialsRefused),
    ],
)
async def test_checks_credentials_by_asking_for_a_token(answer: Answer, kind: type) -> None:
    line = a_line({TOKEN: answer})

    assert isinstance(await opened(line).check(), kind)
    assert line.paths() == []


async def test_warns_of_what_good_credentials_cannot_do() -> None:
    whole = await opened(a_line()).check()
    deaf = await opened(a_line(), credentials={"webhook_id": None}).check()
    poor = await opened(a_line({TOKEN: a_token(scope=SCOPES.partition(" ")[0])})).check()

    assert whole == CredentialsAccepted()
    assert isinstance(deaf, CredentialsAccepted)
    assert "webhook_id" in str(deaf.warning)
    assert isinstance(poor, CredentialsAccepted)
    assert "right" in str(poor.warning)


async def test_checks_afresh_whatever_is_kept() -> None:
    line = a_line({CREATE: replied(201, an_order()), TOKEN: [a_token(), INVALID]})
    paypal = opened(line)

    await paypal.charge(ORDER)

    assert isinstance(await paypal.check(), CredentialsRefused)
