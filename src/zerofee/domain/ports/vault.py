"""Where credentials are sealed and opened, bound to the row they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from zerofee.domain.attempt import Attempt
from zerofee.domain.connection import Connection


@dataclass(frozen=True, slots=True)
class Secret:
    """A value whose `repr` tells nothing; `reveal` it in the one line that needs it."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """Give the value itself."""
        return self._value


class SealBroken(Exception):
    """What was sealed does not open here: another row, another key, or changed bytes."""


class Vault(Protocol):
    """Seals what a connection needs to keep secret."""

    def seal(self, connection: Connection, credentials: Mapping[str, Secret]) -> bytes:
        """Seal credentials so that they open for this connection alone."""
        ...

    def open(self, connection: Connection) -> Mapping[str, Secret]:
        """Open what `seal` made; raise `SealBroken` when it is not of this row."""
        ...


class DetailVault(Protocol):
    """Seals what an adapter was told in secret and needs again, such as a token."""

    def seal_detail(self, attempt: Attempt, name: str, value: str) -> str:
        """Seal one detail so that it opens for this attempt and under this name alone."""
        ...

    def open_detail(self, attempt: Attempt, name: str, sealed: str) -> str:
        """Open what `seal_detail` made; raise `SealBroken` when it is of another place, or under a key that is gone."""
        ...


class Rewrapping(Protocol):
    """Changes the key that credentials are sealed under, and not the credentials."""

    def rewrap(self, connection: Connection) -> bytes | None:
        """Seal a connection's credentials under the newest key; `None` when they are. Raise `SealBroken`."""
        ...

    def key_id(self, connection: Connection) -> str:
        """Name the key that a connection is sealed under; raise `SealBroken` for what was not sealed here."""
        ...
