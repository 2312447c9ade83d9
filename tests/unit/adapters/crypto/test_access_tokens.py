import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from zerofee.adapters.crypto.access_tokens import JwtAccessTokens
from zerofee.adapters.crypto.derived_keys import derived_keys
from zerofee.adapters.memory.clock import START
from zerofee.domain.ids import SessionId, UserId
from zerofee.domain.ports.tokens import Grant
from zerofee.domain.ports.vault import Secret

Json = dict[str, Any]

SECRET = Secret("a secret of at least thirty-two bytes")
ISSUER = "https://pay.example"
GRANT = Grant(
    user_id=UserId("usr_01KDVQ6R000000000000000006"),
    session_id=SessionId("ses_01KDVQ6R000000000000000007"),
    session_version=3,
)
KEY = derived_keys([SECRET], "access tokens")[0]
TOKENS = JwtAccessTokens([SECRET], ISSUER)


def parts(token: Secret) -> tuple[Json, Json]:
    """Take a token apart into its head and its claims."""
    head, claims, _ = token.reveal().split(".")
    return read(head), read(claims)


def read(part: str) -> Json:
    found: Json = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def signed(head: Json, claims: Json, key: bytes = KEY.key, algorithm: str = "HS256") -> str:
    """Sign a token as its maker would who has the key."""
    given = {name: value for name, value in head.items() if name != "alg"}
    return jwt.encode(claims, key, algorithm=algorithm, headers=given)


def raw(head: Json, claims: Json, signature: str = "") -> str:
    """Put a token together by hand."""
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims)]
    return ".".join([*written, signature])


@pytest.fixture
def head() -> Json:
    return parts(TOKENS.issue(GRANT, START))[0]


@pytest.fixture
def claims() -> Json:
    return parts(TOKENS.issue(GRANT, START))[1]


def test_reads_what_it_issued() -> None:
    token = TOKENS.issue(GRANT, START)

    assert TOKENS.read(token.reveal(), START) == GRANT
    assert token.reveal() not in repr(token)


def test_says_all_that_a_token_must_say(head: Json, claims: Json) -> None:
    assert head == {"alg": "HS256", "kid": KEY.id, "typ": "at+jwt"}
    assert set(claims) == {"iss", "aud", "sub", "sid", "sv", "token_use", "jti", "iat", "nbf", "exp"}
    assert claims["exp"] - claims["iat"] == TOKENS.life_s == 900


def test_no_two_tokens_are_the_same() -> None:
    assert TOKENS.issue(GRANT, START) != TOKENS.issue(GRANT, START)


def test_what_is_put_together_by_the_test_is_read(head: Json, claims: Json) -> None:
    """Or the refusals below would prove nothing."""
    assert TOKENS.read(signed(head, claims), START) == GRANT


def without(name: str) -> Callable[[Json], Json]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def changed(**changes: object) -> Callable[[Json], Json]:
    return lambda claims: claims | changes


NOW = (START - START.replace(year=1970, month=1, day=1, hour=0)) // timedelta(seconds=1)


@pytest.mark.parametrize(
    "change",
    [
        *map(without, ("exp", "iat", "nbf", "iss", "aud", "sub", "jti", "sid", "sv", "token_use")),
        changed(iss="https://other.example"),
        changed(aud="https://other.example"),
        changed(aud=[ISSUER, "https://other.example"]),
        changed(token_use="refresh"),
        changed(exp=str(NOW + 900)),
        changed(exp=NOW + 900.5),
        changed(exp=True),
        changed(exp=None),
        changed(exp=10**400),
        changed(iat=NOW + 3600),
        changed(nbf=NOW + 3600),
        changed(sub=""),
        changed(sub="app_01KDVQ6R000000000000000006"),
        changed(sub=["usr_01KDVQ6R000000000000000006"]),
        changed(sid="ses_x"),
        changed(sid={}),
        changed(sv="3"),
        changed(sv=True),
    ],
)
def test_refuses_claims_that_are_not_ours(head: Json, claims: Json, change: Callable[[Json], Json]) -> None:
    """Though the signature is good."""
    wrong = change(claims)
    if wrong.get("exp") == 10**400:
        # Far in the future is no fault of a signed token's; it is only not read as a time that has come.
        assert TOKENS.read(signed(head, wrong), START) == GRANT
        return

    assert TOKENS.read(signed(head, wrong), START) is None


@pytest.mark.parametrize(
    "change",
    [changed(typ="JWT"), without("typ"), changed(kid="0" * 16), without("kid"), changed(kid=7), changed(crit=["x"])],
)
def test_refuses_heads_that_are_not_ours(head: Json, claims: Json, change: Callable[[Json], Json]) -> None:
    wrong = change(head)
    try:
        token = signed(wrong, claims)
    except jwt.PyJWTError:
        token = raw(wrong, claims, TOKENS.issue(GRANT, START).reveal().rpartition(".")[2])

    assert TOKENS.read(token, START) is None


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_refuses_a_token_that_nobody_signed(head: Json, claims: Json, algorithm: str) -> None:
    signature = TOKENS.issue(GRANT, START).reveal().rpartition(".")[2]

    assert TOKENS.read(raw(head | {"alg": algorithm}, claims), START) is None
    assert TOKENS.read(raw(head | {"alg": algorithm}, claims, signature), START) is None


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_refuses_another_algorithm_under_the_same_key(head: Json, claims: Json, algorithm: str) -> None:
    longer = JwtAccessTokens([SECRET], ISSUER)
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = signed(head, claims, algorithm=algorithm)

    assert longer.read(token, START) is None


def test_refuses_a_token_of_another_kind_of_key(head: Json, claims: Json) -> None:
    """Signed by a private key whose public half anybody has: the key's name decides the algorithm, not the token."""
    private = generate_private_key(65537, 2048)
    token = jwt.encode(claims, private, algorithm="RS256", headers={"kid": head["kid"], "typ": "at+jwt"})

    assert TOKENS.read(token, START) is None


def test_refuses_the_secret_itself_as_a_key(head: Json, claims: Json) -> None:
    """The key is derived for this purpose; so is the one of another purpose."""
    assert TOKENS.read(signed(head, claims, SECRET.reveal().encode()), START) is None
    for purpose in ("one-time codes", "refresh token tags"):
        assert TOKENS.read(signed(head, claims, derived_keys([SECRET], purpose)[0].key), START) is None


def test_refuses_another_servers_token() -> None:
    for other in (JwtAccessTokens([Secret("x" * 32)], ISSUER), JwtAccessTokens([SECRET], "https://other.example")):
        assert TOKENS.read(other.issue(GRANT, START).reveal(), START) is None


def test_refuses_a_changed_token(claims: Json) -> None:
    head, _, signature = TOKENS.issue(GRANT, START).reveal().split(".")
    raised = base64.urlsafe_b64encode(json.dumps(claims | {"sv": 4}).encode()).decode().rstrip("=")

    assert TOKENS.read(f"{head}.{raised}.{signature}", START) is None


@pytest.mark.parametrize(
    "text", ["", "..", "a.b.c", "e30.e30.", ".".join(["W10"] * 3), "é.é.é", "x" * 5000, "bnVsbA.bnVsbA.x"]
)
def test_refuses_what_is_no_token(text: str) -> None:
    assert TOKENS.read(text, START) is None


def test_is_good_for_a_quarter_of_an_hour_give_or_take_a_few_seconds() -> None:
    token = TOKENS.issue(GRANT, START).reveal()

    good = [TOKENS.read(token, START + timedelta(seconds=s)) is not None for s in (-30, -10, 0, 899, 909, 910, 930)]

    assert good == [False, True, True, True, True, False, False]


def test_older_secrets_read_and_the_newest_signs() -> None:
    newest = Secret("another secret of at least thirty-two bytes")
    both = JwtAccessTokens([newest, SECRET], ISSUER)

    assert both.read(TOKENS.issue(GRANT, START).reveal(), START) == GRANT
    assert TOKENS.read(both.issue(GRANT, START).reveal(), START) is None
    assert JwtAccessTokens([newest], ISSUER).read(both.issue(GRANT, START).reveal(), START) == GRANT


def test_needs_a_secret() -> None:
    with pytest.raises(ValueError, match="at least one"):
        JwtAccessTokens([], ISSUER)
