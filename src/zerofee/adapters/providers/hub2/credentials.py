"""What an app must give to be served by Hub2, read and held so that no `repr` tells it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zerofee.adapters.provider_kind import CredentialsInvalid
from zerofee.adapters.providers.hub2.capabilities import CAPABILITIES
from zerofee.domain.ports.vault import Secret

# A header value: visible ASCII and nothing else, so that nobody can end the line in it.
_FORM: Final = re.compile(r"[\x21-\x7e]{1,512}")
_SHOWN: Final = 4
_HIDDEN_BELOW: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub2Credentials:
    """The API key with its merchant, and the webhook secrets: the newest first, the previous one while it rotates."""

    api_key: Secret
    merchant_id: str
    webhook_secrets: tuple[Secret, ...]


def read_credentials(given: Mapping[str, Secret]) -> Hub2Credentials:
    """Check and name what was given; raise `CredentialsInvalid` for what Hub2 cannot have issued."""
    check_form(given)
    secrets = (given.get("webhook_secret"), given.get("webhook_secret_previous"))
    return Hub2Credentials(
        api_key=given["api_key"],
        merchant_id=given["merchant_id"].reveal(),
        webhook_secrets=tuple(secret for secret in secrets if secret is not None),
    )


def hints(given: Mapping[str, Secret]) -> Mapping[str, str]:
    """Say what may be shown of each value: all of the merchant id, the end of the rest."""
    check_form(given)
    open_fields = {wanted.name for wanted in CAPABILITIES.credentials if not wanted.secret}
    return {name: value.reveal() if name in open_fields else _hint(value.reveal()) for name, value in given.items()}


def check_form(given: Mapping[str, Secret]) -> None:
    """Raise `CredentialsInvalid` for a field that is missing, unknown or no header value."""
    known = {wanted.name: wanted for wanted in CAPABILITIES.credentials}
    for name in given:
        if name not in known:
            raise CredentialsInvalid(name, f"Hub2 has no credential {name}: give {', '.join(known)}.")
    for name, wanted in known.items():
        if name not in given:
            if wanted.required:
                raise CredentialsInvalid(name, f"Hub2 needs {name}: copy it from Hub2's dashboard.")
            continue
        if not _FORM.fullmatch(given[name].reveal()):
            raise CredentialsInvalid(name, f"{name} must be 1 to 512 visible ASCII characters without spaces.")


def _hint(value: str) -> str:
    return f"…{value[-_SHOWN:]}" if len(value) >= _HIDDEN_BELOW else "…"
