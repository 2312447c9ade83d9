"""What an app must give for Stripe, the form of it, and what may be shown of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zerofee.adapters.provider_kind import CredentialsInvalid, Opening
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment

API_URL: Final = "https://api.stripe.com"
KEY_FIELD: Final = "secret_key"
SIGNING_FIELD: Final = "webhook_secret"

_KEY: Final = re.compile(r"(?P<kind>sk|rk)_(?P<mode>live|test)_[A-Za-z0-9_]{8,240}")
_SIGNING_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,240}")
_MODES: Final[Mapping[Environment, str]] = {Environment.LIVE: "live", Environment.SANDBOX: "test"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One Stripe account in one mode, as its calls and its webhooks need it."""

    url: str
    live: bool
    secret_key: Secret
    webhook_secrets: tuple[Secret, ...] = ()
    connected_id: str | None = None


def account(opening: Opening) -> Account:
    """
    Check the credentials of a connection against its environment; raise `CredentialsInvalid`.

    `connected_id` comes from the setting `account` and names the account whose events are ours (`acct_…`).
    """
    check_form(opening.credentials, opening.environment)
    return Account(
        url=(opening.base_url or API_URL).rstrip("/"),
        live=opening.environment is Environment.LIVE,
        secret_key=Secret(opening.credentials[KEY_FIELD].reveal().strip()),
        webhook_secrets=_signing_secrets(opening.credentials),
        connected_id=opening.settings.get("account"),
    )


def check_form(credentials: Mapping[str, Secret], environment: Environment | None = None) -> None:
    """
    Refuse what cannot be a key of Stripe's, or is one of the other mode; raise `CredentialsInvalid`.

    Source: docs.stripe.com, "API keys"; reliability rules CRY-4.
    """
    for name in credentials.keys() - {KEY_FIELD, SIGNING_FIELD}:
        raise CredentialsInvalid(name, f"Stripe needs {KEY_FIELD} and {SIGNING_FIELD}, nothing else.")
    key = _revealed(credentials, KEY_FIELD)
    found = _KEY.fullmatch(key)
    if found is None:
        raise CredentialsInvalid(KEY_FIELD, _what_is_wrong(key))
    if environment is not None and found["mode"] != _MODES[environment]:
        wanted = f"{found['kind']}_{_MODES[environment]}_…"
        raise CredentialsInvalid(KEY_FIELD, f"A {environment} connection needs a key of the form {wanted}.")
    for secret in _revealed(credentials, SIGNING_FIELD).split():
        if not _SIGNING_SECRET.fullmatch(secret):
            raise CredentialsInvalid(SIGNING_FIELD, "A signing secret has the form whsec_…; find it at the endpoint.")


def hints(credentials: Mapping[str, Secret]) -> dict[str, str]:
    """Say of each credential what may be shown: its kind and its last four characters."""
    check_form(credentials)
    shown = {KEY_FIELD: _hint(_revealed(credentials, KEY_FIELD), keep=len("sk_live_"))}
    secrets = _revealed(credentials, SIGNING_FIELD).split()
    if secrets:
        shown[SIGNING_FIELD] = " ".join(_hint(secret, keep=len("whsec_")) for secret in secrets)
    return shown


def _what_is_wrong(key: str) -> str:
    if not key:
        return "Give the account's secret key (sk_…) or a restricted one (rk_…)."
    if key.startswith("pk_"):
        return "This is a publishable key, which can charge nobody: give the secret key (sk_… or rk_…)."
    return "A key of Stripe's has the form sk_live_…, sk_test_…, rk_live_… or rk_test_…."


def _hint(secret: str, *, keep: int) -> str:
    return f"{secret[:keep]}…{secret[-4:]}"


def _signing_secrets(credentials: Mapping[str, Secret]) -> tuple[Secret, ...]:
    return tuple(Secret(secret) for secret in _revealed(credentials, SIGNING_FIELD).split())


def _revealed(credentials: Mapping[str, Secret], name: str) -> str:
    secret = credentials.get(name)
    return "" if secret is None else secret.reveal().strip()
