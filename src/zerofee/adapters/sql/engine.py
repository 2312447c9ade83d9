"""What the storage needs of an engine: read, change, and run one transaction as a conversation."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol, TypeVar

from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.prepared import Args, Prepared

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """Ask which of these claims there are; the answer is a set of their ids. It comes first in a transaction."""

    prepared: Prepared
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Write:
    """Ask to run one statement for each row; the answer is how many rows were hit, if the statement is counted."""

    prepared: Prepared
    rows: list[Args]


class Savepoint(Enum):
    """Ask to set a mark, to keep what was written since, or to go back to it."""

    MARK = auto()
    KEEP = auto()
    BACK = auto()


Ask = Look | Write | Savepoint
Conversation = Generator[Ask, Any, T]
"""One transaction: it yields what it asks, is sent the answers, and is committed when it returns."""


class UnsafeStorage(Exception):
    """The storage does not keep what was promised; each of `gaps` is a sentence that says what to do."""

    def __init__(self, gaps: tuple[str, ...]) -> None:
        """Keep the sentences."""
        super().__init__(" ".join(gaps))
        self.gaps = gaps


class Engine(Protocol):
    """One database, by one driver. Every method raises `StorageUnavailable` when it cannot be used."""

    @property
    def sql(self) -> SqlDialect:
        """Say how this engine wants to be asked."""
        ...

    async def open(self) -> tuple[str, ...]:
        """Connect, and say in sentences what the storage does not keep of our promises."""
        ...

    async def close(self) -> None:
        """Let all connections go."""
        ...

    async def fetch(self, prepared: Prepared, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Read, beside whatever is being written."""
        ...

    async def change(self, prepared: Prepared, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run one statement that writes, in a transaction of its own; give the rows that it returns."""
        ...

    async def transact(self, begin: Callable[[], Conversation[T]]) -> T:
        """
        Run a conversation in one durable transaction.

        It is begun anew when the engine gave up the transaction, so `begin` must not have effects. Raises what it
        raises, `Refused` for a constraint that it did not catch, and nothing is written then.
        """
        ...
