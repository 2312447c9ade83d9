"""What an app gives to connect to PayPal, and what may be shown of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zerofee.adapters.provider_kind import CredentialsInvalid
from zerofee.domain.ports.vault import Secret

CLIENT_ID: Final = "client_id"
CLIENT_SECRET: Final = "client_secret"  # noqa: S105  the name of a credential, not one
WEBHOOK_ID: Final = "webhook_id"

# The colon would end the user name of the Basic scheme; PayPal uses letters, digits, dash and underscore.
_WORD: Final = re.compile(r"[!-9;-~]{1,255}")
_SHOWN: Final = 4
_SHORTEST_SHOWN: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """One REST app at PayPal; sandbox and live look alike, so only asking tells them apart."""

    client_id: str
    client_secret: Secret
    webhook_id: str | None


def credentials_of(given: Mapping[str, Secret]) -> Credentials:
    """Read what an app gave; raise `CredentialsInvalid`, naming the field, for what cannot be right."""
    known = (CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID)
    for name in given.keys() - set(known):
        raise CredentialsInvalid(name, f"PayPal needs {', '.join(known)}, nothing else.")
    client_id = _word(given, CLIENT_ID)
    if client_id is None:
        raise CredentialsInvalid(CLIENT_ID, "Give the client ID of your REST app; it stands in PayPal's dashboard.")
    client_secret = _word(given, CLIENT_SECRET)
    if client_secret is None:
        raise CredentialsInvalid(CLIENT_SECRET, "Give the secret that belongs to the client ID.")
    return Credentials(
        client_id=client_id,
        client_secret=Secret(client_secret),
        webhook_id=_word(given, WEBHOOK_ID),
    )


def hints(given: Mapping[str, Secret]) -> dict[str, str]:
    """Say of each credential what may be shown: the last four characters of a long one."""
    read = credentials_of(given)
    shown = {CLIENT_ID: _hint(read.client_id), CLIENT_SECRET: _hint(read.client_secret.reveal())}
    if read.webhook_id is not None:
        shown[WEBHOOK_ID] = _hint(read.webhook_id)
    return shown


def _word(given: Mapping[str, Secret], name: str) -> str | None:
    text = given[name].reveal().strip() if name in given else ""
    if text and not _WORD.fullmatch(text):
        raise CredentialsInvalid(name, f"{name} is one word of ASCII characters without a colon: copy it again.")
    return text or None


def _hint(text: str) -> str:
    return f"…{text[-_SHOWN:]}" if len(text) >= _SHORTEST_SHOWN else "…"
