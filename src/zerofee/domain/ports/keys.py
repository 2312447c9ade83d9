"""Which key is which, and where new ones come from: a key is known by its digest, and is itself not kept."""

from dataclasses import dataclass
from typing import Protocol

from zerofee.domain.app import ApiKey, KeyKind
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment


class Keys(Protocol):
    """The keys that were issued."""

    async def key(self, digest: str) -> ApiKey | None:
        """Find the key with this digest; `None` when there is none. May be up to 5 s old."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MintedKey:
    """A new key in the only moment in which it can be read, and what is kept of it."""

    text: Secret
    digest: str
    pepper_id: str
    hint: str


class KeyMint(Protocol):
    """Where new keys come from."""

    def mint(self, kind: KeyKind, environment: Environment) -> MintedKey:
        """Make a key that nobody can guess."""
        ...
