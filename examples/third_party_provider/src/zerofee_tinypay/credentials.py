"""What an app must give to be served by Tinypay, and what may be shown of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zerofee.adapters.provider_kind import CredentialsInvalid
from zerofee.domain.ports.vault import Secret

API_KEY: Final = "api_key"
WEBHOOK_SECRET: Final = "webhook_secret"  # noqa: S105  the name of it, not a secret
_KNOWN: Final = (API_KEY, WEBHOOK_SECRET)
_SHOWN: Final = 4
_SHORTEST_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """One merchant's account."""

    api_key: Secret
    webhook_secret: Secret


def read_credentials(given: Mapping[str, Secret]) -> Credentials:
    """Check and name what was given; raise `CredentialsInvalid`, which names the field and never its value."""
    for name in given.keys() - set(_KNOWN):
        raise CredentialsInvalid(name, f"Tinypay needs {', '.join(_KNOWN)}, nothing else.")
    for name in _KNOWN:
        value = given[name].reveal() if name in given else ""
        # A header value: visible ASCII and nothing else, so that nobody can end the line in it.
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise CredentialsInvalid(name, f"Copy {name} from Tinypay's dashboard: it is one word of ASCII characters.")
    return Credentials(api_key=given[API_KEY], webhook_secret=given[WEBHOOK_SECRET])


def hints(given: Mapping[str, Secret]) -> Mapping[str, str]:
    """Say of each credential what may be shown: the end of a long one."""
    read_credentials(given)
    return {name: _hint(value.reveal()) for name, value in given.items()}


def _hint(value: str) -> str:
    return f"…{value[-_SHOWN:]}" if len(value) >= _SHORTEST_SHOWN else "…"
