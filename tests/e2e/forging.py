"""Access tokens that somebody made up, each from a good one: none of them may open anything."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from zerofee.adapters.crypto.derived_keys import derived_keys
from zerofee.domain.ports.vault import Secret

Json = dict[str, Any]

_PRIVATE: Final = generate_private_key(65537, 2048)
_OTHER_SECRET: Final = Secret("some other secret of at least thirty-two bytes")


def forged(token: str, secret: Secret) -> Mapping[str, str]:
    """
    Give forgeries of a good token, by what is wrong with each.

    `secret` is the server's own: some are signed with the right key, and must be refused for what they say.
    """
    written_head, written_claims, signature = token.split(".")
    head, claims = _read(written_head), _read(written_claims)
    key = derived_keys([secret], "access tokens")[0].key
    other = derived_keys([_OTHER_SECRET], "access tokens")[0]
    of_other = head | {"kid": other.id}

    def signed(changes: Json, without: str = "", **head_changes: str) -> str:
        said = {name: value for name, value in (claims | changes).items() if name != without}
        return jwt.encode(said, key, algorithm="HS256", headers={**head, "alg": "HS256", **head_changes})

    return {
        "alg none": f"{_written(head | {'alg': 'none'})}.{written_claims}.",
        "alg None, with a signature": f"{_written(head | {'alg': 'None'})}.{written_claims}.{signature}",
        "RS256 for HS256": jwt.encode(claims, _PRIVATE, algorithm="RS256", headers=head | {"alg": "RS256"}),
        "HS512 for HS256": jwt.encode(claims, key * 2, algorithm="HS512", headers=head | {"alg": "HS512"}),
        "the secret itself": jwt.encode(claims, secret.reveal(), algorithm="HS256", headers=head),
        "another secret": jwt.encode(claims, other.key, algorithm="HS256", headers=head),
        "another secret by its name": jwt.encode(claims, other.key, algorithm="HS256", headers=of_other),
        "unknown kid": signed({}, kid="0" * 16),
        "no signature": f"{written_head}.{written_claims}.",
        "changed claims": f"{written_head}.{_written(claims | {'sv': 99})}.{signature}",
        "expired": signed({"iat": claims["iat"] - 7200, "nbf": claims["nbf"] - 7200, "exp": claims["exp"] - 7200}),
        "not yet": signed({"nbf": claims["exp"]}),
        "no exp": signed({}, "exp"),
        "wrong audience": signed({"aud": "https://other.example"}),
        "wrong issuer": signed({"iss": "https://other.example"}),
        "wrong use": signed({"token_use": "refresh"}),
        "wrong type": signed({}, typ="JWT"),
        "another user": signed({"sub": f"usr_{'0' * 26}"}),
        "another session": signed({"sid": f"ses_{'0' * 26}"}),
        "older sessions": signed({"sv": claims["sv"] - 1}),
        "no token": "a.b.c",
    }


def _read(part: str) -> Json:
    found: Json = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def _written(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
