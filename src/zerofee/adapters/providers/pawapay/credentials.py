"""The credentials of a pawaPay account: which there are, and what makes one well formed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from zerofee.adapters.provider_kind import CredentialsInvalid
from zerofee.domain.ports.vault import Secret

API_TOKEN: Final = "api_token"  # noqa: S105  the name of a credential, not one
SIGNING_KEY: Final = "signing_key"
SIGNING_KEY_ID: Final = "signing_key_id"
_SHOWN: Final = 4
_SHORTEST_SHOWN: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The merchant's own key, for accounts that take signed requests only; `key_id` is its name at pawaPay."""

    key_id: str
    key: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What opens an account. A sandbox token and a live one look alike, so only asking tells them apart."""

    token: Secret
    signer: Signer | None = None


def read_credentials(given: Mapping[str, Secret]) -> Credentials:
    """Read an app's credentials; raise `CredentialsInvalid`, naming the field that is wrong."""
    known = (API_TOKEN, SIGNING_KEY, SIGNING_KEY_ID)
    for name in given.keys() - set(known):
        raise CredentialsInvalid(name, f"pawaPay needs {', '.join(known)}, nothing else.")
    token = _text(given, API_TOKEN)
    if not token:
        raise CredentialsInvalid(API_TOKEN, "Give the API token of the pawaPay dashboard, System configuration.")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise CredentialsInvalid(API_TOKEN, "The token is one word of ASCII characters: copy it without the quotes.")
    return Credentials(token=Secret(token), signer=_signer(given))


def hints(given: Mapping[str, Secret]) -> Mapping[str, str]:
    """Say of each credential what may be shown; raise `CredentialsInvalid` for a bad one."""
    credentials = read_credentials(given)
    token = credentials.token.reveal()
    shown = {API_TOKEN: f"…{token[-_SHOWN:]}" if len(token) >= _SHORTEST_SHOWN else "…"}
    if credentials.signer is not None:
        shown |= {SIGNING_KEY: "P-256 private key", SIGNING_KEY_ID: credentials.signer.key_id}
    return shown


def private_key(signer: Signer) -> ec.EllipticCurvePrivateKey:
    """Open the key; raise `CredentialsInvalid` when it is not a private key on P-256."""
    try:
        key = load_pem_private_key(signer.key.reveal().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The library's own words may quote what it was given.
        raise CredentialsInvalid(SIGNING_KEY, "Give the whole PEM text of a private key without a password.") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CredentialsInvalid(SIGNING_KEY, "Give a private key on the curve P-256 (prime256v1).")
    return key


def _signer(given: Mapping[str, Secret]) -> Signer | None:
    key, key_id = _text(given, SIGNING_KEY), _text(given, SIGNING_KEY_ID)
    if not key and not key_id:
        return None
    if not key:
        raise CredentialsInvalid(SIGNING_KEY, "Give the private key that belongs to signing_key_id.")
    if not key_id or not key_id.isascii() or not key_id.isprintable():
        raise CredentialsInvalid(SIGNING_KEY_ID, "Give the id under which the key's public half is registered.")
    signer = Signer(key_id=key_id, key=Secret(key))
    private_key(signer)
    return signer


def _text(given: Mapping[str, Secret], name: str) -> str:
    return given[name].reveal().strip() if name in given else ""
